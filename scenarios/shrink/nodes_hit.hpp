// Whom a planned fault hit in a run, as the markers of its history say.
#pragma once

#include <string>
#include <vector>

#include "checkers/history.hpp"
#include "faults/plan.hpp"

namespace lockstep::shrink {

/// The names of the nodes, in the order of the markers; empty if the fault found nobody.
[[nodiscard]] std::vector<std::string> nodes_hit(const faults::PlannedFault& fault,
                                                 const checkers::History& history);

}  // namespace lockstep::shrink
