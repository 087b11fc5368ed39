// Adds up the seeds of one scenario, in the order of their numbers, and says what came of it.
#pragma once

#include <array>
#include <map>
#include <optional>
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
/// Divergences spelled out per scenario; all are counted.
inline constexpr std::size_t divergences_max = 20;

class ScenarioTally {
 public:
  /// `scenario` outlives the tally.
  ScenarioTally(const scenarios::LoadedScenario& scenario, bool single_seed, bool keep_all);

  /// The next seed. Takes all of `outcome` but what is kept. Requires no error in it.
  void add(SeedOutcome outcome);

  /// Whether a violation may still be kept. Once false for an argument, false for ever.
  [[nodiscard]] bool has_room(bool as_expected) const;
  /// A violation was kept in `file`.
  void kept(const SeedOutcome& outcome, std::string file);

  [[nodiscard]] bool has_failed() const { return surprises_ > 0 || observed_.divergences > 0; }
  [[nodiscard]] const std::array<faults::Tally, faults::kind_count>& faults() const {
    return faults_;
  }

  /// Ends the tally.
  [[nodiscard]] reports::ScenarioResult result() &&;

 private:
  void add_doubts(SeedOutcome& outcome);
  void add_counts(const SeedOutcome& outcome);
  void add_anomalies(const SeedOutcome& outcome);
  [[nodiscard]] std::vector<reports::AnomalyCount> anomalies() const;
  [[nodiscard]] std::vector<reports::FaultCount> fault_counts() const;
  [[nodiscard]] std::vector<reports::PropertyCount> properties() const;
  [[nodiscard]] std::vector<reports::Distribution> distributions() const;

  const scenarios::LoadedScenario& scenario_;
  bool keep_all_;
  Observed observed_;
  std::map<std::string, Sightings, std::less<>> warnings_;
  checkers::Verdict verdict_ = checkers::Verdict::valid;
  std::array<faults::Tally, faults::kind_count> faults_{};
  struct Measured {
    Histogram histogram;
    Nanos bound{};
  };
  std::map<std::string, Measured, std::less<>> measurements_;
  std::uint64_t surprises_ = 0;      ///< seeds with an id that was not foreseen
  std::uint64_t kept_foreseen_ = 0;  ///< of result_.failures
  reports::ScenarioResult result_;   ///< what grows seed by seed
};

}  // namespace lockstep::campaign
