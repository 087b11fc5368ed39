// Adds up the seeds of one scenario, in the order of their numbers, and says what came of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "reports/results.hpp"
#include "scenarios/campaign/expectation.hpp"
#include "scenarios/campaign/histogram.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::campaign {

/// Run folders per scenario, unless all are kept: ten show every pattern, a thousand fill a disk.
inline constexpr std::uint64_t kept_max = 10;
/// Of those, how many may show foreseen ids only, so that surprises always find room.
inline constexpr std::uint64_t kept_foreseen_max = 5;

/// How many seeds of the campaign come before one of them.
using OrdinalOf = std::function<std::uint64_t(Seed)>;

class ScenarioTally {
 public:
  /// `scenario` outlives the tally.
  ScenarioTally(const scenarios::LoadedScenario& scenario, bool single_seed, bool keep_all);

  /// The next seed. Takes all of `outcome` but what is kept. Requires no error in it.
  void add(SeedOutcome outcome);

  /// What came of some seeds of the same scenario elsewhere, instead of add() for each of them.
  /// Parts come in any order; all that is said afterwards is what add() in the order of seeds would
  /// say. `part` is checked: counts fit its lists, seeds ascend, buckets fit their samples.
  void absorb(const reports::ScenarioResult& part, const OrdinalOf& ordinal_of);

  /// Whether a violation may still be kept. Once false for an argument, false for ever.
  [[nodiscard]] bool has_room(bool as_expected) const;
  /// A violation was kept in `file`.
  void kept(const SeedOutcome& outcome, std::string file);

  /// Ends the tally.
  [[nodiscard]] reports::ScenarioResult result() &&;

 private:
  void add_doubts(SeedOutcome& outcome);
  void add_counts(const SeedOutcome& outcome);
  void add_anomalies(const SeedOutcome& outcome);
  void add_reached(const scenarios::Reached& reached, Seed seed);
  void add_strategy(const reports::SeedResult& seed);
  void absorb_doubts(const reports::ScenarioResult& part);
  void absorb_anomalies(const reports::ScenarioResult& part, const OrdinalOf& ordinal_of);
  void absorb_counts(const reports::ScenarioResult& part);
  void put_in_order();
  [[nodiscard]] std::vector<reports::AnomalyCount> anomalies() const;
  [[nodiscard]] std::vector<reports::FaultCount> fault_counts() const;
  [[nodiscard]] std::vector<reports::PropertyCount> properties() const;
  [[nodiscard]] std::vector<reports::Distribution> distributions() const;
  [[nodiscard]] std::vector<reports::StrategyCount> strategies() const;
  void add_states(reports::ScenarioResult& out) const;

  const scenarios::LoadedScenario& scenario_;
  bool keep_all_;
  Observed observed_;
  std::map<std::string, Sightings, std::less<>> warnings_;
  checkers::Verdict verdict_ = checkers::Verdict::valid;
  std::set<std::uint32_t> known_states_;  ///< of states_, so that few names are made
  std::map<std::string, Sightings, std::less<>> states_;
  struct Measured {
    Histogram histogram;
    Nanos bound{};
  };
  std::map<std::string, Measured, std::less<>> measurements_;
  struct StrategySeeds {
    std::uint64_t seeds = 0;
    std::map<std::string, Sightings, std::less<>> anomalies;
  };
  std::map<std::string, StrategySeeds, std::less<>> strategies_;
  std::uint64_t kept_foreseen_ = 0;  ///< of result_.failures
  reports::ScenarioResult result_;   ///< what grows seed by seed
};

}  // namespace lockstep::campaign
