// `--shard auto`: which part of a campaign this machine runs, from the variables that those who
// start many machines at once set. The only place where lockstep reads them.
//
//   LOCKSTEP_SHARD=I/N                                  yours; outranks all others
//   JOB_COMPLETION_INDEX (from 0), LOCKSTEP_SHARDS=N    Kubernetes indexed jobs: the index is set
//   by
//                                                       Kubernetes, the number by your manifest
//   SLURM_ARRAY_TASK_ID, _MIN, _MAX, _COUNT, _STEP      Slurm arrays with a regular range
//   CI_NODE_INDEX (from 1), CI_NODE_TOTAL               GitLab `parallel`
//   CIRCLE_NODE_INDEX (from 0), CIRCLE_NODE_TOTAL       CircleCI `parallelism`
//   BUILDKITE_PARALLEL_JOB (from 0), .._JOB_COUNT       Buildkite `parallelism`
//
// GitHub Actions sets none: a workflow passes --shard ${{ matrix.shard }}/N.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "scenarios/campaign/shard.hpp"

namespace lockstep::cli {

/// The value of a variable, or none. An empty one counts as not set.
using Lookup = std::function<std::optional<std::string>(const char* name)>;

/// Those of this process.
[[nodiscard]] std::optional<std::string> variable(const char* name);

/// Where several systems are at work at once they have to agree.
/// Errors, bad_option: none of them set; half of a pair set; a value that is no number or out of
/// range; two systems that disagree. Each names the variables with their values.
[[nodiscard]] scenarios::Input<campaign::Shard> shard_from(const Lookup& lookup);

}  // namespace lockstep::cli
