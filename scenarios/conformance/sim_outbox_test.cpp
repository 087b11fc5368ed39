// The contract of outboxes and relays, kept in the deterministic world.
#include "scenarios/conformance/outbox_contract.hpp"
#include "scenarios/conformance/sim_queue_world.hpp"
#include "scenarios/conformance/sim_redis_world.hpp"

namespace lockstep::conformance {
namespace {

/// What needs a node with a disk.
class SimLocalWorld final : public OutboxWorld {
 public:
  SimLocalWorld(const sim::WorldOptions& options, MakeKit make)
      : world_(options), make_(std::move(make)) {}
  bool run(Session body) override {
    return world_.run([this, body](Env& env) { return with_kit(env, make_, body); });
  }

 private:
  SimQueueWorld world_;
  MakeKit make_;
};

class SimRedisOutboxWorld final : public OutboxWorld {
 public:
  explicit SimRedisOutboxWorld(const SimRedisOptions& options) : world_(options) {}
  bool run(Session body) override {
    const MakeKit make = [this](Env& env) { return redis_kit(env, world_.store_server()); };
    return world_.run([make, body](Env& env) { return with_kit(env, make, body); });
  }

 private:
  SimRedisWorld world_;
};

std::vector<OutboxSupplier> suppliers() {
  std::vector<OutboxSupplier> all;
  for (const sim::StrategyKind kind : {sim::StrategyKind::fifo, sim::StrategyKind::random,
                                       sim::StrategyKind::pct, sim::StrategyKind::delay_bounded}) {
    const sim::WorldOptions options{.seed = Seed{11}, .strategy = kind};
    std::string name(sim::name_of(kind));
    std::replace(name.begin(), name.end(), '-', '_');
    all.push_back({"memory_" + name,
                   [options] { return std::make_unique<SimLocalWorld>(options, &memory_kit); }});
    all.push_back({"rocksdb_" + name,
                   [options] { return std::make_unique<SimLocalWorld>(options, &rocks_kit); }});
    all.push_back({"redis_" + name, [options] {
                     SimRedisOptions redis;
                     redis.world = options;
                     return std::make_unique<SimRedisOutboxWorld>(redis);
                   }});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Sim, OutboxContract, testing::ValuesIn(suppliers()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::conformance
