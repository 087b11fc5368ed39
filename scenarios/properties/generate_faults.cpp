// Draws the faults of a scenario: draw_faults() of generate.hpp.
#include <algorithm>
#include <string>
#include <utility>

#include "scenarios/format/scenario_check.hpp"
#include "scenarios/properties/draws.hpp"
#include "scenarios/properties/generate.hpp"

namespace lockstep::properties {

namespace {

using faults::FaultEntry;
using faults::KindSpec;
using faults::ParameterRange;
using faults::ParameterSpec;
using scenarios::Scenario;

/// Some of the choices, one at least.
std::vector<std::int64_t> drawn_choices(const ParameterSpec& spec) {
  std::vector<std::int64_t> chosen;
  for (std::int64_t i = spec.least; i <= spec.most; ++i) {
    if (chance(60)) chosen.push_back(i);
  }
  if (chosen.empty()) chosen.push_back(drawn(spec.least, spec.most));
  return chosen;
}

ParameterRange drawn_parameter(const ParameterSpec& spec,
                               const std::optional<scenarios::IntegerRange>& bounds) {
  if (!spec.choices.empty()) return {0, spec.most, drawn_choices(spec)};
  const std::int64_t least = bounds ? bounds->low : spec.default_low;
  const std::int64_t most = bounds ? bounds->high : spec.default_high;
  const std::int64_t low = drawn(least, most);
  const std::int64_t high = drawn(low, most);
  return {low, high, {}};
}

FaultEntry drawn_entry(const FaultTerm& term) {
  const KindSpec& spec = faults::spec_of(term.kind);
  FaultEntry entry = faults::default_entry(term.kind);
  entry.target = term.target;
  entry.peer = spec.has_peer ? term.peer : "any";
  for (std::size_t i = 0; i < spec.parameters.size(); ++i) {
    entry.parameters[i] = drawn_parameter(spec.parameters[i], term.bounds);
  }
  if (chance(25)) {
    entry.once = drawn_range(Nanos(0), seconds(8));
  } else {
    entry.every = drawn_range(milliseconds(300), seconds(5));
  }
  if (spec.lasts) entry.lasts = drawn_range(milliseconds(5), term.lasts_max);
  return entry;
}

/// "client" may become "client/1"; whether there is one is for check() to say.
std::string drawn_selector(std::span<const std::string_view> from) {
  const std::string_view stem = one_of(std::vector<std::string_view>(from.begin(), from.end()));
  const bool numbered = stem != "any" && stem != "holder" && chance(30);
  if (!numbered) return std::string(stem);
  const std::int64_t number = drawn(0, 2);
  return std::string(stem) + "/" + std::to_string(number);
}

constexpr std::array<std::string_view, 5> peers{{"any", "client", "redis", "sink", "holder"}};

/// Of any kind that the registry has, aimed at anything that the kind may hit.
FaultEntry drawn_anything() {
  const std::span<const KindSpec> kinds = faults::kinds();
  const auto kind = static_cast<std::size_t>(drawn(0, std::ssize(kinds) - 1));
  FaultEntry entry = drawn_entry({.kind = kinds[kind].kind});
  entry.target = drawn_selector(kinds[kind].targets);
  if (kinds[kind].has_peer) entry.peer = drawn_selector(peers);
  return entry;
}

}  // namespace

void draw_faults(const Terms& terms, Scenario& scenario) {
  if (!terms.any_fault && terms.faults.empty()) return;
  const std::int64_t entries = drawn(terms.entries_min, terms.entries_max);
  for (std::int64_t i = 0; i < entries; ++i) {
    scenario.faults.push_back(terms.any_fault ? drawn_anything()
                                              : drawn_entry(one_of(terms.faults)));
    // A failover without a replica, a node that is not there, a disk that is none.
    if (scenarios::check(scenario).has_value()) scenario.faults.pop_back();
  }
}

}  // namespace lockstep::properties
