// A plan: what a seed makes of a scenario. Drawn configuration, every client operation, every fault
// with its time. A run is a function of the plan alone, so the seed stands in it too: what happens
// too often to be listed (latencies, what survives a crash) is drawn from it while running.
//
// Every draw is keyed by what it is for: removing an operation or a fault changes no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "faults/plan.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// Operations of one plan; scenarios that need more are refused when they are read.
inline constexpr std::size_t operations_max = 200'000;

/// Where the clocks of one node start and how they run.
struct NodeClock {
  std::string node;            ///< "client/0", "redis/0", "sink/0"; numbers are dense from 0
  Nanos skew{};                ///< of the wall clock, at the start
  std::int64_t drift_ppm = 0;  ///< of both clocks
  friend bool operator==(const NodeClock&, const NodeClock&) = default;
};

struct DrawnNetwork {
  Nanos latency{};  ///< least one-way latency
  Nanos jitter{};   ///< mean of what a message adds to it
  std::int64_t bandwidth_bytes_per_s = 125'000'000;
  friend bool operator==(const DrawnNetwork&, const DrawnNetwork&) = default;
};

/// What a crash at a call keeps of what was not synced.
enum class CrashKeeps : std::uint8_t { drawn, torn, nothing };

/// Of a sweep: the power of client/0 fails at that call that changes its disk; 0: at none.
struct CrashPoint {
  std::int64_t call = 0;
  CrashKeeps keeps = CrashKeeps::drawn;
  friend bool operator==(const CrashPoint&, const CrashPoint&) = default;
};

/// The run of every sweep.
inline constexpr Seed sweep_seed{0};

struct PlanConfig {
  Seed seed{};
  std::string implementation;
  Nanos duration{};  ///< faults may begin before this; then everything is healed
  Nanos liveness{};  ///< from the heal to the end of the run
  WorkloadSettings workload;
  LockSettings lock;
  QueueSettings queue;
  CrashPoint crash_point;
  Topology topology;
  DrawnNetwork network;
  Strategy strategy = Strategy::fifo;  ///< never `drawn`
  std::vector<NodeClock> clocks;       ///< clients, then redis, then sink; every node once

  /// What the run draws from: `seed`, but in a sweep, whose seeds are all one run that dies
  /// elsewhere.
  [[nodiscard]] Seed run_seed() const { return crash_point.call > 0 ? sweep_seed : seed; }
  friend bool operator==(const PlanConfig&, const PlanConfig&) = default;
};

/// lock: one round of a client: think, acquire `key`, hold it for `hold`, release it.
/// pipeline: think, then emit an event to collection `key`.
/// queue: think, then producer `key` pushes.
struct Operation {
  std::uint32_t client = 0;
  std::uint32_t n = 0;  ///< the how-manieth of that client; kept when others are removed
  std::uint32_t key = 0;
  Nanos hold{};
  Nanos think{};
  friend bool operator==(const Operation&, const Operation&) = default;
};

struct Plan {
  PlanConfig config;
  std::vector<Operation> operations;         ///< by (client, n)
  std::vector<faults::PlannedFault> faults;  ///< by (at, entry, firing) as expanded
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// A function of its arguments alone. The lists of operations are about twice as long as a client
/// needs until the end of the run, because rounds cut short by faults are taken up by others.
/// Requires a scenario that parse_scenario() accepted.
[[nodiscard]] Plan expand(const Scenario& scenario, Seed seed);

/// JSON on one line per operation and fault.
[[nodiscard]] std::string write_plan(const Plan& plan);
/// Errors: bad_file - as for scenarios; also clients, keys, nodes and times out of range.
[[nodiscard]] Input<Plan> parse_plan(std::string_view text, const std::string& file);

}  // namespace lockstep::scenarios
