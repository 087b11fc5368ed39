#include "scenarios/campaign/campaign.hpp"

#include <thread>
#include <utility>

#include "impl/base/assert.hpp"
#include "scenarios/campaign/collector.hpp"
#include "scenarios/campaign/run_slot.hpp"
#include "scenarios/campaign/seed_run.hpp"
#include "scenarios/campaign/watchdog.hpp"

namespace lockstep::campaign {
namespace {

void work(std::span<const scenarios::LoadedScenario> scenarios, const scenarios::Runner& runner,
          const CampaignOptions& options, Collector& collector, RunSlot& slot) {
  const SignalStack signal_stack;
  while (const std::optional<Unit> unit = collector.next()) {
    SeedRunOptions run_options;
    run_options.check_determinism = options.check_determinism;
    run_options.whole = options.whole;
    run_options.out = options.out;
    run_options.sets = options.sets;
    run_options.now = options.now;
    run_options.wants_kept = [&](bool as_expected) {
      return collector.has_room(*unit, as_expected);
    };
    collector.submit(*unit,
                     run_seed(scenarios[unit->scenario], unit->seed, runner, run_options, slot));
  }
}

}  // namespace

CampaignEnd run_campaign(std::span<const scenarios::LoadedScenario> scenarios,
                         const scenarios::Runner& runner, const CampaignOptions& options) {
  ASSERT(!scenarios.empty() && options.now && options.jobs >= 1 && options.jobs <= jobs_max);
  Collector collector(scenarios, options);
  std::vector<RunSlot> slots(options.jobs);
  {
    const Watchdog watchdog(slots, {options.now, options.warn, options.slow_after});
    std::vector<std::jthread> threads;
    for (RunSlot& slot : slots) {
      threads.emplace_back([&] { work(scenarios, runner, options, collector, slot); });
    }
  }
  return std::move(collector).end();
}

}  // namespace lockstep::campaign
