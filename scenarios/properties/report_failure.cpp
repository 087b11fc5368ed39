// What a broken property leaves behind: report_failure() of examine.hpp.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "reports/results.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/campaign/seed_run.hpp"
#include "scenarios/properties/examine.hpp"
#include "scenarios/shrink/shrunk_failure.hpp"

namespace lockstep::properties {

namespace {

using scenarios::Failure;
using scenarios::Plan;

campaign::RunIdentity identity_of(const Property& property, const Plan& plan,
                                  const std::string& out) {
  campaign::RunIdentity identity;
  identity.scenario = property.sentence;
  identity.folder = campaign::run_folder(out, identity.scenario, plan.config.seed);
  identity.plan = &plan;
  identity.expect.verdict = scenarios::ExpectedVerdict::valid;
  return identity;
}

/// The failure of a plan, by a run of its own that records the path. Errors: the runner's.
Result<Failure> recorded(const campaign::RunIdentity& identity, const scenarios::Runner& runner) {
  scenarios::RunOptions options;
  options.whole = true;  // as laws run it
  options.record_path = true;
  const Result<scenarios::RunResult> run = runner(*identity.plan, options);
  if (!run) return fail(run.error());
  const campaign::SeedOutcome outcome =
      campaign::summarise(*run, identity.plan->config, identity.require);
  return campaign::failure_of(identity, *run, outcome.result);
}

/// Runs that a shrinking may take: some seconds. In runs, not in time, so that the same case
/// shrinks to the same plan everywhere.
constexpr std::uint64_t shrinking_runs_max = 1000;

std::string file_words(std::string_view what, const std::string& folder, const Failure& failure) {
  const Result<std::string> file = campaign::write_failure_file(folder, failure);
  const std::string name = "  " + std::string(what) + ": ";
  return name + (file ? reports::replay_line(*file) : to_text(file.error())) + "\n";
}

/// The story of the shrunk plan, and the line that replays it.
std::string shrunk_words(const campaign::RunIdentity& identity, const Failure& failure,
                         std::string_view anomaly, const scenarios::Runner& runner) {
  shrink::Options options;
  options.runs_max = shrinking_runs_max;
  options.now = [] { return Nanos(0); };
  const auto result = shrink::shrink_failure(failure, anomaly, runner, options);
  if (!result) return "  not shrunk: " + to_text(result.error()) + "\n";
  if (result->shrunk.end == shrink::End::not_reproduced)
    return "  not shrunk: it does not repeat\n";
  std::string text = "  shrunk from " + shrink::to_text(result->shrunk.before) + "\n    to " +
                     shrink::to_text(result->shrunk.after) + "\n";
  for (const std::string& line : result->failure.story) text += "    " + line + "\n";
  return text + file_words("shrunk", identity.folder + "/shrunk", result->failure);
}

/// What is left of the case, and how to replay it.
std::string left_behind(const campaign::RunIdentity& identity, const Tried& broken,
                        const scenarios::Runner& runner) {
  const Result<Failure> failure = recorded(identity, runner);
  if (!failure) return "  no failure file: " + to_text(failure.error()) + "\n";
  std::string text = file_words("replay", identity.folder, *failure);
  // What breaks a law of runs is no anomaly of one run, by which plans are shrunk.
  if (!broken.anomaly.empty()) text += shrunk_words(identity, *failure, broken.anomaly, runner);
  return text;
}

}  // namespace

std::string failures_folder() { return LOCKSTEP_PROPERTY_OUT; }

std::string report_failure(const Property& property, const Examined& examined,
                           const scenarios::Runner& runner, const std::string& out) {
  ASSERT(examined.seed.has_value());
  const Plan& plan = examined.broken.plan;
  std::string text = "property " + std::string(property.sentence) + " does not hold in case " +
                     std::to_string(examined.seed->value) + " of a " +
                     std::string(scenarios::name_of(plan.config.workload.kind)) +
                     " workload: " + examined.broken.broken + "\n";
  text += "  again: " + repeat_line(property, {.count = 1, .first = *examined.seed}) + "\n";
  return text + left_behind(identity_of(property, plan, out), examined.broken, runner);
}

}  // namespace lockstep::properties
