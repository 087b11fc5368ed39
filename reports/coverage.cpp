#include "reports/coverage.hpp"

#include <algorithm>
#include <string_view>

namespace lockstep::reports {
namespace {

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string out = std::to_string(count) + " ";
  out += noun;
  return count == 1 ? out : out + "s";
}

const FaultCount* fault_of(const ScenarioResult& scenario, std::string_view kind) {
  const auto found = std::ranges::find(scenario.faults, kind, &FaultCount::kind);
  return found == scenario.faults.end() ? nullptr : &*found;
}

}  // namespace

std::string coverage_text(const ScenarioResult& scenario) {
  std::string out;
  if (!scenario.faults.empty()) {
    const auto effective = std::ranges::count_if(
        scenario.faults, [](const FaultCount& fault) { return fault.effective > 0; });
    out += std::to_string(effective) + " of " + counted(scenario.faults.size(), "fault kind") +
           " effective, ";
  }
  const auto exercised = std::ranges::count_if(
      scenario.properties, [](const PropertyCount& property) { return property.seeds > 0; });
  out += counted(static_cast<std::uint64_t>(exercised), "probe") + ", ";
  out += counted(scenario.states.size(), "state");
  const std::uint64_t quarter = scenario.seeds / 4;
  if (quarter == 0) return out;
  return out + " (" + std::to_string(scenario.states_late) + " new in the last " +
         counted(quarter, "seed") + ")";
}

bool lacks_required(const ScenarioResult& scenario) {
  constexpr std::string_view fault_prefix = "fault:";
  return std::ranges::any_of(scenario.claim.require, [&](const std::string& name) {
    if (name.starts_with(fault_prefix)) {
      const FaultCount* const fault = fault_of(scenario, name.substr(fault_prefix.size()));
      return fault == nullptr || fault->effective == 0;
    }
    const auto found = std::ranges::find(scenario.properties, name, &PropertyCount::name);
    return found == scenario.properties.end() || found->seeds == 0;
  });
}

}  // namespace lockstep::reports
