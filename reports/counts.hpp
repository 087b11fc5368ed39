// What is counted over the seeds of a scenario, as plain data: anomalies, also by strategy, faults,
// properties and probes, states, distributions of times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::reports {

/// What the scenario says about one anomaly. A warning is no anomaly and counts neither way.
enum class Weight : std::uint8_t { expected, allowed, unexpected, warning };

/// Seeds that showed one id, however often.
struct AnomalyCount {
  std::string id;  ///< "lock/double-grant"
  Weight weight = Weight::unexpected;
  std::uint64_t seeds = 0;
  Seed first{};
};

struct FaultCount {
  std::string kind;
  std::uint64_t scheduled = 0;
  std::uint64_t fired = 0;
  std::uint64_t effective = 0;
};

/// Something that a run can exercise: a property of the checkers, or a probe of the implementation.
struct PropertyCount {
  std::string name;
  bool required = false;
  std::uint64_t seeds = 0;  ///< that exercised it
};

/// A state that some seed reached (scenarios/coverage/reached.hpp).
struct StateCount {
  std::string name;  ///< "lease_acquired > lease_lost during pause"
  Seed first{};
};

/// Seeds that ran under one strategy and what they showed.
struct StrategyCount {
  std::string name;  ///< "pct"
  std::uint64_t seeds = 0;
  std::vector<AnomalyCount> anomalies;  ///< by id, without warnings
};

/// Samples of one size, for adding up distributions: campaign/histogram.hpp.
struct Bucket {
  std::uint64_t number = 0;
  std::uint64_t count = 0;
};

/// Zero in all durations but `bound` means no sample.
struct Distribution {
  std::string name;  ///< "handover"
  std::uint64_t count = 0;
  Nanos least{};
  Nanos p50{};
  Nanos p90{};
  Nanos p99{};
  Nanos most{};
  Nanos bound{};                  ///< what was promised; 0: nothing
  std::vector<Bucket> buckets{};  ///< ascending, none empty; of campaigns only
};

/// "handover: 40 times, min 100ms, median 1s, p99 3s, max 3.1s; bound 4.7s", rounded up to whole
/// milliseconds, below one to microseconds. A bound that was exceeded comes with its condition:
/// whether it held at that time is for the checker. Empty without a sample; no line end.
[[nodiscard]] std::string to_text(const Distribution& distribution);

[[nodiscard]] std::string_view name_of(Weight weight);

}  // namespace lockstep::reports
