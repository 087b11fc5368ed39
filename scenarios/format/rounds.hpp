// How many rounds (think, acquire, hold, release) a client may need. Internal to scenarios/format.
#pragma once

#include <cstdint>

#include "impl/base/time.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// How long the rounds of one client last together if each goes undisturbed: twice the run, since
/// rounds that faults cut short are followed by others.
[[nodiscard]] Nanos rounds_span(const Scenario& scenario);

/// Rounds of one client, on average over seeds. At least 1.
[[nodiscard]] std::int64_t expected_rounds(const Scenario& scenario);

}  // namespace lockstep::scenarios
