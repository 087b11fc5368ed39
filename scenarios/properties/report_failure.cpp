// What a broken property leaves behind: report_failure() of examine.hpp.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "reports/results.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/campaign/seed_run.hpp"
#include "scenarios/properties/examine.hpp"

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
  options.record_path = true;
  const Result<scenarios::RunResult> run = runner(*identity.plan, options);
  if (!run) return fail(run.error());
  const campaign::SeedOutcome outcome =
      campaign::summarise(*run, identity.plan->config.seed, identity.require);
  return campaign::failure_of(identity, *run, outcome.result);
}

/// "  replay: lockstep replay FILE", or why there is no file.
std::string written(const campaign::RunIdentity& identity, const scenarios::Runner& runner) {
  const Result<Failure> failure = recorded(identity, runner);
  if (!failure) return "  no failure file: " + to_text(failure.error()) + "\n";
  const Result<std::string> file = campaign::write_failure_file(identity.folder, *failure);
  if (!file) return "  no failure file: " + to_text(file.error()) + "\n";
  return "  replay: " + reports::replay_line(*file) + "\n";
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
  text += written(identity_of(property, plan, out), runner);
  return text;
}

}  // namespace lockstep::properties
