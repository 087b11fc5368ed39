// Takes outcomes from many threads in any order and deals with them in the order of their numbers:
// adds them up, writes run folders, decides when to stop. All of it under one lock.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/seed_outcome.hpp"
#include "scenarios/campaign/tally.hpp"

namespace lockstep::campaign {

/// One seed of one scenario. Units are numbered in the order in which they are dealt with.
struct Unit {
  std::uint64_t number = 0;
  std::size_t scenario = 0;
  Seed seed{};
};

/// How far a fast thread may run ahead of a slow one: bounds the outcomes that wait.
inline constexpr std::uint64_t ahead_max = 256;

class Collector {
 public:
  Collector(std::span<const scenarios::LoadedScenario> scenarios, const CampaignOptions& options);

  /// The next unit, or none when all are given out, or the time, the user or a failure said stop.
  /// May wait for slower threads.
  [[nodiscard]] std::optional<Unit> next();
  /// Every unit that next() gave comes back once.
  void submit(const Unit& unit, SeedOutcome outcome);
  /// Whether a violation of that scenario may still be kept.
  [[nodiscard]] bool has_room(const Unit& unit, bool as_expected);

  /// After all units came back.
  [[nodiscard]] CampaignEnd end() &&;

 private:
  [[nodiscard]] std::optional<Unit> unit_at(std::uint64_t number) const;
  [[nodiscard]] bool should_stop() const;
  void settle(const Unit& unit, SeedOutcome outcome);
  void settle_error(const Unit& unit, const SeedOutcome& outcome);
  void keep(const Unit& unit, const SeedOutcome& outcome);
  void report_progress() const;

  std::span<const scenarios::LoadedScenario> scenarios_;
  const CampaignOptions& options_;
  const std::uint64_t seeds_each_;  ///< of each scenario; with run_for: how many there could be
  const Nanos begun_;

  std::mutex mutex_;
  std::condition_variable settled_more_;
  std::uint64_t given_ = 0;    ///< units given out
  std::uint64_t settled_ = 0;  ///< units dealt with
  bool stopped_ = false;       ///< nothing more counts
  std::uint64_t failures_ = 0;
  std::map<std::uint64_t, std::pair<Unit, SeedOutcome>> waiting_;
  std::vector<ScenarioTally> tallies_;
  CampaignEnd end_;
};

}  // namespace lockstep::campaign
