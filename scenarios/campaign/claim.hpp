// What a scenario says of itself beforehand, in the form that results carry.
#pragma once

#include "reports/results.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::campaign {

/// With the digest of the whole scenario.
[[nodiscard]] reports::Claim claim_of(const scenarios::Scenario& scenario);

/// A scenario of which only what results say of it is known: name, file, expect and require. Enough
/// for a ScenarioTally.
[[nodiscard]] scenarios::LoadedScenario scenario_of(const reports::ScenarioResult& result);

}  // namespace lockstep::campaign
