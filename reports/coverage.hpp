// What the seeds of a scenario covered, in words: fault kinds that touched something, properties
// and probes that were exercised, states that were reached and how many of them are new.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// "9 of 12 fault kinds effective, 31 probes, 412 states (3 new in the last 25 seeds)". Without
/// faults, and with fewer than four seeds, the parts that say nothing are left out.
[[nodiscard]] std::string coverage_text(const ScenarioResult& scenario);

/// Whether something that the scenario requires was exercised by no seed.
[[nodiscard]] bool lacks_required(const ScenarioResult& scenario);

}  // namespace lockstep::reports
