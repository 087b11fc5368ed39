// What a scenario said beforehand against what its seeds showed: a pure function, so that every
// rule of the house on exit codes 0, 1, 2 and 3 has a test of its own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "faults/kind.hpp"
#include "faults/nemesis.hpp"
#include "impl/base/ids.hpp"
#include "reports/results.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::campaign {

/// Seeds that showed one id.
struct Sightings {
  std::uint64_t seeds = 0;
  std::uint64_t first_ordinal = 0;  ///< how many seeds ran before the first of them
  Seed first{};
};

/// After so many seeds a required fault that never touched anything is a failure; before, there may
/// have been too few. A swarm switches a kind on in every second seed or so.
inline constexpr std::uint64_t fault_seeds_min = 20;

/// What the seeds of one scenario showed, in the order of their numbers.
struct Observed {
  bool single_seed = false;  ///< one seed on demand: only forbidden ids count against it
  std::uint64_t seeds = 0;
  std::uint64_t seeds_unknown = 0;
  Seed first_unknown{};
  std::string unknown_reason;  ///< of the first unknown seed
  std::uint64_t divergences = 0;
  Seed first_divergence{};
  std::map<std::string, Sightings, std::less<>> anomalies;      ///< by id
  std::map<std::string, std::uint64_t, std::less<>> exercised;  ///< property to number of seeds
  std::array<faults::Tally, faults::kind_count> faults{};       ///< by kind
};

struct Judgement {
  reports::Standing standing = reports::Standing::as_expected;
  std::vector<std::string> reasons;  ///< empty exactly if as_expected
};

/// The ids that it expects or allows.
[[nodiscard]] std::vector<std::string> foreseen_by(const scenarios::Expectation& expect);
/// What the scenario says of an id.
[[nodiscard]] reports::Weight weight_of(const scenarios::Expectation& expect, std::string_view id);

/// The gravest of all that is wrong, and every reason.
[[nodiscard]] Judgement judge(const scenarios::Expectation& expect,
                              const std::vector<std::string>& require, const Observed& observed);

}  // namespace lockstep::campaign
