// From a failure file to a shrunk one: which anomaly to keep, the shrinking, and the run of what is
// left with its path and its story recorded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/results.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/shrink/shrinker.hpp"

namespace lockstep::shrink {

/// The anomaly that a failure is about: one that its scenario did not foresee, else one that it
/// expects, else its first. Empty if it has none.
[[nodiscard]] std::string telling_anomaly(const scenarios::Failure& failure);

struct ShrunkFailure {
  Shrunk shrunk;
  scenarios::Failure failure;  ///< of the shrunk plan, with path, hash and story; else as given
  std::vector<reports::Violation> violations;  ///< of its run
};

/// Shrinks `failure` while it shows `anomaly`, in runs that stop where its own did: Options::whole
/// and Options::foreseen are taken from it. With End::not_reproduced nothing was changed. Errors:
/// as shrink().
[[nodiscard]] Result<ShrunkFailure> shrink_failure(const scenarios::Failure& failure,
                                                   std::string_view anomaly,
                                                   const scenarios::Runner& runner,
                                                   const Options& options);

}  // namespace lockstep::shrink
