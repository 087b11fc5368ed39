// The contract of outboxes, relays and inboxes, kept by a real file system and a live Redis.
#include "scenarios/conformance/inbox_contract.hpp"
#include "scenarios/conformance/live_queue_world.hpp"
#include "scenarios/conformance/live_redis_world.hpp"
#include "scenarios/conformance/outbox_contract.hpp"

namespace lockstep::conformance {
namespace {

class LiveLocalWorld final : public OutboxWorld {
 public:
  explicit LiveLocalWorld(MakeKit make) : make_(std::move(make)) {}
  bool run(Session body) override {
    return world_.run([this, body](Env& env) { return with_kit(env, make_, body); });
  }

 private:
  LiveQueueWorld world_{live::StorageThread::own};
  MakeKit make_;
};

class LiveRedisOutboxWorld final : public OutboxWorld {
 public:
  bool run(Session body) override {
    const MakeKit make = [this](Env& env) { return redis_kit(env, world_.store_server()); };
    return world_.run([make, body](Env& env) { return with_kit(env, make, body); });
  }

 private:
  LiveRedisWorld world_{0};
};

INSTANTIATE_TEST_SUITE_P(
    Live, OutboxContract,
    testing::Values(
        OutboxSupplier{"memory", [] { return std::make_unique<LiveLocalWorld>(&memory_kit); }},
        OutboxSupplier{"rocksdb", [] { return std::make_unique<LiveLocalWorld>(&rocks_kit); }},
        OutboxSupplier{"redis", [] { return std::make_unique<LiveRedisOutboxWorld>(); }}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Live, InboxContract,
    testing::Values(QueueSupplier{
        "live", [] { return std::make_unique<LiveQueueWorld>(live::StorageThread::own); }}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::conformance
