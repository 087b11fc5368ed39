#include "cli/shrink_after_run.hpp"

#include <filesystem>
#include <utility>

#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/shrink/shrunk_failure.hpp"

namespace lockstep::cli {
namespace {

/// None where nothing is to be shrunk.
reports::Failure* chosen(reports::ScenarioResult& scenario, ShrinkWhat what) {
  for (reports::Failure& failure : scenario.failures) {
    const bool is_judged = !failure.anomalies.empty();  // an undecided seed has nothing to keep
    if (is_judged && (what == ShrinkWhat::all || !failure.as_expected)) return &failure;
  }
  return nullptr;
}

/// Shrinks one and notes it. Returns why it could not be written.
std::string shrink_one(reports::Failure& kept, const shrink::Options& options,
                       const Product& product) {
  const auto loaded = scenarios::load_failure(kept.file);
  if (!loaded) return {};  // somebody took it away meanwhile
  const std::string anomaly = shrink::telling_anomaly(*loaded);
  const auto result = shrink::shrink_failure(*loaded, anomaly, product.runner, options);
  if (!result || result->shrunk.end == shrink::End::not_reproduced) return {};
  const auto file = std::filesystem::path(kept.file).replace_filename("shrunk.json").string();
  const Result<void> written =
      campaign::write_file(file, scenarios::write_failure(result->failure));
  if (!written) return written.error().detail;
  kept.shrunk = reports::ShrunkRun{file, anomaly, shrink::to_text(result->shrunk.after),
                                   result->failure.story};
  return {};
}

}  // namespace

std::string shrink_failures(reports::Results& results, ShrinkWhat what, Nanos budget,
                            const Product& product) {
  if (what == ShrinkWhat::none) return {};
  StatusLine line;
  shrink::Options options;
  options.budget = budget;
  options.now = &wall_now;
  options.interrupted = &interruption();
  options.progress = [&line](const shrink::Progress& progress) {
    line.update([&progress] { return progress_text(progress); });
  };
  std::string unwritten;
  for (reports::ScenarioResult& scenario : results.scenarios) {
    // What does not run the same way twice cannot be held against itself.
    if (!scenario.divergences.empty() || interruption().load()) continue;
    reports::Failure* const failure = chosen(scenario, what);
    if (failure != nullptr && unwritten.empty()) unwritten = shrink_one(*failure, options, product);
  }
  line.clear();
  return unwritten;
}

}  // namespace lockstep::cli
