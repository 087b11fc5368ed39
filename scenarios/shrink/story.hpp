// What happened in a run, told as a numbered list in plain English: faults and operations in the
// order of time, from the first to the violated rule. Worth reading for plans that were shrunk.
//
// Not here: tables and drawings of the witness (checkers/witness_text.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/format/plan.hpp"
#include "scenarios/run.hpp"

namespace lockstep::shrink {

/// Lines between the setting and the rule. A longer story keeps its witness and what is nearest to
/// its end, and says how much it leaves out.
inline constexpr std::size_t story_lines_max = 40;

/// The story of `run`, which `plan` made and which shows `anomaly`: the setting; what happened, a
/// line for each fault and for each operation or row of like operations; the rule that was broken.
/// Each line is "3. 1.2s  client/0 ..."; no line ends. Empty if the run does not show the anomaly.
[[nodiscard]] std::vector<std::string> story_of(const scenarios::Plan& plan,
                                                const scenarios::RunResult& run,
                                                std::string_view anomaly);

}  // namespace lockstep::shrink
