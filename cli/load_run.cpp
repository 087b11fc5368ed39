#include "cli/load_run.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "checkers/history_file.hpp"
#include "cli/judged_history.hpp"
#include "cli/terminal.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/replay.hpp"
#include "scenarios/records/run_records.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;
using reports::RunRecord;
using scenarios::Failure;

constexpr std::string_view failure_name = "failure.json";

std::string beside(const std::string& file, const char* name) {
  return fs::path(file).replace_filename(name).string();
}

bool is_there(const std::string& file) {
  std::error_code ignored;
  return fs::exists(file, ignored);
}

/// The story of the same failure made small, where it was.
void add_story(RunRecord& run, const std::string& failure_file) {
  const std::string file = beside(failure_file, "shrunk.json");
  if (run.shrunk || file == failure_file || !is_there(file)) return;
  const auto shrunk = scenarios::load_failure(file);
  if (shrunk && !shrunk->story.empty()) run.shrunk = scenarios::shrunk_run(*shrunk, file);
}

std::expected<RunRecord, int> from_folder(const Failure& failure, const std::string& file,
                                          const std::string& history) {
  auto judged = load_judged(history, {});
  if (!judged) return std::unexpected(judged.error());
  const Seed seed = judged->history.header.seed;
  if (seed != failure.plan.config.seed) {
    complain(history + ":1: found the history of seed " + std::to_string(seed.value) +
             "; expected that of seed " + std::to_string(failure.plan.config.seed.value) + ", as " +
             file + " says");
    return std::unexpected(static_cast<int>(campaign::Exit::bad_input));
  }
  return scenarios::record_of(failure, file, std::move(judged->history),
                              std::move(judged->judgement));
}

std::expected<RunRecord, int> run_again(const Failure& failure, const std::string& file,
                                        const Product& product) {
  scenarios::RunResult ran;
  campaign::ReplayOptions options;
  options.run = &ran;
  options.now = &wall_now;
  options.warn = [](const std::string& warning) { complain(warning); };
  const campaign::ReplayEnd end = campaign::replay(failure, file, product.runner, options);
  if (end.refused) return std::unexpected(complain(*end.refused));
  if (!end.internal_error.empty()) {
    complain("internal error: " + end.internal_error);
    return std::unexpected(end.exit_code);
  }
  if (end.left_path) {
    complain(file + ": the run left its recorded path at event " +
             std::to_string(end.left_path->event) + "; reported is what happens now");
  }
  RunRecord run =
      scenarios::record_of(failure, file, std::move(ran.history), std::move(ran.judgement));
  run.world = std::move(ran.world);
  return run;
}

}  // namespace

std::expected<RunRecord, int> load_failed_run(const std::string& file, const Product& product) {
  const auto failure = scenarios::load_failure(file);
  if (!failure) return std::unexpected(complain(failure.error()));
  const std::string history = beside(file, "history.jsonl");
  const bool is_kept = fs::path(file).filename() == failure_name && is_there(history);
  auto run = is_kept ? from_folder(*failure, file, history) : run_again(*failure, file, product);
  if (run) add_story(*run, file);
  return run;
}

std::expected<RunRecord, int> load_history_run(const std::string& file, const std::string& model) {
  auto judged = load_judged(file, model);
  if (!judged) return std::unexpected(judged.error());
  return scenarios::record_of(file, std::move(judged->history), std::move(judged->judgement));
}

std::optional<RunRecord> kept_run(const std::string& failure_file) {
  const auto failure = scenarios::load_failure(failure_file);
  if (!failure) return std::nullopt;
  auto history = checkers::load_history(beside(failure_file, "history.jsonl"));
  if (!history || history->header.seed != failure->plan.config.seed) return std::nullopt;
  auto judgement = checkers::judge_both(*history);
  if (!judgement) return std::nullopt;
  RunRecord run =
      scenarios::record_of(*failure, failure_file, std::move(*history), std::move(*judgement));
  add_story(run, failure_file);
  return run;
}

}  // namespace lockstep::cli
