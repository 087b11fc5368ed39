#include "scenarios/campaign/outcome.hpp"

#include <algorithm>

#include "faults/kind.hpp"

namespace lockstep::campaign {
namespace {

reports::FaultCount all_of(const reports::Results& results, std::string_view kind) {
  reports::FaultCount all;
  for (const reports::ScenarioResult& scenario : results.scenarios) {
    const auto found = std::ranges::find(scenario.faults, kind, &reports::FaultCount::kind);
    if (found == scenario.faults.end()) continue;
    all.fired += found->fired;
    all.effective += found->effective;
  }
  return all;
}

}  // namespace

/// Fault kinds that happened and never touched anything, over all scenarios: such a knob is rotten.
std::vector<std::string> problems_of(const reports::Results& results) {
  std::vector<std::string> out;
  if (results.single_seed) return out;
  for (const faults::KindSpec& kind : faults::kinds()) {
    const reports::FaultCount all = all_of(results, kind.name);
    if (all.fired == 0 || all.effective > 0) continue;
    out.push_back("fault " + std::string(kind.name) + " fired " + std::to_string(all.fired) +
                  " times and was never effective");
  }
  return out;
}

Outcome outcome_of(const reports::Results& results) {
  Outcome outcome;
  outcome.interrupted = results.interrupted;
  outcome.violated = !results.problems.empty();
  outcome.unknown = !results.asked.missing.empty();
  for (const reports::ScenarioResult& scenario : results.scenarios) {
    outcome.diverged |= scenario.divergences_found > 0;
    outcome.violated |= scenario.standing == reports::Standing::failed;
    outcome.unknown |= scenario.standing == reports::Standing::unknown;
  }
  return outcome;
}

}  // namespace lockstep::campaign
