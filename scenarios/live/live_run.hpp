// Runs a plan in real time: the clients of a scenario as processes, against real servers, with
// faults from outside, and judges what they recorded.
//
// Clocks. All times of the history are of the host's monotonic clock, which all processes share, so
// there is nothing to bound between clients. A server expires leases by its wall clock: the host's,
// or one under the clock shim, whose rate stays within what the plan's clocks and faults say. How
// far the host's own wall clock moved against its monotonic one is measured and allowed for.
//
// Not the same as in a world: latencies and bandwidth are those of the machine; the order of
// events is not drawn, so a run cannot be repeated; clients' monotonic clocks run true; a crash of
// a client loses nothing that it had written to its disk.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/format/plan.hpp"
#include "scenarios/live/live_form.hpp"
#include "scenarios/run.hpp"

namespace lockstep::scenarios::live {

struct LiveProgress {
  Nanos passed{};
  Nanos all{};
  std::uint64_t operations = 0;  ///< that were answered
};

struct LiveOptions {
  std::vector<std::string> redis_urls;  ///< one per lock server; none: servers of our own
  std::string sink_url;                 ///< empty: the first lock server
  /// The faults of the scenario, as far as the plan does not list them: refused all the same.
  std::vector<faults::FaultEntry> entries{};
  bool flush = false;                              ///< empty the databases of foreign servers first
  std::string program;                             ///< the executable that `worker` is a command of
  const std::atomic<bool>* interrupted = nullptr;  ///< ends the run; what there is is judged
  std::function<void(const LiveProgress&)> progress{};  ///< some 20 times a second; may be empty

  [[nodiscard]] Servers servers() const {
    return redis_urls.empty() ? Servers::own : Servers::foreign;
  }
};

struct LiveResult {
  RunResult run;  ///< `reached`, the trace hash and the path are those of worlds, and empty here
  bool interrupted = false;
  std::uint32_t lives = 0;  ///< processes of clients
};

/// Every process that it starts has ended when this returns, whatever happens.
/// Errors, definite: invalid_argument - what check_plan() or why_not_live() say, or a bad URL, or a
/// database that is not empty; refused - a server that was named does not answer; not_found,
/// io_error, no_reply - a process could not be started, or a worker ended by itself.
[[nodiscard]] Result<LiveResult> run_live(const Plan& plan, const LiveOptions& options);

}  // namespace lockstep::scenarios::live
