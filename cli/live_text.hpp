// What `lockstep live` says of its run.
#pragma once

#include <string>

#include "reports/results.hpp"
#include "scenarios/live/live_run.hpp"

namespace lockstep::cli {

/// One scenario, one seed, for people. `history`: the file it was written to.
[[nodiscard]] std::string live_text(const reports::Results& results,
                                    const scenarios::live::LiveResult& live,
                                    const scenarios::PlanConfig& config,
                                    const std::string& history);

/// "12s/38s  410 operations".
[[nodiscard]] std::string progress_text(const scenarios::live::LiveProgress& progress);

}  // namespace lockstep::cli
