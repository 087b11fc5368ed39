// The contract of the queue, kept in the deterministic world under every strategy and by clocks
// that drift.
#include "scenarios/conformance/sim_queue_world.hpp"

namespace lockstep::conformance {
namespace {

std::vector<QueueSupplier> suppliers() {
  std::vector<QueueSupplier> all;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const sim::StrategyKind kind :
         {sim::StrategyKind::fifo, sim::StrategyKind::random, sim::StrategyKind::pct,
          sim::StrategyKind::delay_bounded}) {
      const auto make = [seed, kind] {
        return std::make_unique<SimQueueWorld>(
            sim::WorldOptions{.seed = Seed{seed}, .strategy = kind});
      };
      std::string name(sim::name_of(kind));
      std::replace(name.begin(), name.end(), '-', '_');
      all.push_back({name + "_" + std::to_string(seed), make});
    }
  }
  for (const int drift : {-1'000, 1'000}) {
    const auto make = [drift] {
      return std::make_unique<SimQueueWorld>(sim::WorldOptions{.seed = Seed{3}},
                                             sim::PartsPerMillion(drift));
    };
    all.push_back({drift < 0 ? "slow" : "fast", make});
  }
  return all;
}

std::string name_of_queue_supplier(const testing::TestParamInfo<QueueSupplier>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sim, QueueContract, testing::ValuesIn(suppliers()),
                         name_of_queue_supplier);

}  // namespace
}  // namespace lockstep::conformance
