// What this binary was built from. It goes into every failure file and report, so that a finding
// names the code it was found in.
//
// Source of the values: cmake/write_version.cmake, run at every build.
#pragma once

#include <string_view>

namespace lockstep {

/// The commit, 40 lower-case hex digits; "-dirty" follows where tracked files differed from it when
/// this was built. "unknown" where the source was no git checkout of its own.
[[nodiscard]] std::string_view commit();

/// "clang 19.1.7", "gcc 12.2.0".
[[nodiscard]] std::string_view compiler();

/// The project's version, "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace lockstep
