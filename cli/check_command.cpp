// `lockstep check`: histories from anywhere, judged.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/judged_history.hpp"
#include "cli/terminal.hpp"
#include "reports/checked.hpp"
#include "scenarios/campaign/exit_code.hpp"

namespace lockstep::cli {
int check(const CheckArguments& arguments) {
  if (const int wrong = check_model("check", arguments.model); wrong != 0) return wrong;
  std::vector<reports::CheckedHistory> checked;
  std::optional<int> first_error;
  campaign::Outcome outcome;
  for (const std::string& file : arguments.histories) {
    const auto judged = load_judged(file, arguments.model);
    if (!judged) {
      if (!first_error) first_error = judged.error();
      continue;
    }
    auto one = reports::checked_history(file, judged->history, judged->judgement);
    outcome.violated |= one.verdict == checkers::Verdict::invalid;
    outcome.unknown |= one.verdict == checkers::Verdict::unknown;
    if (!arguments.json && !print(reports::to_text(one))) return complain_about_stdout();
    checked.push_back(std::move(one));
  }
  if (arguments.json && !print(reports::to_json(checked))) return complain_about_stdout();
  return first_error.value_or(static_cast<int>(campaign::exit_of(outcome)));
}

}  // namespace lockstep::cli
