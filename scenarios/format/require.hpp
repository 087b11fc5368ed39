// What a scenario may require of its seeds ("require"): a property of the checkers ("takeover"), a
// probe of the implementation ("fence_refused"), or a kind of fault that touched something
// ("fault:pause").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "faults/kind.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

/// The kind of "fault:pause"; none for the name of a property or probe, or of no kind.
[[nodiscard]] std::optional<faults::Kind> required_fault(std::string_view text);

/// What is wrong with an entry of "require"; none when nothing is.
struct RequireMistake {
  std::string found;
  std::string expected;  ///< every name that there is
};
[[nodiscard]] std::optional<RequireMistake> check_required(const Scenario& scenario,
                                                           const std::string& text);

}  // namespace lockstep::scenarios
