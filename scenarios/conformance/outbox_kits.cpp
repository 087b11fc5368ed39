// The outboxes and publishers that the contract holds for.
#include <map>

#include "impl/redis/client.hpp"
#include "impl/relay/broker.hpp"
#include "impl/relay/memory_outbox.hpp"
#include "impl/relay/redis_outbox.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/rocks_outbox.hpp"
#include "scenarios/conformance/outbox_contract.hpp"

namespace lockstep::conformance {
namespace {

class BrokerKit : public OutboxKit {
 public:
  explicit BrokerKit(Env& env) : env_(env), broker_(env) {}
  relay::Publisher& publisher() override { return broker_; }
  Task<std::vector<Message>> published() override {
    const auto all = co_await broker_.read(0, 1'000'000, env_.clock.now());
    std::vector<Message> messages;
    for (const relay::Published& one : all) {
      messages.push_back({one.entry.aggregate, one.entry.idempotency_key, one.entry.payload});
    }
    co_return messages;
  }

 private:
  Env& env_;
  relay::Broker broker_;
};

class MemoryKit final : public BrokerKit {
 public:
  explicit MemoryKit(Env& env) : BrokerKit(env), outbox_(env, "orders") {}
  relay::OutboxStore& store() override { return outbox_; }
  relay::TransactionalOutbox& business() override { return outbox_; }
  Task<void> close() override { co_return; }

 private:
  relay::MemoryOutbox outbox_;
};

class RocksKit final : public BrokerKit {
 public:
  RocksKit(Env& env, std::unique_ptr<relay::RocksOutbox> outbox)
      : BrokerKit(env), outbox_(std::move(outbox)) {}
  relay::OutboxStore& store() override { return *outbox_; }
  relay::TransactionalOutbox& business() override { return *outbox_; }
  Task<void> close() override {
    const auto closed = co_await outbox_->close();
    EXPECT_TRUE(closed);
  }

 private:
  std::unique_ptr<relay::RocksOutbox> outbox_;
};

class RedisKit final : public OutboxKit {
 public:
  RedisKit(Env& env, redis::Options server)
      : client_(env, std::move(server)), outbox_(env, client_, {}), publisher_(client_, {}) {}
  relay::OutboxStore& store() override { return outbox_; }
  relay::TransactionalOutbox& business() override { return outbox_; }
  relay::Publisher& publisher() override { return publisher_; }
  Task<std::vector<Message>> published() override;
  Task<void> close() override { return client_.shutdown(); }

 private:
  redis::Client client_;
  relay::RedisOutbox outbox_;
  relay::RedisStreamPublisher publisher_;
};

Task<std::vector<Message>> RedisKit::published() {
  std::vector<std::string> words{"XRANGE", "lockstep-stream", "-", "+"};
  const auto reply = co_await client_.command(std::move(words));
  EXPECT_TRUE(reply) << (reply ? "" : to_text(reply.error()));
  std::vector<Message> messages;
  if (!reply || !reply->is_array()) co_return messages;
  for (const resp::Reply& item : reply->items()) {
    const auto& fields = item.items()[1].items();
    std::map<std::string, std::string> named;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      named[fields[i].text()] = fields[i + 1].text();
    }
    messages.push_back({named["aggregate"], named["key"], named["payload"]});
  }
  co_return messages;
}

}  // namespace

Task<std::unique_ptr<OutboxKit>> memory_kit(Env& env) {
  std::unique_ptr<OutboxKit> kit = std::make_unique<MemoryKit>(env);
  co_return kit;
}

Task<std::unique_ptr<OutboxKit>> rocks_kit(Env& env) {
  auto outbox = co_await relay::RocksOutbox::open(env, "outbox");
  EXPECT_TRUE(outbox) << (outbox ? "" : to_text(outbox.error()));
  std::unique_ptr<OutboxKit> kit;
  if (outbox) kit = std::make_unique<RocksKit>(env, std::move(*outbox));
  co_return kit;
}

Task<std::unique_ptr<OutboxKit>> redis_kit(Env& env, redis::Options server) {
  std::unique_ptr<OutboxKit> kit = std::make_unique<RedisKit>(env, std::move(server));
  co_return kit;
}

Task<void> with_kit(Env& env, MakeKit make, OutboxWorld::Session body) {
  const std::unique_ptr<OutboxKit> kit = co_await make(env);
  if (kit == nullptr) co_return;
  co_await body(env, *kit);
  co_await kit->close();
}

}  // namespace lockstep::conformance
