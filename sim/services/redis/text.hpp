// Redis's own rules for text: integers, glob patterns, case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::sim::redis {

/// A signed 64-bit integer in canonical decimal: no sign but a minus, no leading zero, no spaces.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// A cursor of SCAN, by the looser rules of strtoul: a sign and leading zeros are fine, nothing is
/// 0.
[[nodiscard]] std::optional<std::uint64_t> parse_cursor(std::string_view text);

/// `*`, `?`, `[a-c]`, `[^a]` and backslash, on bytes, as KEYS matches.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

/// As much of a client's words as an error quotes: up to a zero byte, without line ends, cut at
/// `bytes_max`.
[[nodiscard]] std::string quotable(std::string_view text, std::size_t bytes_max = 128);

/// ASCII only.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view text, std::string_view other);

/// a + b, or nullopt where that overflows.
[[nodiscard]] std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b);

}  // namespace lockstep::sim::redis
