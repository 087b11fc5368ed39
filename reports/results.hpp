// What a report is made of: the results of a campaign as plain data, everything already decided.
// Renderers (text.hpp, json.hpp, junit.hpp) read it; campaign fills it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/verdict.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "reports/asked.hpp"
#include "reports/counts.hpp"

namespace lockstep::reports {

/// What was said of a scenario beforehand, compared with what came. Gravest last: verdicts of runs
/// that do not repeat mean nothing.
enum class Standing : std::uint8_t {
  as_expected,
  unknown,   ///< could not be judged: too few seeds, vacuous, or seeds without a verdict
  failed,    ///< an id neither expected nor allowed, or an expected one missed
  diverged,  ///< one plan, two different runs
};

/// One violation for a human.
struct Violation {
  std::string id;
  std::string judge;  ///< "black-box", "oracle", "world", or "both" where they disagree
  std::string sentence;
  std::string description;           ///< all of it for a human, several lines
  std::vector<std::string> witness;  ///< its operations in words, a line each
  std::vector<std::string> keys;
  std::vector<std::uint64_t> tokens;
};

/// One seed; everything here is a function of its plan.
struct SeedResult {
  Seed seed{};
  checkers::Verdict verdict = checkers::Verdict::unknown;  ///< of both judges and the world
  checkers::Verdict black_box = checkers::Verdict::unknown;
  checkers::Verdict oracle = checkers::Verdict::unknown;
  std::vector<std::string> anomalies;      ///< ids, sorted, each once
  std::string reason;                      ///< why unknown; empty otherwise
  std::vector<std::string> not_exercised;  ///< required properties this seed did not touch
  std::string trace_hash;
  std::string strategy;  ///< "pct"
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  Nanos virtual_time{};
};

/// A failure made as small as it got.
struct ShrunkRun {
  std::string file;     ///< as `lockstep replay` takes it
  std::string anomaly;  ///< which it was made to show
  std::string size;     ///< "1 fault, 4 operations, 2 clients, 3 nodes, 12s"
  std::vector<std::string> story;
};

/// A seed with a violation, kept on disk.
struct Failure {
  Seed seed{};
  std::string file;  ///< of failure.json, as `lockstep replay` takes it
  bool as_expected = false;
  std::vector<std::string> anomalies;
  std::vector<Violation> violations;  ///< at most violations_max
  std::optional<ShrunkRun> shrunk;
};

/// One plan that ran in two ways.
struct Divergence {
  Seed seed{};
  std::uint64_t event = 0;  ///< the first that differs
  std::string first;        ///< both sides in words
  std::string second;
};

struct ScenarioResult {
  std::string name;
  std::string file;
  Claim claim;
  checkers::Verdict verdict = checkers::Verdict::unknown;  ///< of all its seeds
  Standing standing = Standing::unknown;
  std::vector<std::string> reasons;  ///< why not as expected, one sentence each

  std::uint64_t seeds = 0;
  std::uint64_t seeds_unknown = 0;
  Seed first_unknown{};        ///< where there is one
  std::string unknown_reason;  ///< of that seed
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  Nanos busy{};  ///< wall time its seeds took, summed over jobs

  std::vector<AnomalyCount> anomalies;  ///< by id
  std::vector<Failure> failures;        ///< kept ones, by seed
  std::uint64_t failures_found = 0;     ///< kept or not
  std::vector<Divergence> divergences;  ///< by seed, at most divergences_max
  std::uint64_t divergences_found = 0;
  std::vector<StrategyCount> strategies;  ///< those that ran, by name
  std::vector<FaultCount> faults;         ///< kinds that were planned, in the registry's order
  std::vector<PropertyCount> properties;
  std::vector<Distribution> distributions;
  std::vector<StateCount> states;        ///< reached, by name
  std::uint64_t states_late = 0;         ///< of these, first reached in the last quarter of seeds
  std::vector<SeedResult> seed_results;  ///< by seed, at most seed_results_max
};

/// Violations spelled out per failure; a broken lock can produce one per operation.
inline constexpr std::size_t violations_max = 20;
/// Divergences spelled out per scenario; all are counted.
inline constexpr std::size_t divergences_max = 20;
/// Seeds listed one by one per scenario: beyond it a JSON report no longer fits into memory.
inline constexpr std::size_t seed_results_max = 1'000'000;

/// A whole `lockstep run`.
struct Results {
  std::string version;
  std::string commit;
  std::string compiler;
  Asked asked;
  std::vector<ScenarioResult> scenarios;  ///< in the order given
  std::vector<std::string> problems;      ///< of the campaign as a whole, one sentence each
  bool single_seed = false;               ///< --seed N: judged as one seed, not as a campaign
  bool interrupted = false;
  std::uint32_t jobs = 1;
  Nanos elapsed{};
  int exit_code = 0;
};

[[nodiscard]] std::string_view name_of(Standing standing);

/// The line that runs a failure again: "lockstep replay out/x/12/failure.json", quoted for sh.
[[nodiscard]] std::string replay_line(const std::string& failure_file);
/// The line that runs one seed of a scenario file again: "lockstep run x.json --seed 12 --set a=b".
[[nodiscard]] std::string run_line(const std::string& scenario_file, Seed seed,
                                   const std::vector<std::string>& sets);

}  // namespace lockstep::reports
