// Runs one seed of one scenario: once, twice when asked whether it repeats, and once more with
// everything recorded when its violation is to be kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/campaign/run_slot.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

struct SeedRunOptions {
  bool check_determinism = false;
  bool whole = false;             ///< no run stops before its end
  std::string out;                ///< folder of run folders
  std::vector<std::string> sets;  ///< what --set changed, for the line that runs a seed again
  /// Whether a seed with a violation may still be kept; asked at most once per seed.
  std::function<bool(bool as_expected)> wants_kept;
  std::function<Nanos()> now;
};

/// Bytes of trace.jsonl that are kept: some 500,000 events. A longer one ends with a line that says
/// so; the whole of it comes from `lockstep replay --trace`.
inline constexpr std::size_t trace_bytes_max = 64U << 20U;

/// Never throws: what escapes the runner becomes SeedOutcome::internal_error.
[[nodiscard]] SeedOutcome run_seed(const scenarios::LoadedScenario& scenario, Seed seed,
                                   const scenarios::Runner& runner, const SeedRunOptions& options,
                                   RunSlot& slot);

/// True if every id is expected or allowed by the scenario.
[[nodiscard]] bool all_foreseen(const scenarios::Expectation& expect,
                                const std::vector<std::string>& anomalies);

/// The content of failure.json for a run that recorded its path.
[[nodiscard]] scenarios::Failure failure_of(const RunIdentity& identity,
                                            const scenarios::RunResult& run,
                                            const reports::SeedResult& result);

}  // namespace lockstep::campaign
