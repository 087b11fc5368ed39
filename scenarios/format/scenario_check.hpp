// What must hold between the fields of a scenario. Internal to scenarios/format.
#pragma once

#include <optional>
#include <string>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// The first mistake, with `pointer`, `found` and `expected`; none when expand() can take it.
[[nodiscard]] std::optional<InputError> check(const Scenario& scenario);

}  // namespace lockstep::scenarios
