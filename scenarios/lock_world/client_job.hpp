// What a client has to do, over all its incarnations.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/format/plan.hpp"
#include "scenarios/lock_world/implementation.hpp"
#include "scenarios/lock_world/run_log.hpp"

namespace lockstep::scenarios {

/// What a client is, over all its incarnations.
struct ClientJob {
  const Plan* plan = nullptr;
  RunLog* log = nullptr;
  const Implementation* implementation = nullptr;
  std::uint32_t client = 0;
  std::deque<Operation> operations;     ///< still to do, in order
  std::vector<std::string> lock_hosts;  ///< one per lock server
  std::string sink_host;                ///< empty: nothing is guarded
  std::uint64_t drawn = 0;              ///< draws of draw_now() so far
  /// Its present incarnation did all of them, and waits for nothing. Set by clients that have
  /// nothing else to do.
  bool done = false;
  std::uint32_t queues = 0;  ///< queues that were damaged beyond repair and left behind
};

/// The client of a plan's workload, started.
[[nodiscard]] std::unique_ptr<sim::Incarnation> make_client(sim::NodeRun& run, ClientJob& job);

}  // namespace lockstep::scenarios
