// failure.json: everything needed to run a seed again and to know whether it went the same way.
// It stands alone: no scenario file is read in a replay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// Events whose hashes a failure holds: twice what the longest allowed run has, and the file stays
/// below failure_bytes_max.
inline constexpr std::size_t path_events_max = 8U << 20U;
inline constexpr std::size_t failure_bytes_max = 96U << 20U;

/// One violation, for the reader of the file; a replay judges anew.
struct Finding {
  std::string anomaly;  ///< "lock/double-grant"
  std::string sentence;
  std::vector<std::uint64_t> witness;  ///< indices into the history
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Failure {
  std::string scenario;  ///< its name
  Plan plan;             ///< holds the seed, which the file repeats at its top
  Expectation expect;    ///< of the scenario: decides the exit code of a replay
  std::vector<std::string> require;
  /// The run went on to its end; else it stopped at its first violation, and so must a replay.
  /// Files that do not say so are of whole runs.
  bool whole = true;
  std::string commit;                  ///< of the build that wrote it
  std::string compiler;                ///< "clang 19.1.7"
  std::string verdict;                 ///< "invalid", "unknown", "valid"
  std::vector<std::string> anomalies;  ///< ids, each once
  std::vector<Finding> findings;
  std::string about;  ///< the bug that a regression once showed, in a sentence; else empty
  std::vector<std::string> story;  ///< what happened, a line each; empty: nobody told it
  /// 32 hex digits. Empty, and `path` with it: nothing was recorded of the run, as in a regression,
  /// whose code has changed since; a replay only judges it.
  std::string trace_hash;
  std::vector<std::uint16_t> path;  ///< 16 bits of the hash of every event, in order
  friend bool operator==(const Failure&, const Failure&) = default;
};

/// The text of failure.json; the path as one string of four hex digits per event.
[[nodiscard]] std::string write_failure(const Failure& failure);
/// Errors: bad_file - broken or cut-off JSON with its line, anything else with its pointer.
[[nodiscard]] Input<Failure> parse_failure(std::string_view text, const std::string& file);
/// Errors: missing; bad_file.
[[nodiscard]] Input<Failure> load_failure(const std::string& file);

}  // namespace lockstep::scenarios
