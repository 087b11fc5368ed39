// Several shards of one campaign made into the results of one run: the same verdicts, counts,
// reasons and exit code, because the same code (ScenarioTally, judge) decides.
//
// Holds exactly for shards of a number of seeds. Shards of --for ran as many seeds as each could,
// and with --fail-fast each stopped by itself; of these the merge says what all of them showed.
#pragma once

#include <string>
#include <vector>

#include "reports/results.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::campaign {

struct ShardResults {
  std::string file;  ///< for messages
  reports::Results results;
};

struct MergeOptions {
  /// Go without shards that are not there. The results then name them, and are unknown at best.
  bool partial = false;
};

struct Merged {
  reports::Results results;           ///< as of one run over all seeds that the shards ran
  std::vector<std::string> troubles;  ///< shards that did not come to their end, a sentence each
};

/// In any order. Times: the longest elapsed, jobs and busy times summed.
/// Errors: bad_file - naming two files and what tells them apart: they are not of one campaign
/// (version, commit, options, scenarios or what they say), a shard given twice, a shard missing, or
/// seeds that are not its own.
/// Requires at least one.
[[nodiscard]] scenarios::Input<Merged> merge_shards(std::vector<ShardResults> shards,
                                                    const MergeOptions& options);

}  // namespace lockstep::campaign
