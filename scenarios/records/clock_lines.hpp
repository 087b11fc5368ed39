// How far the wall clocks of a run were from true time: the plan's clocks and what its faults did
// to them, followed with the very clock that nodes of a world have. Nothing is recorded for it.
#pragma once

#include <vector>

#include "checkers/history.hpp"
#include "reports/timeline/run_record.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios {

/// Of every node of the plan, until `end`. `history` says when which node was struck, and when all
/// was healed.
[[nodiscard]] std::vector<reports::NodeClock> clock_lines(const Plan& plan,
                                                          const checkers::History& history,
                                                          Nanos end);

}  // namespace lockstep::scenarios
