// Durations as text, without doubles: "200ms", "1.5s", "200ms..2s". Used by scenario files, --set
// and every message that prints a time.
#pragma once

#include <string>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep {

/// "3s", "1.5ms", "0", "-20us". Units ns, us, ms, s, m, h; a unit is demanded unless the number is
/// 0. Errors: invalid_argument (definite), with what was found and what was expected.
[[nodiscard]] Result<Nanos> parse_duration(std::string_view text);

/// Inclusive; a single value is a range of one. low <= high.
struct DurationRange {
  Nanos low{};
  Nanos high{};
  friend bool operator==(const DurationRange&, const DurationRange&) = default;
};

/// "200ms..2s", "0..200ms" or a single duration. The low end takes the unit of the high one only
/// when it is 0.
[[nodiscard]] Result<DurationRange> parse_duration_range(std::string_view text);

/// The shortest exact form: 1500000000 ns is "1.5s", 0 is "0s".
[[nodiscard]] std::string to_text(Nanos duration);
[[nodiscard]] std::string to_text(const DurationRange& range);

}  // namespace lockstep
