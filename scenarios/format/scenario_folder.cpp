// Finding scenario files: load_scenarios() of scenario_file.hpp.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "scenarios/format/files.hpp"
#include "scenarios/format/read_json.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::scenarios {

namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

std::unexpected<InputError> missing(const std::string& path, std::string found,
                                    std::string expected) {
  InputError error{.kind = InputError::Kind::missing, .file = path};
  error.found = std::move(found);
  error.expected = std::move(expected);
  return std::unexpected(std::move(error));
}

}  // namespace

Input<Paths> json_files_below(const std::string& folder) {
  Paths files;
  std::error_code code;
  for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code)) {
    std::error_code dangling;
    if (at->path().extension() != ".json" || !at->is_regular_file(dangling)) continue;
    files.push_back(at->path().generic_string());
    if (files.size() > scenario_files_max) {
      return missing(folder, "more than " + std::to_string(scenario_files_max) + " files *.json",
                     "a folder of them");
    }
  }
  if (code) return missing(folder, "a folder that cannot be read (" + code.message() + ")", "");
  if (files.empty()) return missing(folder, "a folder without any *.json", "a folder of them");
  std::ranges::sort(files);
  return files;
}

namespace {

Input<Paths> files_of(const std::string& path) {
  std::error_code code;
  if (!fs::exists(path, code)) return missing(path, "no such file or folder", "scenarios");
  if (fs::is_directory(path, code)) return json_files_below(path);
  return Paths{path};
}

// In order, each file once however it was named.
Input<Paths> all_files(std::span<const std::string> paths) {
  Paths all;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    Input<Paths> files = files_of(path);
    if (!files) return files;
    for (std::string& file : *files) {
      std::error_code code;
      if (!seen.insert(fs::weakly_canonical(file, code).generic_string()).second) continue;
      all.push_back(std::move(file));
    }
  }
  return all;
}

/// A failure file among scenarios, as scenarios/regressions has them: for replay, not for run.
bool is_failure(const std::string& text, const std::string& file) {
  const Input<Json> json = read_json(text, file, scenario_bytes_max);
  if (!json) return false;
  const auto* object = json->get<JsonObject>();
  return object != nullptr && find(*object, "plan") != nullptr;
}

std::unexpected<InputError> named_twice(const LoadedScenario& loaded, const std::string& other) {
  InputError error{.kind = InputError::Kind::bad_file, .file = loaded.file};
  error.pointer = "/name";
  error.found = "the name '" + loaded.scenario.name + "', which " + other + " has too";
  error.expected = "a name of its own";
  return std::unexpected(std::move(error));
}

}  // namespace

Input<std::vector<LoadedScenario>> load_scenarios(std::span<const std::string> paths,
                                                  std::span<const std::string> sets) {
  const Input<Paths> files = all_files(paths);
  if (!files) return std::unexpected(files.error());
  std::vector<LoadedScenario> loaded;
  std::map<std::string, std::string> file_of;  // by name of scenario
  for (const std::string& file : *files) {
    const Input<std::string> text = read_file(file, scenario_bytes_max);
    if (!text) return std::unexpected(text.error());
    Input<Scenario> scenario = parse_scenario(*text, file, sets);
    const bool was_named = std::ranges::find(paths, file) != paths.end();
    if (!scenario && !was_named && is_failure(*text, file)) continue;
    if (!scenario) return std::unexpected(std::move(scenario.error()));
    loaded.push_back({file, *std::move(scenario)});
    const auto [other, fresh] = file_of.emplace(loaded.back().scenario.name, file);
    if (!fresh) return named_twice(loaded.back(), other->second);
  }
  if (!loaded.empty()) return loaded;
  return missing(paths.front(), "failure files only", "scenarios (replay runs failure files)");
}

}  // namespace lockstep::scenarios
