#include "cli/report.hpp"

#include <array>
#include <optional>
#include <utility>

#include "cli/campaign_pages.hpp"
#include "cli/shard_variables.hpp"
#include "cli/terminal.hpp"
#include "reports/github.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/markdown.hpp"
#include "reports/text.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/failure_folder.hpp"

namespace lockstep::cli {
namespace {

using campaign::Exit;
using reports::Results;
using scenarios::Input;
using scenarios::InputError;

struct Output {
  std::optional<std::string> OutputArguments::* file;
  std::string (*render)(const Results& results);
};

constexpr std::array outputs_known = {
    Output{&OutputArguments::json,
           [](const Results& results) { return reports::to_json(results); }},
    Output{&OutputArguments::junit,
           [](const Results& results) { return reports::to_junit(results); }},
    Output{&OutputArguments::markdown,
           [](const Results& results) { return reports::to_markdown(results); }},
};

/// A reason why one of them could not be written, in one line; empty when all were.
std::string write_results(const OutputArguments& outputs, const Results& results) {
  for (const Output& output : outputs_known) {
    const std::optional<std::string>& file = outputs.*output.file;
    if (!file) continue;
    const Result<void> written = campaign::write_file(*file, output.render(results));
    if (!written) return written.error().detail;
  }
  return outputs.html ? write_campaign_pages(*outputs.html, results) : std::string();
}

}  // namespace

InputError unwritable(const std::string& path, std::string why) {
  InputError error;
  error.kind = InputError::Kind::unwritable;
  error.file = path;
  error.found = "that it cannot be written: " + std::move(why);
  return error;
}

Input<void> check_outputs(const OutputArguments& outputs) {
  for (const Output& output : outputs_known) {
    const std::optional<std::string>& file = outputs.*output.file;
    if (!file) continue;
    const std::string why = campaign::why_file_unwritable(*file);
    if (!why.empty()) return std::unexpected(unwritable(*file, why));
  }
  if (!outputs.html) return {};
  const std::string why = why_page_unwritable(*outputs.html);
  if (!why.empty()) return std::unexpected(unwritable(*outputs.html, why));
  return {};
}

int report(const OutputArguments& outputs, Results results) {
  const std::string unwritten = write_results(outputs, results);
  const bool is_internal = results.exit_code == static_cast<int>(Exit::internal);
  if (!unwritten.empty() && !is_internal) {
    results.exit_code = static_cast<int>(Exit::cannot_write);
  }
  std::string text = reports::to_text(results, {.coverage = outputs.coverage});
  if (outputs.github.value_or(variable("GITHUB_ACTIONS") == "true")) {
    text += reports::to_github(results);
  }
  const bool printed = print(text);
  if (!unwritten.empty()) complain(unwritten);
  return printed ? results.exit_code : complain_about_stdout();
}

}  // namespace lockstep::cli
