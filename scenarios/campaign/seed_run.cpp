#include "scenarios/campaign/seed_run.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "checkers/history_file.hpp"
#include "impl/base/version.hpp"
#include "reports/json.hpp"
#include "reports/violations.hpp"
#include "scenarios/campaign/divergence.hpp"
#include "scenarios/campaign/expectation.hpp"

namespace lockstep::campaign {
namespace {

using scenarios::RunOptions;
using scenarios::RunResult;

/// The text of trace.jsonl, up to its bound.
class TraceText final : public scenarios::TraceSink {
 public:
  void event(const scenarios::TraceEvent& event) override {
    if (text_.size() >= trace_bytes_max) {
      cut_ += 1;
      return;
    }
    text_ += reports::to_json(reports::TraceLine{event.index, event.time, event.name, event.kind,
                                                 event.digest, event.detail});
    text_ += '\n';
  }

  std::string done() && {
    if (cut_ > 0) text_ += "{\"events_left_out\":" + std::to_string(cut_) + "}\n";
    return std::move(text_);
  }

 private:
  std::string text_;
  std::uint64_t cut_ = 0;
};

reports::Divergence divergence_of(Seed seed, Parting parting) {
  return {seed, parting.event, std::move(parting.first), std::move(parting.second)};
}

class SeedRun {
 public:
  SeedRun(const RunIdentity& identity, const scenarios::Runner& runner,
          const SeedRunOptions& options, RunSlot& slot)
      : identity_(identity), runner_(runner), options_(options), slot_(slot) {}

  /// `begun`: when its plan began to be made.
  SeedOutcome all(Nanos begun) {
    EventLog log;
    Result<RunResult> run = once({}, options_.check_determinism ? &log : nullptr);
    if (!run) return of_error(std::move(run.error()));
    const Nanos ended = options_.now();
    SeedOutcome outcome = summarise(*run, identity_.plan->config, identity_.require);
    outcome.busy = ended - begun;
    if (options_.check_determinism) outcome.divergence = check_again(log, *run);
    const bool judged_valid = outcome.result.verdict == checkers::Verdict::valid;
    if (!judged_valid || !outcome.result.anomalies.empty()) keep(*run, outcome);
    return outcome;
  }

 private:
  [[nodiscard]] Seed seed() const { return identity_.plan->config.seed; }

  Result<RunResult> once(RunOptions options, scenarios::TraceSink* trace) {
    options.whole = options_.whole;
    options.foreseen = foreseen_by(identity_.expect);
    options.trace = trace;
    options.progress = &slot_.progress;
    const RunningSeed running(slot_, identity_, options_.now());
    return runner_(*identity_.plan, options);
  }

  static SeedOutcome of_error(Error error) {
    SeedOutcome outcome;
    outcome.error = std::move(error);
    return outcome;
  }

  std::optional<reports::Divergence> check_again(const EventLog& first_log,
                                                 const RunResult& first) {
    EventLog second_log;
    const Result<RunResult> second = once({}, &second_log);
    if (!second) {
      return reports::Divergence{seed(), 0, "ran", "refused: " + second.error().detail};
    }
    std::optional<Parting> parting =
        compare(first_log.entries(), first.trace_hash, second_log.entries(), second->trace_hash);
    if (!parting) return std::nullopt;
    return divergence_of(seed(), std::move(*parting));
  }

  // A violation is recorded by running its plan again with everything switched on; that this run
  // ends with the hash of the first one is a check on both.
  void keep(const RunResult& first, SeedOutcome& outcome) {
    if (!options_.wants_kept(all_foreseen(identity_.expect, outcome.result.anomalies))) return;
    TraceText trace;
    RunOptions recording;
    recording.record_path = true;
    const Result<RunResult> again = once(recording, &trace);
    if (again && again->trace_hash == first.trace_hash) {
      outcome.kept =
          KeptRun{failure_of(identity_, *again, outcome.result),
                  {checkers::write_history(again->history), std::move(trace).done()},
                  reports::violations_in_words(again->history, again->judgement, again->world)};
    } else if (!outcome.divergence) {
      const std::string hash = again ? again->trace_hash.hex() : again.error().detail;
      outcome.divergence = reports::Divergence{
          seed(), 0, "trace hash " + first.trace_hash.hex(),
          "trace hash " + hash + " when recorded; --check-determinism names the event"};
    }
  }

  const RunIdentity& identity_;
  const scenarios::Runner& runner_;
  const SeedRunOptions& options_;
  RunSlot& slot_;
};

/// An exception out of a world is a defect of lockstep: it leaves a plan to look at.
SeedOutcome run_guarded(const RunIdentity& identity, const scenarios::Runner& runner,
                        const SeedRunOptions& options, RunSlot& slot, Nanos begun) {
  try {
    return SeedRun(identity, runner, options, slot).all(begun);
  } catch (const std::exception& error) {
    SeedOutcome outcome;
    outcome.internal_error = error.what();
    outcome.internal_error += ", in event " + std::to_string(slot.progress.events.load());
    const auto file = write_failure_file(
        identity.folder, broken_off(identity, "sim/exception", outcome.internal_error));
    outcome.internal_error += file ? "; see " + *file : "; " + file.error().detail;
    return outcome;
  }
}

}  // namespace

bool all_foreseen(const scenarios::Expectation& expect, const std::vector<std::string>& anomalies) {
  return std::ranges::all_of(anomalies, [&](const std::string& id) {
    return weight_of(expect, id) != reports::Weight::unexpected;
  });
}

scenarios::Failure failure_of(const RunIdentity& identity, const RunResult& run,
                              const reports::SeedResult& result) {
  scenarios::Failure failure;
  failure.scenario = identity.scenario;
  failure.plan = *identity.plan;
  failure.expect = identity.expect;
  failure.require = identity.require;
  failure.whole = run.end != scenarios::RunEnd::violation;
  failure.commit = commit();
  failure.compiler = compiler();
  failure.verdict = checkers::name_of(result.verdict);
  failure.anomalies = result.anomalies;
  failure.trace_hash = result.trace_hash;
  failure.path = run.path;
  if (failure.path.size() > scenarios::path_events_max) {
    failure.path.resize(scenarios::path_events_max);
  }
  for (const auto* violations :
       {&run.world, &run.judgement.black_box.violations, &run.judgement.oracle.violations}) {
    for (const checkers::Violation& violation : *violations) {
      scenarios::Finding finding;
      finding.anomaly = violation.id;
      finding.sentence = violation.sentence;
      finding.witness.assign(violation.witness.begin(), violation.witness.end());
      if (std::ranges::find(failure.findings, finding) == failure.findings.end()) {
        failure.findings.push_back(std::move(finding));
      }
    }
  }
  return failure;
}

SeedOutcome run_seed(const scenarios::LoadedScenario& scenario, Seed seed,
                     const scenarios::Runner& runner, const SeedRunOptions& options,
                     RunSlot& slot) {
  try {
    const Nanos begun = options.now();
    const scenarios::Plan plan = scenarios::expand(scenario.scenario, seed);
    RunIdentity identity;
    identity.scenario = scenario.scenario.name;
    identity.rerun = reports::run_line(scenario.file, seed, options.sets);
    identity.folder = run_folder(options.out, scenario.scenario.name, seed);
    identity.plan = &plan;
    identity.expect = scenario.scenario.expect;
    identity.require = scenario.scenario.require;
    return run_guarded(identity, runner, options, slot, begun);
  } catch (const std::exception& error) {
    SeedOutcome outcome;
    outcome.internal_error = error.what();
    return outcome;
  }
}

}  // namespace lockstep::campaign
