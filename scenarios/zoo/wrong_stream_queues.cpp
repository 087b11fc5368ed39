#include "scenarios/zoo/wrong_stream_queues.hpp"

#include <charconv>
#include <utility>

namespace lockstep::scenarios {

using env::Task;
using queue::Acked;
using queue::Delivery;
using queue::EventId;
using queue::Receipt;
using queue::RedisStreamOptions;

namespace {

/// With the server's commands at hand.
class StreamSpecimen : public ReferenceStreams {
 public:
  StreamSpecimen(env::Env& env, redis::Client& client,
                 std::unique_ptr<queue::RedisStreamQueue> inner)
      : ReferenceStreams(env, std::move(inner)), client_(client) {}

 protected:
  static std::string id_of(EventId id) { return "0-" + std::to_string(id.value); }

  /// Deletes the event, whoever has it.
  Task<Result<Acked>> erase(EventId id) {
    std::vector<std::string> words{"XDEL", streams().stream(), id_of(id)};
    const auto erased = co_await client_.command(std::move(words));
    if (!erased) co_return fail(erased.error());
    const bool was_there = erased->is_integer() && erased->integer() == 1;
    co_return was_there ? Acked::acked : Acked::absent;
  }

  redis::Client& client_;
};

template <class Queue>
Task<QueueResult> open_as(env::Env& env, redis::Client& client, RedisStreamOptions options) {
  auto opened = co_await queue::RedisStreamQueue::open(env, client, std::move(options));
  if (!opened) co_return fail(opened.error());
  co_return std::make_unique<Queue>(env, client, std::move(*opened));
}

class AckUnchecked final : public StreamSpecimen {
 public:
  using StreamSpecimen::StreamSpecimen;
  Task<Result<Acked>> ack(Receipt receipt) override {
    std::vector<std::string> words{"XACK", streams().stream(), "q", id_of(receipt.id)};
    const auto acked = co_await client_.command(std::move(words));
    if (!acked) co_return fail(acked.error());
    co_return co_await erase(receipt.id);
  }
};

class NoAck final : public StreamSpecimen {
 public:
  using StreamSpecimen::StreamSpecimen;
  Task<Result<std::optional<Delivery>>> poll(Nanos wait) override {
    std::vector<std::string> words{"XREADGROUP", "GROUP", "q",       streams().consumer(), "COUNT",
                                   "1",          "NOACK", "STREAMS", streams().stream(),   ">"};
    const auto read = co_await client_.command(std::move(words));
    if (!read) co_return fail(read.error());
    if (!read->is_array()) {
      co_await env::sleep_for(env_, wait);
      co_return std::optional<Delivery>();
    }
    co_return delivery_of(read->items().front().items()[1].items().front());
  }
  Task<Result<Acked>> ack(Receipt receipt) override { return erase(receipt.id); }
  Task<Result<void>> nack(Receipt, queue::Nack) override { co_return Result<void>{}; }

 private:
  [[nodiscard]] Delivery delivery_of(const resp::Reply& entry) const {
    const std::string& id = entry.items()[0].text();
    Delivery delivery;
    delivery.receipt.generation = recovery().generation;
    delivery.receipt.attempt = 1;
    std::from_chars(id.data() + 2, id.data() + id.size(), delivery.receipt.id.value);
    delivery.payload = entry.items()[1].items()[1].text();
    return delivery;
  }
};

class PushRepeated final : public StreamSpecimen {
 public:
  using StreamSpecimen::StreamSpecimen;
  Task<Result<EventId>> push(std::string payload) override {
    for (int tries = 1;; ++tries) {
      auto id = co_await inner_->push(payload);
      if (id || tries == 5) co_return id;
      co_await env::sleep_for(env_, milliseconds(20));
    }
  }
};

}  // namespace

Task<QueueResult> open_streams_ack_unchecked(env::Env& env, redis::Client& client,
                                             RedisStreamOptions options) {
  return open_as<AckUnchecked>(env, client, std::move(options));
}

Task<QueueResult> open_streams_claim_any(env::Env& env, redis::Client& client,
                                         RedisStreamOptions options) {
  options.visibility = milliseconds(1);
  return open_reference_streams(env, client, std::move(options));
}

Task<QueueResult> open_streams_noack(env::Env& env, redis::Client& client,
                                     RedisStreamOptions options) {
  return open_as<NoAck>(env, client, std::move(options));
}

Task<QueueResult> open_streams_push_repeated(env::Env& env, redis::Client& client,
                                             RedisStreamOptions options) {
  return open_as<PushRepeated>(env, client, std::move(options));
}

}  // namespace lockstep::scenarios
