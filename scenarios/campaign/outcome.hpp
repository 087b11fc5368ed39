// What the results of a campaign come to as a whole, whoever ran its seeds: one run, or shards that
// were merged.
#pragma once

#include <string>
#include <vector>

#include "reports/results.hpp"
#include "scenarios/campaign/exit_code.hpp"

namespace lockstep::campaign {

/// What is wrong with no scenario by itself, one sentence each. Nothing of a single seed.
[[nodiscard]] std::vector<std::string> problems_of(const reports::Results& results);

/// As far as the results say: internal_error and cannot_write are for the caller to add.
[[nodiscard]] Outcome outcome_of(const reports::Results& results);

}  // namespace lockstep::campaign
