// From what may go wrong (entries of a scenario) to what does go wrong (planned faults): everything
// drawn, so that a run needs no more randomness to execute them.
//
// Every draw is keyed (entry, firing, field): taking one fault out of a plan, or one field out of
// an entry, changes no other draw. What cannot be known before the run (who holds the lock then?)
// stays a selector beside `pick`, a drawn integer that chooses among the nodes that match.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/kind.hpp"
#include "impl/base/duration.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::faults {

/// Faults of one plan. Above it plans are unreadable, and entries with a tiny `every` are mistakes.
inline constexpr std::size_t faults_max = 10'000;
/// Entries of one scenario: swarm needs tens.
inline constexpr std::size_t entries_max = 200;

/// What a parameter may become: an inclusive range, or for Unit::choice a list of indices.
struct ParameterRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::vector<std::int64_t> choices{};  ///< not empty exactly for Unit::choice
  friend bool operator==(const ParameterRange&, const ParameterRange&) = default;
};

/// One line of a scenario's "faults". Exactly one of `every` and `once` is set.
struct FaultEntry {
  Kind kind = Kind::pause;
  std::string target{};                  ///< a selector that may_target() accepts
  std::string peer = "any";              ///< link faults: the other end
  std::optional<DurationRange> every{};  ///< from begin to begin, and before the first; low >= 1 ms
  std::optional<DurationRange> once{};   ///< "at": one firing, at a time drawn from this
  DurationRange lasts{};                 ///< "for"; 0..0 for kinds that do not last
  std::vector<ParameterRange> parameters{};  ///< one for each of spec_of(kind).parameters
  friend bool operator==(const FaultEntry&, const FaultEntry&) = default;
};

/// An entry of `kind` with its default target and parameters, and no time yet.
[[nodiscard]] FaultEntry default_entry(Kind kind);

/// One fault that will happen: what, when, for how long and to whom.
struct PlannedFault {
  FaultId id{};              ///< unique in its plan, below faults_max; kept when others are removed
  std::uint32_t entry = 0;   ///< which entry of the scenario it came from
  std::uint32_t firing = 0;  ///< the how-manieth of that entry
  Kind kind = Kind::pause;
  Nanos at{};     ///< true time since the start of the run
  Nanos lasts{};  ///< 0 for kinds that do not last
  std::string target{};
  std::string peer = "any";
  std::uint32_t pick = 0;                  ///< chooses among the nodes that match, and the sides
  std::vector<std::int64_t> parameters{};  ///< one for each of spec_of(kind).parameters
  friend bool operator==(const PlannedFault&, const PlannedFault&) = default;
};

struct PlanLimits {
  Nanos until{};       ///< no fault begins at or after this
  bool swarm = false;  ///< each entry is on with probability 1/2, its gaps scaled by a factor
                       ///< that is log-uniform in [1/4, 4]
};

/// The most faults that `entries` can become. Entries with this above faults_max are to be refused
/// before plan_faults().
[[nodiscard]] std::uint64_t firings_max(const std::vector<FaultEntry>& entries, PlanLimits limits);

/// Draws every firing of every entry, ordered by (at, entry, firing); ids follow that order.
/// A function of its arguments alone. Requires firings_max() <= faults_max and valid entries.
[[nodiscard]] std::vector<PlannedFault> plan_faults(Seed seed,
                                                    const std::vector<FaultEntry>& entries,
                                                    PlanLimits limits);

/// Why `fault` is not one that plan_faults() could have made, in words; empty when it is.
[[nodiscard]] std::string why_invalid(const PlannedFault& fault);

}  // namespace lockstep::faults
