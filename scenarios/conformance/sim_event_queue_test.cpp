// The contract of every queue, kept in the deterministic world under every strategy and by clocks
// that drift; what RedisStreamQueue promises beyond it too.
#include <algorithm>

#include "scenarios/conformance/event_queue_contract.hpp"
#include "scenarios/conformance/sim_queue_world.hpp"
#include "scenarios/conformance/sim_redis_world.hpp"

namespace lockstep::conformance {
namespace {

class SimByteWorld final : public EventQueueWorld {
 public:
  explicit SimByteWorld(const SimRedisOptions& options)
      : world_(options.world, options.client_drift) {}
  bool run(QueueBody body) override {
    return world_.run(
        [body](Env& env) { return with_door(env, [](Env&) { return byte_queue_door(); }, body); });
  }

 private:
  SimQueueWorld world_;
};

class SimStreamWorld final : public EventQueueWorld {
 public:
  explicit SimStreamWorld(const SimRedisOptions& options) : world_(options) {}
  bool run(QueueBody body) override {
    const MakeDoor make = [this](Env& env) {
      return stream_queue_door(env, world_.lock_servers().front());
    };
    return world_.run([make, body](Env& env) { return with_door(env, make, body); });
  }

 private:
  SimRedisWorld world_;
};

template <class World>
void add(const std::string& name, const SimRedisOptions& options,
         std::vector<EventQueueSupplier>& all) {
  all.push_back({name, [options] { return std::make_unique<World>(options); }});
}

template <class World>
std::vector<EventQueueSupplier> suppliers() {
  std::vector<EventQueueSupplier> all;
  for (const sim::StrategyKind kind : {sim::StrategyKind::fifo, sim::StrategyKind::random,
                                       sim::StrategyKind::pct, sim::StrategyKind::delay_bounded}) {
    SimRedisOptions options;
    options.world.seed = Seed{1};
    options.world.strategy = kind;
    std::string name(sim::name_of(kind));
    std::replace(name.begin(), name.end(), '-', '_');
    add<World>(name, options, all);
  }
  for (const int drift : {-1'000, 1'000}) {
    SimRedisOptions options;
    options.world.seed = Seed{3};
    options.client_drift = sim::PartsPerMillion(drift);
    add<World>(drift < 0 ? "slow" : "fast", options, all);
  }
  return all;
}

const auto name_of = [](const testing::TestParamInfo<EventQueueSupplier>& info) {
  return info.param.name;
};
INSTANTIATE_TEST_SUITE_P(SimRocksDb, EventQueueContract,
                         testing::ValuesIn(suppliers<SimByteWorld>()), name_of);
INSTANTIATE_TEST_SUITE_P(SimStreams, EventQueueContract,
                         testing::ValuesIn(suppliers<SimStreamWorld>()), name_of);
INSTANTIATE_TEST_SUITE_P(SimStreams, StreamQueueContract,
                         testing::ValuesIn(suppliers<SimStreamWorld>()), name_of);

}  // namespace
}  // namespace lockstep::conformance
