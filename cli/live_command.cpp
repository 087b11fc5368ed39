// `lockstep live`: one seed of one scenario in real time.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "checkers/history_file.hpp"
#include "cli/commands.hpp"
#include "cli/live_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "impl/base/version.hpp"
#include "reports/json.hpp"
#include "reports/violations.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/campaign/outcome.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/campaign/tally.hpp"
#include "scenarios/coverage/reached.hpp"
#include "scenarios/format/files.hpp"
#include "scenarios/format/seeds.hpp"

namespace lockstep::cli {
namespace {

using campaign::Exit;
using scenarios::Input;
using scenarios::InputError;
using scenarios::LoadedScenario;
using scenarios::live::LiveOptions;
using scenarios::live::LiveResult;

/// Asked before anything is started.
Input<void> check_outputs(const LiveArguments& arguments) {
  const std::string why = campaign::why_folder_unwritable(arguments.out);
  if (!why.empty()) return std::unexpected(unwritable(arguments.out, why));
  return check_outputs(OutputArguments{.json = arguments.json});
}

Input<LoadedScenario> load_one(const LiveArguments& arguments) {
  std::vector<std::string> sets = arguments.sets;
  if (arguments.duration) sets.push_back("duration=" + *arguments.duration);
  auto loaded = scenarios::load_scenarios(std::vector{arguments.scenario}, sets);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (loaded->size() == 1) return std::move(loaded->front());
  InputError error;
  error.kind = InputError::Kind::bad_option;
  error.pointer = "SCENARIO";
  error.found = "a folder with " + std::to_string(loaded->size()) + " scenarios";
  error.expected = "one scenario";
  return std::unexpected(std::move(error));
}

LiveOptions options_of(const LiveArguments& arguments, const LoadedScenario& scenario) {
  LiveOptions options;
  options.redis_urls = arguments.redis;
  options.sink_url = arguments.sink;
  options.entries = scenario.scenario.faults;
  options.flush = arguments.flush;
  std::error_code ignored;
  options.program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  options.interrupted = &interruption();
  return options;
}

/// What could not be run at all.
int complain_about(const LoadedScenario& scenario, const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      complain(scenario.file + ": cannot run live:\n  " + error.detail);
      return static_cast<int>(Exit::bad_input);
    case Errc::refused:
    case Errc::not_found:
    case Errc::no_reply:
      complain("live: " + error.detail);
      return static_cast<int>(Exit::unavailable);
    default: complain("live: " + to_text(error)); return static_cast<int>(Exit::internal);
  }
}

Result<LiveResult> run(const scenarios::Plan& plan, LiveOptions options, const Product& product) {
  StatusLine status;
  options.progress = [&status](const scenarios::live::LiveProgress& progress) {
    status.update([&progress] { return progress_text(progress); });
  };
  return product.live(plan, options);
}

/// Probes are what the implementation tells a world that it runs in.
std::vector<std::string> required_live(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) {
    return std::ranges::find(scenarios::probes(), name, &scenarios::Probe::name) !=
           scenarios::probes().end();
  });
  return names;
}

reports::Results results_of(const LoadedScenario& scenario, const LiveResult& live,
                            const scenarios::PlanConfig& config, const std::string& history) {
  campaign::SeedOutcome outcome =
      campaign::summarise(live.run, config, required_live(scenario.scenario.require));
  outcome.result.trace_hash.clear();
  outcome.result.strategy.clear();
  outcome.busy = live.run.virtual_time;
  campaign::ScenarioTally tally(scenario, true, true);
  if (!outcome.result.anomalies.empty()) {
    outcome.kept = campaign::KeptRun{
        {}, {}, reports::violations_in_words(live.run.history, live.run.judgement)};
    tally.kept(outcome, history);
  }
  tally.add(std::move(outcome));
  reports::Results results;
  results.version = version();
  results.commit = commit();
  results.compiler = compiler();
  results.asked.first = config.seed;
  results.asked.seeds = 1;
  results.single_seed = true;
  results.interrupted = live.interrupted;
  results.elapsed = live.run.virtual_time;
  results.scenarios.push_back(std::move(tally).result());
  results.exit_code = static_cast<int>(campaign::exit_of(campaign::outcome_of(results)));
  return results;
}

/// Writes what is asked for. Returns the exit code.
int report(const LiveArguments& arguments, const LoadedScenario& scenario, const LiveResult& live,
           const scenarios::PlanConfig& config) {
  const std::string folder =
      campaign::run_folder(arguments.out + "/live", scenario.scenario.name, config.seed);
  const std::string file = folder + "/history.jsonl";
  reports::Results results = results_of(scenario, live, config, file);
  Input<void> written = scenarios::write_file(file, checkers::write_history(live.run.history));
  if (written && arguments.json) {
    written = scenarios::write_file(*arguments.json, reports::to_json(results));
  }
  const bool printed = print(live_text(results, live, config, file));
  if (!written) return complain(written.error());
  return printed ? results.exit_code : complain_about_stdout();
}

}  // namespace

int live(const LiveArguments& arguments, const Product& product) {
  const Input<Seed> seed = scenarios::parse_seed(arguments.seed);
  if (!seed) return complain(seed.error());
  const Input<LoadedScenario> scenario = load_one(arguments);
  if (!scenario) return complain(scenario.error());
  if (const Input<void> outputs = check_outputs(arguments); !outputs) {
    return complain(outputs.error());
  }
  const scenarios::Plan plan = scenarios::expand(scenario->scenario, *seed);
  const Result<LiveResult> result = run(plan, options_of(arguments, *scenario), product);
  if (!result) return complain_about(*scenario, result.error());
  return report(arguments, *scenario, *result, plan.config);
}

}  // namespace lockstep::cli
