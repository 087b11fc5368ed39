// --set path=value on the JSON of a scenario, before anything is checked.
// Internal to scenarios/format.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

/// JSON pointers of what was set, each with the text that was given for it.
using Given = std::map<std::string, std::string, std::less<>>;

/// Applies "lock.ttl=10s" to `root` and notes it in `given`. Objects on the way are made where
/// they are missing; items of lists must be there. Errors: bad_option.
[[nodiscard]] Input<void> apply_override(Json& root, const std::string& option, Given& given);

/// "/lock/ttl" of "lock.ttl=10s".
[[nodiscard]] std::string override_pointer(std::string_view option);

}  // namespace lockstep::scenarios
