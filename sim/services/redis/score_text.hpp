// Scores as redis-server 7.0 writes and reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/services/redis/sorted_set.hpp"

namespace lockstep::sim::redis {

/// 17 significant digits without trailing zeros, "inf", "-inf", "-0".
[[nodiscard]] std::string to_text(double score);
/// By the rules of strtod (hexadecimal and "infinity" too), without spaces; nullopt also for what
/// is out of range and for NaN.
[[nodiscard]] std::optional<double> parse_score(std::string_view text);
/// An interval, as ZRANGEBYSCORE has it: "(" excludes an end; nothing at all is 0.
[[nodiscard]] std::optional<ScoreRange> parse_score_range(std::string_view min,
                                                          std::string_view max);

}  // namespace lockstep::sim::redis
