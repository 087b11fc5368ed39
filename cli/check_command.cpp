// `lockstep check`: histories from anywhere, judged.
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "cli/commands.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "reports/checked.hpp"
#include "scenarios/campaign/exit_code.hpp"

namespace lockstep::cli {
namespace {

using campaign::Exit;

int complain_about(const std::string& file, const Error& error) {
  if (error.code == Errc::not_found) {
    complain(error.detail + hint_for_missing(file));
    return static_cast<int>(Exit::missing);
  }
  complain(error.detail);
  return static_cast<int>(error.code == Errc::io_error ? Exit::missing : Exit::bad_input);
}

int check_model(const std::string& model) {
  if (model.empty() || checkers::find_checker(model) != nullptr) return 0;
  std::vector<std::string> names;
  for (const checkers::CheckerInfo& checker : checkers::checkers()) {
    names.emplace_back(checker.name);
  }
  complain("check: there is no checker '" + model + "'" + hint(model, names) +
           " (see lockstep list checkers)");
  return static_cast<int>(Exit::usage);
}

/// Reads and judges one file; a file that cannot be judged is complained about.
std::expected<reports::CheckedHistory, int> check_one(const std::string& file,
                                                      const std::string& model) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    complain(file + ": found a folder; expected a history file");
    return std::unexpected(static_cast<int>(Exit::missing));
  }
  const Result<checkers::History> history = checkers::load_history(file);
  if (!history) return std::unexpected(complain_about(file, history.error()));
  Result<checkers::Judgement> judgement = checkers::judge_both(*history, model);
  if (!judgement) {
    complain(file + ": " + judgement.error().detail);
    return std::unexpected(static_cast<int>(Exit::bad_input));
  }
  return reports::checked_history(file, *history, *judgement);
}

}  // namespace

int check(const CheckArguments& arguments) {
  if (const int wrong = check_model(arguments.model); wrong != 0) return wrong;
  std::vector<reports::CheckedHistory> checked;
  std::optional<int> first_error;
  campaign::Outcome outcome;
  for (const std::string& file : arguments.histories) {
    auto one = check_one(file, arguments.model);
    if (!one) {
      if (!first_error) first_error = one.error();
      continue;
    }
    outcome.violated |= one->verdict == checkers::Verdict::invalid;
    outcome.unknown |= one->verdict == checkers::Verdict::unknown;
    if (!arguments.json && !print(reports::to_text(*one))) return complain_about_stdout();
    checked.push_back(std::move(*one));
  }
  if (arguments.json && !print(reports::to_json(checked))) return complain_about_stdout();
  return first_error.value_or(static_cast<int>(campaign::exit_of(outcome)));
}

}  // namespace lockstep::cli
