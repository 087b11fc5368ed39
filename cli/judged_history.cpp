#include "cli/judged_history.hpp"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "checkers/history_file.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
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

}  // namespace

int check_model(const std::string& command, const std::string& model) {
  if (model.empty() || checkers::find_checker(model) != nullptr) return 0;
  std::vector<std::string> names;
  for (const checkers::CheckerInfo& checker : checkers::checkers()) {
    names.emplace_back(checker.name);
  }
  complain(command + ": there is no checker '" + model + "'" + hint(model, names) +
           " (see lockstep list checkers)");
  return static_cast<int>(Exit::usage);
}

std::expected<JudgedHistory, int> load_judged(const std::string& file, const std::string& model) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    complain(file + ": found a folder; expected a history file");
    return std::unexpected(static_cast<int>(Exit::missing));
  }
  Result<checkers::History> history = checkers::load_history(file);
  if (!history) return std::unexpected(complain_about(file, history.error()));
  Result<checkers::Judgement> judgement = checkers::judge_both(*history, model);
  if (!judgement) {
    complain(file + ": " + judgement.error().detail);
    return std::unexpected(static_cast<int>(Exit::bad_input));
  }
  return JudgedHistory{std::move(*history), std::move(*judgement)};
}

}  // namespace lockstep::cli
