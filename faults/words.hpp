// Planned faults in plain English, for stories and reports.
#pragma once

#include <string>
#include <string_view>

#include "faults/plan.hpp"

namespace lockstep::faults {

/// "client/0 stands still for 5s, while its clocks run on". `who`: the node that it hit, or
/// several, "client/0, client/1"; empty where nobody knows, and then the target stands for it.
[[nodiscard]] std::string in_words(const PlannedFault& fault, std::string_view who);

}  // namespace lockstep::faults
