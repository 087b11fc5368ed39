#include "cli/suggest.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "scenarios/format/field_reader.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;

/// Files looked at for a guess: a guess must never take long.
constexpr std::size_t looked_at_max = 10'000;

std::string question(std::string_view guess) {
  return "; did you mean '" + std::string(guess) + "'?";
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (names.size() == looked_at_max) break;
    names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// A scenario file below `folder` whose name is `name`, with or without ".json".
std::string scenario_named(const fs::path& folder, const std::string& name) {
  std::vector<std::string> found;
  std::error_code error;
  std::size_t looked_at = 0;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (++looked_at > looked_at_max) break;
    const fs::path& path = it->path();
    if (path.extension() != ".json") continue;
    if (path.stem() == name || path.filename() == name) found.push_back(path.string());
  }
  if (found.empty()) return {};
  return *std::ranges::min_element(found);
}

}  // namespace

std::string hint(std::string_view wrong, std::span<const std::string> names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view guess = scenarios::closest(wrong, views);
  return guess.empty() ? std::string() : question(guess);
}

std::string hint_for_missing(const std::string& path) {
  const fs::path wanted(path);
  const std::string name = wanted.filename().string();
  std::error_code error;
  if (name.empty() || fs::exists(wanted, error)) return {};
  const fs::path parent = wanted.parent_path();
  const std::vector<std::string> names = names_in(parent.empty() ? fs::path(".") : parent);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view guess = scenarios::closest(name, views);
  if (!guess.empty()) return question((parent / guess).string());
  const std::string scenario = scenario_named("scenarios", name);
  return scenario.empty() ? std::string() : question(scenario);
}

}  // namespace lockstep::cli
