// The contract of the inbox, in the deterministic world; a session ends with a power cut.
#include "scenarios/conformance/inbox_contract.hpp"
#include "scenarios/conformance/sim_queue_world.hpp"

namespace lockstep::conformance {
namespace {

QueueSupplier supplier(std::string name, sim::StrategyKind strategy) {
  return {std::move(name), [strategy] {
            return std::make_unique<SimQueueWorld>(
                sim::WorldOptions{.seed = Seed{7}, .strategy = strategy});
          }};
}

INSTANTIATE_TEST_SUITE_P(Sim, InboxContract,
                         testing::Values(supplier("fifo", sim::StrategyKind::fifo),
                                         supplier("random", sim::StrategyKind::random),
                                         supplier("pct", sim::StrategyKind::pct)),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::conformance
