#include "scenarios/format/require.hpp"

#include <algorithm>
#include <vector>

#include "checkers/verdict.hpp"
#include "scenarios/coverage/reached.hpp"
#include "scenarios/format/field_reader.hpp"

namespace lockstep::scenarios {
namespace {

constexpr std::string_view fault_prefix = "fault:";

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < checkers::property_count; ++i) {
    names.push_back(checkers::name_of(static_cast<checkers::Property>(i)));
  }
  for (const Probe& probe : probes()) names.push_back(probe.name);
  return names;
}

/// The kinds of a scenario's faults, each once, in its order.
std::vector<std::string> faults_of(const Scenario& scenario) {
  std::vector<std::string> out;
  for (const faults::FaultEntry& entry : scenario.faults) {
    std::string name(fault_prefix);
    name += faults::name_of(entry.kind);
    if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

RequireMistake mistake(const std::string& text, const std::vector<std::string_view>& names) {
  std::string expected = one_of(names);
  const std::string_view guess = closest(text, names);
  if (!guess.empty()) expected += "; did you mean '" + std::string(guess) + "'?";
  return {"'" + text + "'", std::move(expected)};
}

}  // namespace

std::optional<faults::Kind> required_fault(std::string_view text) {
  if (!text.starts_with(fault_prefix)) return std::nullopt;
  return faults::kind_of(text.substr(fault_prefix.size()));
}

std::optional<RequireMistake> check_required(const Scenario& scenario, const std::string& text) {
  if (!text.starts_with(fault_prefix)) {
    const std::vector<std::string_view> names = known_names();
    if (std::ranges::find(names, text) != names.end()) return std::nullopt;
    return mistake(text, names);
  }
  const std::vector<std::string> own = faults_of(scenario);
  if (std::ranges::find(own, text) != own.end()) return std::nullopt;
  if (own.empty())
    return RequireMistake{"'" + text + "'", "a kind among the faults, and there are none"};
  return mistake(text, {own.begin(), own.end()});
}

}  // namespace lockstep::scenarios
