// Many seeds of many scenarios on several threads, one world per thread, nothing shared. Whatever
// the number of threads, the results are the same and stand in the same order.
//
// Not here: what the results look like (reports), what the user typed (cli).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impl/base/time.hpp"
#include "reports/results.hpp"
#include "scenarios/campaign/shard.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

/// Threads: more than any machine has cores.
inline constexpr std::uint32_t jobs_max = 1024;

/// What is known while a campaign runs.
struct Progress {
  std::uint64_t seeds_done = 0;
  std::uint64_t seeds_all = 0;  ///< 0: until a time is over
  std::uint64_t failures = 0;   ///< seeds with an id that was not foreseen, or that diverged
  Nanos elapsed{};
  std::optional<Nanos> total;  ///< --for
};

struct CampaignOptions {
  scenarios::SeedRange seeds{100, {}};
  /// One seed on demand (--seed N): judged as one seed, without vacuity and within_seeds.
  bool single_seed = false;
  Shard shard;
  /// Instead of a number of seeds: seeds from seeds.first on until this much time has passed. The
  /// scenarios take turns.
  std::optional<Nanos> run_for;
  std::uint32_t jobs = 1;  ///< 1..jobs_max
  std::string out = "out";
  bool keep_all = false;
  bool fail_fast = false;  ///< nothing after the first seed that fails or diverges
  bool check_determinism = false;
  /// Run every seed to its end, and judge it there; else a run stops at its first violation.
  bool whole = false;
  std::vector<std::string> sets;  ///< what --set changed; for the lines that run a seed again

  /// Wall time, monotonic; any epoch. Read on every thread.
  std::function<Nanos()> now;
  /// Set by others to stop early: seeds that run are finished, no new one begins.
  const std::atomic<bool>* interrupted = nullptr;
  /// Called after each seed, never twice at once. May be empty.
  std::function<void(const Progress&)> progress;
  /// One line about a seed that runs longer than this; again each time that doubles.
  std::function<void(const std::string&)> warn;
  Nanos slow_after = std::chrono::seconds(60);
};

/// How a campaign ended. `results` holds all that ran, whatever else happened.
struct CampaignEnd {
  reports::Results results;
  /// The runner refused a plan: the scenario asks for what this build does not have.
  std::optional<scenarios::InputError> refused;
  std::optional<Error> cannot_write;  ///< a run folder; the campaign stopped there
  std::string internal_error;         ///< with scenario and seed
};

/// Runs it. results.exit_code is the exit code of all that is in CampaignEnd.
/// Requires at least one scenario, names that differ, and a clock.
[[nodiscard]] CampaignEnd run_campaign(std::span<const scenarios::LoadedScenario> scenarios,
                                       const scenarios::Runner& runner,
                                       const CampaignOptions& options);

}  // namespace lockstep::campaign
