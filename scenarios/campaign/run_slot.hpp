// What a thread is running right now, kept where others can see it: the watchdog that asks which
// seed takes so long, and the last words of a process whose world failed an ASSERT or received a
// fatal signal (scenario, seed, event; failure.json after an ASSERT).
//
// Not here: what a run found. A run that ends on its own leaves nothing here.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "impl/base/time.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

/// Everything the last words need. Must outlive the RunningSeed that points to it.
struct RunIdentity {
  std::string scenario;  ///< its name
  std::string rerun;     ///< "lockstep run scenarios/lock/x.json --seed 12"
  std::string folder;    ///< where failure.json of this seed belongs; empty: write none
  const scenarios::Plan* plan = nullptr;
  scenarios::Expectation expect;
  std::vector<std::string> require;
};

/// One per thread that runs seeds; `progress` is read by anybody, the rest under `mutex`.
struct RunSlot {
  scenarios::RunProgress progress;
  std::mutex mutex;
  const RunIdentity* running = nullptr;  ///< null between seeds
  Nanos since{};                         ///< when it began, on the campaign's clock
};

/// While it lives, this thread runs `identity`: an ASSERT or a fatal signal on it says so.
/// One at a time per thread.
class RunningSeed {
 public:
  /// `now`: on the campaign's clock.
  RunningSeed(RunSlot& slot, const RunIdentity& identity, Nanos now);
  ~RunningSeed();
  RunningSeed(const RunningSeed&) = delete;
  RunningSeed& operator=(const RunningSeed&) = delete;

 private:
  RunSlot& slot_;
};

/// The content of failure.json for a run that did not come to its end: no path, no hash, and one
/// finding that says why. A replay of it takes the same way, or is told that it did not.
[[nodiscard]] scenarios::Failure broken_off(const RunIdentity& identity, const std::string& id,
                                            const std::string& sentence);

/// Fatal signals (SEGV, BUS, FPE, ILL, ABRT) that arrive on a thread with a RunningSeed print its
/// scenario, seed and event, then do what they did before. Once per process, before any thread runs
/// a seed. Uses only what POSIX calls async-signal-safe.
void report_fatal_signals();

/// A stack of its own for this thread's signal handlers, so that a stack overflow inside a world
/// is reported too.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
};

}  // namespace lockstep::campaign
