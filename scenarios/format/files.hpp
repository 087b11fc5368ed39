// Reading and writing whole files, with the errors that users see.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scenarios/format/input_error.hpp"

namespace lockstep::scenarios {

/// Errors: missing - no such file, a folder, not readable; bad_file - more than `bytes_max`.
[[nodiscard]] Input<std::string> read_file(const std::string& file, std::size_t bytes_max);

/// Replaces `file` as a whole (a reader sees the old or the new content), creating folders that
/// are missing. Not synced. Errors: unwritable.
[[nodiscard]] Input<void> write_file(const std::string& file, std::string_view content);

}  // namespace lockstep::scenarios
