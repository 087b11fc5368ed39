#include "scenarios/format/scenario_file.hpp"

#include <utility>

#include "scenarios/format/field_reader.hpp"
#include "scenarios/format/field_writer.hpp"
#include "scenarios/format/overrides.hpp"
#include "scenarios/format/read_json.hpp"
#include "scenarios/format/scenario_check.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

Input<Scenario> scenario_of(const Json& json, const std::string& file, Given given) {
  Scenario scenario;
  ReadState state;
  state.given = std::move(given);
  read_fields(json, state, scenario, scenario_fields);
  if (!state.error) state.error = check(scenario);
  if (!state.error) return scenario;
  state.error->file = file;
  return std::unexpected(*std::move(state.error));
}

bool is_above(std::string_view upper, std::string_view lower) {
  return lower.starts_with(upper) && (lower.size() == upper.size() || lower[upper.size()] == '/');
}

// The option that an error is about: the last that set the field, something above or below it. All
// of them if it is about a field that none of them set.
std::string culprit(std::span<const std::string> sets, const InputError& error) {
  std::string all;
  std::string last;
  for (const std::string& set : sets) {
    const std::string pointer = override_pointer(set);
    if (is_above(pointer, error.pointer) || is_above(error.pointer, pointer)) last = set;
    all += (all.empty() ? "" : " --set ") + set;
  }
  return "--set " + (last.empty() ? all : last);
}

Input<Scenario> overridden(Json json, const std::string& file, std::span<const std::string> sets) {
  Given given;
  for (const std::string& set : sets) {
    if (auto done = apply_override(json, set, given); !done) {
      done.error().file += " (" + file + ")";
      return std::unexpected(std::move(done.error()));
    }
  }
  Input<Scenario> scenario = scenario_of(json, file, std::move(given));
  if (scenario) return scenario;
  InputError error = std::move(scenario.error());
  error.kind = InputError::Kind::bad_option;
  error.file = culprit(sets, error) + " (" + file + ")";
  return std::unexpected(std::move(error));
}

}  // namespace

Input<Scenario> parse_scenario(std::string_view text, const std::string& file,
                               std::span<const std::string> sets) {
  Input<Json> json = read_json(text, file, scenario_bytes_max);
  if (!json) return std::unexpected(std::move(json.error()));
  Input<Scenario> scenario = scenario_of(*json, file, {});
  if (!scenario || sets.empty()) return scenario;
  return overridden(*std::move(json), file, sets);
}

std::string write_scenario(const Scenario& scenario) {
  return write_json(to_json(scenario, scenario_fields));
}

}  // namespace lockstep::scenarios
