#include "scenarios/shrink/shrunk_failure.hpp"

#include <algorithm>
#include <utility>

#include "reports/violations.hpp"
#include "scenarios/campaign/expectation.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/campaign/seed_run.hpp"
#include "scenarios/shrink/story.hpp"

namespace lockstep::shrink {

namespace {

using scenarios::Failure;
using scenarios::RunResult;

/// Records the run of a shrunk plan. Its expectation is that of the failure.
void record(const RunResult& run, const Failure& original, std::string_view anomaly,
            ShrunkFailure& to) {
  campaign::RunIdentity identity;
  identity.scenario = original.scenario;
  identity.plan = &to.shrunk.plan;
  identity.expect = original.expect;
  identity.require = original.require;
  const campaign::SeedOutcome outcome =
      campaign::summarise(run, to.shrunk.plan.config, original.require);
  to.failure = campaign::failure_of(identity, run, outcome.result);
  to.failure.about = original.about;
  to.failure.story = story_of(to.shrunk.plan, run, anomaly);
  to.violations = reports::violations_in_words(run.history, run.judgement, run.world);
}

}  // namespace

std::string telling_anomaly(const Failure& failure) {
  for (const reports::Weight wanted : {reports::Weight::unexpected, reports::Weight::expected}) {
    for (const std::string& id : failure.anomalies) {
      if (campaign::weight_of(failure.expect, id) == wanted) return id;
    }
  }
  return failure.anomalies.empty() ? std::string() : failure.anomalies.front();
}

Result<ShrunkFailure> shrink_failure(const Failure& failure, std::string_view anomaly,
                                     const scenarios::Runner& runner, const Options& given) {
  Options options = given;
  options.whole = failure.whole;  // what shows itself depends on where the run stops
  options.foreseen = campaign::foreseen_by(failure.expect);
  Result<Shrunk> shrunk = shrink(failure.plan, anomaly, runner, options);
  if (!shrunk) return fail(shrunk.error());
  ShrunkFailure result{.shrunk = *std::move(shrunk), .failure = failure, .violations = {}};
  if (result.shrunk.end == End::not_reproduced) return result;
  scenarios::RunOptions recording;
  recording.record_path = true;
  recording.whole = options.whole;
  recording.foreseen = options.foreseen;
  const Result<RunResult> run = runner(result.shrunk.plan, recording);
  if (!run) return fail(run.error());
  record(*run, failure, anomaly, result);
  return result;
}

}  // namespace lockstep::shrink
