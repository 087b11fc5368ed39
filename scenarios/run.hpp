// The contract between who decides which plans run (campaign, cli) and who runs one (the runner in
// this folder): one plan in, everything that is known about its run out.
//
// Not here: expanding a scenario into plans (format), judging a campaign (campaign), output.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"
#include "checkers/verdict.hpp"
#include "faults/kind.hpp"
#include "faults/nemesis.hpp"
#include "impl/base/hash.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "scenarios/coverage/reached.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios {

/// One event of a run, as it is folded into the trace hash.
struct TraceEvent {
  std::uint64_t index = 0;   ///< dense from 0
  Nanos time{};              ///< true time since the start of the run
  NodeId node{};             ///< 0xffffffff: the world itself
  std::string_view kind;     ///< static storage: outlives the run
  std::uint64_t digest = 0;  ///< of the payload
  std::string_view name;     ///< of the node, "client/0"; empty for the world; dead after the call
  std::string_view detail;   ///< for a human, may be empty; dead after the call
};

/// Sees every event of a run in order. A sink changes nothing about the run: same hash with or
/// without. It is called on the thread that runs the world and must not throw.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void event(const TraceEvent& event) = 0;
};

/// What other threads (the watchdog) and signal handlers may read of a run while it goes on.
struct RunProgress {
  std::atomic<std::uint64_t> events{0};     ///< events begun; stored relaxed, before each event
  std::atomic<std::int64_t> virtual_ns{0};  ///< true time of the last one
};

/// How a plan is run. Nothing here changes what happens in the run, only how much of it is kept and
/// where it is cut short; everything that matters stands in the plan.
struct RunOptions {
  /// Judge once, at the end, and keep the whole history. Else the run stops at the first violation
  /// that was not foreseen, if it is found while the run goes on: at an event that is a function of
  /// the plan and `foreseen` alone. And a history that grows too long is forgotten as far as its
  /// checker can do without (checkers/online.hpp).
  bool whole = false;
  std::vector<std::string> foreseen{};  ///< ids that the run goes on after
  /// Fill RunResult::path (2 bytes per event).
  bool record_path = false;
  /// Stop, without judging, before the event with this index.
  std::optional<std::uint64_t> until_event;
  TraceSink* trace = nullptr;
  RunProgress* progress = nullptr;
};

/// How a run came to its end. After all but `completed` the history ends early, and what can be
/// judged of it is judged.
enum class RunEnd : std::uint8_t {
  completed,    ///< drained, healed, judged
  violation,    ///< something was found wrong before the end; judged as far as it went
  until_event,  ///< cut short on demand; not judged
  livelock,     ///< events_max reached, in total or within one instant: id sim/livelock
  deadlock,     ///< nothing left to happen, coroutines still waiting: id sim/deadlock
};

/// Everything known about one run. A function of the plan alone (same on every compiler, machine
/// and thread), so two results of one plan that differ are a divergence.
struct RunResult {
  RunEnd end = RunEnd::completed;
  /// What both judges say, with what they exercised and measured: checkers::judge_both(history).
  checkers::Judgement judgement;
  /// What the world itself found, judged by nobody else: sim/livelock, sim/deadlock.
  std::vector<checkers::Violation> world;

  RollingHash trace_hash;
  std::uint64_t events = 0;
  std::uint64_t operations = 0;  ///< client operations that completed, info included
  Nanos virtual_time{};

  /// By fault kind, in the order of faults::Kind.
  std::array<faults::Tally, faults::kind_count> faults{};

  Reached reached;
  checkers::History history;    ///< all of it, or what was not forgotten
  std::uint64_t forgotten = 0;  ///< its events that were
  std::size_t history_max = 0;  ///< the most events that it had at once
  /// 16 bits of the hash of every event, in order; empty unless asked for.
  std::vector<std::uint16_t> path;
};

/// Runs one plan in a world of its own on the calling thread. Worlds share nothing: any number may
/// run side by side. May throw nothing but std::bad_alloc; an ASSERT inside ends the process
/// through the thread's assert hook.
/// Errors, definite: invalid_argument - the plan asks for something this build does not have (an
/// unknown workload, backend, implementation, fault kind or target), with the JSON pointer.
[[nodiscard]] Result<RunResult> run_plan(const Plan& plan, const RunOptions& options);

/// Injected into campaign and replay, so that they are tested without a world.
using Runner = std::function<Result<RunResult>(const Plan&, const RunOptions&)>;

/// A name a scenario may use, with one line about it.
struct Listed {
  std::string_view name;
  std::string_view about;
};

/// What a scenario's "workload".kind may be, by name.
[[nodiscard]] std::span<const Listed> workloads();
/// What a scenario's "implementation" may be besides "reference": "zoo/plain_delete". By name.
[[nodiscard]] std::span<const Listed> zoo();

}  // namespace lockstep::scenarios
