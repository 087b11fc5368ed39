// Results for a terminal: a line per scenario, a line per failure that can be pasted to replay it,
// the first failure in words, and a closing line. Plain text without colours.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

struct TextOptions {
  /// A line per scenario about what its seeds covered. It stands in any case where something that
  /// the scenario requires was never exercised.
  bool coverage = false;
};

/// The whole report, ending in a newline.
[[nodiscard]] std::string to_text(const Results& results, const TextOptions& options = {});

/// What one replayed seed showed: verdicts, anomalies with their witnesses, what was not exercised.
[[nodiscard]] std::string to_text(const SeedResult& seed, const std::vector<Violation>& violations);

}  // namespace lockstep::reports
