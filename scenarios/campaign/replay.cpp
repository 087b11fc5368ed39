#include "scenarios/campaign/replay.hpp"

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "reports/violations.hpp"
#include "scenarios/campaign/divergence.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/expectation.hpp"
#include "scenarios/campaign/run_slot.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/campaign/tally.hpp"
#include "scenarios/campaign/watchdog.hpp"

namespace lockstep::campaign {
namespace {

using scenarios::RunResult;

/// Logs every event and hands it on.
class LoggingSink final : public scenarios::TraceSink {
 public:
  explicit LoggingSink(scenarios::TraceSink* next) : next_(next) {}
  void event(const scenarios::TraceEvent& event) override {
    log_.event(event);
    if (next_ != nullptr) next_->event(event);
  }
  [[nodiscard]] std::span<const EventLog::Entry> entries() const { return log_.entries(); }

 private:
  scenarios::TraceSink* next_;
  EventLog log_;
};

std::string hex16(std::uint16_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += digits[(value >> shift) & 0xf];
  return text;
}

std::string path_piece(std::span<const std::uint16_t> path, std::uint64_t event) {
  return event < path.size() ? "path " + hex16(path[event]) : "no event, the run had ended";
}

class Replay {
 public:
  Replay(const scenarios::LoadedScenario& scenario, const scenarios::Plan& plan,
         const scenarios::Failure* recorded, const ReplayOptions& options)
      : scenario_(scenario), recorded_(recorded), options_(options), sink_(options.trace) {
    identity_.scenario = scenario.scenario.name;
    identity_.rerun = recorded != nullptr ? reports::replay_line(scenario.file)
                                          : reports::run_line(scenario.file, plan.config.seed, {});
    identity_.folder = options.folder;
    identity_.plan = &plan;
    identity_.expect = scenario.scenario.expect;
    identity_.require = scenario.scenario.require;
  }

  ReplayEnd all(const scenarios::Runner& runner) {
    Result<RunResult> run = once(runner);
    if (!run) {
      refuse(run.error());
      return std::move(end_);
    }
    end_.events = run->events;
    end_.was_cut = run->end == scenarios::RunEnd::until_event;
    if (is_recorded()) hold_against_record(*run);
    judge(*run);
    if (options_.run != nullptr) *options_.run = std::move(*run);
    return std::move(end_);
  }

 private:
  [[nodiscard]] bool is_recorded() const {
    return recorded_ != nullptr && !recorded_->trace_hash.empty();
  }

  Result<RunResult> once(const scenarios::Runner& runner) {
    scenarios::RunOptions run_options;
    run_options.record_path = is_recorded();
    run_options.whole = recorded_ != nullptr ? recorded_->whole : options_.whole;
    run_options.foreseen = foreseen_by(identity_.expect);
    run_options.until_event = options_.until_event;
    run_options.trace = is_recorded() ? &sink_ : options_.trace;
    std::vector<RunSlot> slots(1);
    run_options.progress = &slots.front().progress;
    const SignalStack signal_stack;
    const Watchdog watchdog(slots, {options_.now, options_.warn, seconds(60)});
    const RunningSeed running(slots.front(), identity_, options_.now());
    return runner(*identity_.plan, run_options);
  }

  void refuse(const Error& error) {
    if (error.code != Errc::invalid_argument) {
      end_.internal_error = to_text(error);
      end_.exit_code = static_cast<int>(Exit::internal);
      return;
    }
    scenarios::InputError refused;
    refused.kind = scenarios::InputError::Kind::bad_file;
    refused.file = scenario_.file;
    refused.found = "a plan that this build cannot run: " + error.detail;
    end_.exit_code = scenarios::exit_code_of(refused);
    end_.refused = std::move(refused);
  }

  void hold_against_record(const RunResult& run) {
    const Recorded recorded{recorded_->path, recorded_->trace_hash};
    const Replayed replayed{run.path, run.trace_hash.hex(), !end_.was_cut};
    const std::optional<std::uint64_t> event = left_path_at(recorded, replayed);
    if (!event) return;
    reports::Divergence left;
    left.seed = identity_.plan->config.seed;
    left.event = *event;
    const bool all_pieces_agree = *event >= recorded.path.size() && *event >= run.path.size();
    if (recorded.path.empty() && !recorded_->findings.empty()) {
      // it broke off in an ASSERT or an exception, and did not do so again
      left.event = run.events;
      left.first = recorded_->findings.front().sentence;
      left.second = "came to its end";
    } else if (all_pieces_agree) {
      left.first = "trace hash " + recorded_->trace_hash;
      left.second = "trace hash " + replayed.trace_hash;
    } else {
      left.first = path_piece(recorded.path, *event);
      left.second = path_piece(run.path, *event);
      if (*event < run.path.size()) left.second += ": " + in_words(sink_.entries(), *event);
    }
    end_.left_path = std::move(left);
  }

  void judge(const RunResult& run) {
    ScenarioTally tally(scenario_, true, false);
    tally.add(summarise(run, identity_.plan->config, identity_.require));
    end_.result = std::move(tally).result();
    end_.violations = reports::violations_in_words(run.history, run.judgement, run.world);
    Outcome outcome;
    outcome.diverged = end_.left_path.has_value();
    // A run that was cut short on demand has no verdict, and nobody asked for one.
    outcome.violated = !end_.was_cut && end_.result.standing == reports::Standing::failed;
    outcome.unknown = !end_.was_cut && end_.result.standing == reports::Standing::unknown;
    end_.exit_code = static_cast<int>(exit_of(outcome));
  }

  const scenarios::LoadedScenario& scenario_;
  const scenarios::Failure* recorded_;
  const ReplayOptions& options_;
  LoggingSink sink_;
  RunIdentity identity_;
  ReplayEnd end_;
};

ReplayEnd guarded(Replay& replay, const scenarios::Runner& runner) {
  try {
    return replay.all(runner);
  } catch (const std::exception& error) {
    ReplayEnd end;
    end.internal_error = error.what();
    end.exit_code = static_cast<int>(Exit::internal);
    return end;
  }
}

}  // namespace

ReplayEnd replay(const scenarios::Failure& failure, const std::string& file,
                 const scenarios::Runner& runner, const ReplayOptions& options) {
  scenarios::LoadedScenario scenario;
  scenario.file = file;
  scenario.scenario.name = failure.scenario;
  scenario.scenario.expect = failure.expect;
  scenario.scenario.require = failure.require;
  Replay replay(scenario, failure.plan, &failure, options);
  return guarded(replay, runner);
}

ReplayEnd replay(const scenarios::LoadedScenario& scenario, Seed seed,
                 const scenarios::Runner& runner, const ReplayOptions& options) {
  const scenarios::Plan plan = scenarios::expand(scenario.scenario, seed);
  Replay replay(scenario, plan, nullptr, options);
  return guarded(replay, runner);
}

}  // namespace lockstep::campaign
