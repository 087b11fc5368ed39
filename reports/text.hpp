// Results for a terminal: a line per scenario, a line per failure that can be pasted to replay it,
// the first failure in words, and a closing line. Plain text without colours.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// The whole report, ending in a newline.
[[nodiscard]] std::string to_text(const Results& results);

/// What one replayed seed showed: verdicts, anomalies with their witnesses, what was not exercised.
[[nodiscard]] std::string to_text(const SeedResult& seed, const std::vector<Violation>& violations);

}  // namespace lockstep::reports
