// Guesses at what was meant by a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep::cli {

/// "; did you mean 'replay'?" or nothing.
[[nodiscard]] std::string hint(std::string_view wrong, std::span<const std::string> names);

/// The same for a file or folder that is missing: a similar name in its folder, or a scenario of
/// that name below the folder "scenarios".
[[nodiscard]] std::string hint_for_missing(const std::string& path);

}  // namespace lockstep::cli
