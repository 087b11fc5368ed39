// Runs one plan again, holds it against what was recorded of it, and judges it as `run` would judge
// that one seed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reports/results.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

struct ReplayOptions {
  /// Stop before the event with this index; nothing is judged then.
  std::optional<std::uint64_t> until_event;
  /// Of a seed of which nothing was recorded: run it to its end. A failure says so itself.
  bool whole = false;
  scenarios::TraceSink* trace = nullptr;
  /// Filled with all that the run left, where there was one; for who wants more than the judgement.
  scenarios::RunResult* run = nullptr;
  /// Where an ASSERT leaves its failure.json; empty: nowhere.
  std::string folder;
  std::function<Nanos()> now;                    ///< wall time, monotonic
  std::function<void(const std::string&)> warn;  ///< about a run that takes long; may be empty
};

struct ReplayEnd {
  reports::ScenarioResult result;  ///< of its one seed; empty when the plan was refused
  std::vector<reports::Violation> violations;
  std::optional<reports::Divergence> left_path;  ///< first: recorded, second: now
  bool was_cut = false;                          ///< by until_event
  std::uint64_t events = 0;                      ///< that happened
  std::optional<scenarios::InputError> refused;
  std::string internal_error;
  int exit_code = 0;
};

/// Replays a failure. `file`: how messages call it.
[[nodiscard]] ReplayEnd replay(const scenarios::Failure& failure, const std::string& file,
                               const scenarios::Runner& runner, const ReplayOptions& options);

/// Runs one seed of a scenario, of which nothing was recorded.
[[nodiscard]] ReplayEnd replay(const scenarios::LoadedScenario& scenario, Seed seed,
                               const scenarios::Runner& runner, const ReplayOptions& options);

}  // namespace lockstep::campaign
