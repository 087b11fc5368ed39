// What was asked of a campaign, as far as its results have to say it: enough to tell whether two
// results are shards of one campaign, and to judge them together as one run would be judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkers/verdict.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::reports {

/// What a scenario says of itself beforehand.
struct Claim {
  checkers::Verdict verdict = checkers::Verdict::valid;  ///< valid or invalid
  std::vector<std::string> anomalies;                    ///< that make it invalid
  std::vector<std::string> allowed;
  std::uint64_t within_seeds = 0;    ///< of an invalid one, else 0
  std::vector<std::string> require;  ///< what must have been exercised
  std::string digest;                ///< 32 hex digits, of every field with --set applied
  friend bool operator==(const Claim&, const Claim&) = default;
};

/// Part `index` of `count`, from 1: every count-th seed.
struct Part {
  std::uint64_t index = 1;
  std::uint64_t count = 1;
  friend bool operator==(const Part&, const Part&) = default;
};

/// The seeds of a campaign and how they are run; the same for all its shards but `part`.
struct Asked {
  Seed first{};
  std::uint64_t seeds = 0;  ///< of each scenario, all shards together; 0: as many as fit
  Nanos run_for{};          ///< --for; 0: a number of seeds
  Part part;
  std::vector<std::string> sets;  ///< --set, and --strategy as one of them
  bool check_determinism = false;
  bool keep_all = false;
  bool fail_fast = false;
  std::vector<std::uint64_t> missing;  ///< shards that a merge went without
};

}  // namespace lockstep::reports
