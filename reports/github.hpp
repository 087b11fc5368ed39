// Results as workflow commands of GitHub Actions: lines on stdout that it shows as annotations, at
// the scenario's file. What failed or diverged is an error, what is unknown a warning; what is as
// expected is silent. GitHub shows ten of each per step; the rest stands in the log.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// "::error file=scenarios/lock/x.json,title=x failed::reason%0Alockstep replay ...", a line each.
[[nodiscard]] std::string to_github(const Results& results);

}  // namespace lockstep::reports
