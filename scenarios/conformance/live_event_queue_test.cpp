// The contract of every queue, kept on the real file system and on a live Redis.
#include "scenarios/conformance/event_queue_contract.hpp"
#include "scenarios/conformance/live_queue_world.hpp"
#include "scenarios/conformance/live_redis_world.hpp"

namespace lockstep::conformance {
namespace {

class LiveByteWorld final : public EventQueueWorld {
 public:
  bool run(QueueBody body) override {
    return world_.run(
        [body](Env& env) { return with_door(env, [](Env&) { return byte_queue_door(); }, body); });
  }

 private:
  LiveQueueWorld world_{live::StorageThread::own};
};

class LiveStreamWorld final : public EventQueueWorld {
 public:
  bool run(QueueBody body) override {
    const MakeDoor make = [this](Env& env) {
      return stream_queue_door(env, world_.lock_servers().front());
    };
    return world_.run([make, body](Env& env) { return with_door(env, make, body); });
  }

 private:
  LiveRedisWorld world_{1};  // with an append-only file
};

EventQueueSupplier streams() {
  return {"live", [] { return std::make_unique<LiveStreamWorld>(); }};
}
EventQueueSupplier rocksdb() {
  return {"live", [] { return std::make_unique<LiveByteWorld>(); }};
}

const auto name_of = [](const testing::TestParamInfo<EventQueueSupplier>& info) {
  return info.param.name;
};
INSTANTIATE_TEST_SUITE_P(RocksDb, EventQueueContract, testing::Values(rocksdb()), name_of);
INSTANTIATE_TEST_SUITE_P(Streams, EventQueueContract, testing::Values(streams()), name_of);
INSTANTIATE_TEST_SUITE_P(Streams, StreamQueueContract, testing::Values(streams()), name_of);

}  // namespace
}  // namespace lockstep::conformance
