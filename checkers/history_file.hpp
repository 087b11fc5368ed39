// Histories as files: JSONL, one event per line, with Jepsen's keys and a few of ours. HISTORY.md
// in this folder describes the format with an example.
//
// Not here: other formats, compression.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "checkers/history.hpp"
#include "impl/base/result.hpp"

namespace lockstep::checkers {

/// Bytes of one line. Ours have about 300; beyond it the file is no history.
inline constexpr std::size_t line_bytes_max = 64U << 10U;

/// The whole file: header, events, resolutions, footer.
[[nodiscard]] std::string write_history(const History& history);
/// The same, in pieces. Errors, definite: io_error - the stream failed; what was written is
/// incomplete and lacks its footer.
[[nodiscard]] Result<void> write_history(const History& history, std::ostream& out);

/// Reads what write_history() wrote, or what somebody wrote by hand after HISTORY.md.
/// @param file  How messages call the input.
/// Errors, definite: corrupt - `file:line: found X, expected Y`, for anything that is no history
/// of schema 1, a truncated or altered one included; limit - more than events_max events, or a
/// line longer than line_bytes_max; io_error - the stream failed.
[[nodiscard]] Result<History> read_history(std::istream& in, const std::string& file);
[[nodiscard]] Result<History> parse_history(std::string_view text, const std::string& file);

/// Opens and reads. Errors: as above, and not_found.
[[nodiscard]] Result<History> load_history(const std::string& file);

}  // namespace lockstep::checkers
