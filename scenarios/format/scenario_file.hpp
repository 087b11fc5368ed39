// Scenario files: reading with every mistake named, overriding fields, writing, finding them.
//
// Unknown fields, wrong types, wrong units, values out of range, fields given twice and references
// to nodes that are not there are errors with file and JSON pointer; broken JSON with its line.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// A scenario is written by hand; a larger file is something else.
inline constexpr std::size_t scenario_bytes_max = 1U << 20U;
/// Scenario files below one folder: a folder with more was named by mistake.
inline constexpr std::size_t scenario_files_max = 10'000;

/// `text` is the content of `file` (used in messages only). `sets` are "path=value", applied in
/// order before anything is checked: "lock.ttl=10s", "faults.0.every=1s..2s", "require=[]". A value
/// that is not JSON is taken as a string; a number serves where a string is wanted.
/// Errors: bad_file; bad_option when the scenario is right without the `sets` and wrong with them.
[[nodiscard]] Input<Scenario> parse_scenario(std::string_view text, const std::string& file,
                                             std::span<const std::string> sets = {});

/// JSON that parse_scenario() reads back as an equal scenario, every field spelled out.
[[nodiscard]] std::string write_scenario(const Scenario& scenario);

struct LoadedScenario {
  std::string file;
  Scenario scenario;
};

/// All *.json below a folder, by path. Errors: missing - none is there, or it cannot be read.
[[nodiscard]] Input<std::vector<std::string>> json_files_below(const std::string& folder);

/// Each path is a file, or a folder: all *.json below it that are no failure files. In order of the
/// paths given, inside a folder by path, each file once. Errors: missing (also: a folder without
/// scenarios), bad_file (also: two files with one name), bad_option.
[[nodiscard]] Input<std::vector<LoadedScenario>> load_scenarios(
    std::span<const std::string> paths, std::span<const std::string> sets = {});

}  // namespace lockstep::scenarios
