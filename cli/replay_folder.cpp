// `lockstep replay FOLDER`: every failure file below it, a line each; what a corpus of regressions
// is run with.
#include "cli/replay_folder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "cli/terminal.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::cli {
namespace {

using campaign::Exit;
using campaign::ReplayEnd;

/// Gravest first.
constexpr std::array exits_by_weight{Exit::internal, Exit::bad_input, Exit::divergence,
                                     Exit::violation, Exit::unknown};

Exit graver(Exit a, Exit b) {
  for (const Exit exit : exits_by_weight) {
    if (a == exit || b == exit) return exit;
  }
  return Exit::as_expected;
}

std::string_view mark_of(Exit exit) {
  switch (exit) {
    case Exit::as_expected: return "ok        ";
    case Exit::unknown: return "UNKNOWN   ";
    case Exit::divergence: return "LEFT PATH ";
    case Exit::violation: return "FAILED    ";
    default: return "ERROR     ";
  }
}

std::string line_of(const ReplayEnd& end, const std::string& file, const std::string& about) {
  const auto exit = static_cast<Exit>(end.exit_code);
  std::string line(mark_of(exit));
  line += file;
  for (const reports::AnomalyCount& anomaly : end.result.anomalies) {
    if (anomaly.weight != reports::Weight::warning) line += "  " + anomaly.id;
  }
  if (exit == Exit::violation && !about.empty()) line += "\n            " + about;
  for (const std::string& reason : end.result.reasons) line += "\n            " + reason;
  return line + "\n";
}

}  // namespace

int replay_folder(const std::string& folder, const Product& product,
                  const campaign::ReplayOptions& options) {
  const auto files = scenarios::json_files_below(folder);
  if (!files) return complain(files.error());
  Exit exit = Exit::as_expected;
  std::size_t as_expected = 0;
  for (const std::string& file : *files) {
    if (interruption().load()) break;
    const auto failure = scenarios::load_failure(file);
    if (!failure) return complain(failure.error());
    const ReplayEnd end = campaign::replay(*failure, file, product.runner, options);
    if (end.refused) return complain(*end.refused);
    if (!end.internal_error.empty()) complain("internal error: " + end.internal_error);
    const auto ended = static_cast<Exit>(end.exit_code);
    if (ended == Exit::as_expected) as_expected += 1;
    exit = graver(exit, ended);
    if (!print(line_of(end, file, failure->about))) return complain_about_stdout();
  }
  if (interruption().load()) exit = Exit::interrupted;
  const std::string closing = std::to_string(as_expected) + " of " + std::to_string(files->size()) +
                              " failure files as expected; exit " +
                              std::to_string(static_cast<int>(exit)) + "\n";
  return print(closing) ? static_cast<int>(exit) : complain_about_stdout();
}

}  // namespace lockstep::cli
