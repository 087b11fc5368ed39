// Time as types: a node's monotonic clock, a node's wall clock, and durations. All in nanoseconds,
// so that no arithmetic rounds; all signed 64 bit (292 years).
#pragma once

#include <chrono>
#include <cstdint>

namespace lockstep {

using Nanos = std::chrono::nanoseconds;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Tag of a node-local monotonic clock; its epoch means nothing. Read it through env::Clock.
struct MonoTag {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Nanos;
  using time_point = std::chrono::time_point<MonoTag, Nanos>;
  static constexpr bool is_steady = true;
};

/// Tag of a node-local wall clock, ns since 1970. It can jump in both directions.
struct WallTag {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Nanos;
  using time_point = std::chrono::time_point<WallTag, Nanos>;
  static constexpr bool is_steady = false;
};

using MonoTime = MonoTag::time_point;
using WallTime = WallTag::time_point;

/// A deadline that never passes.
inline constexpr MonoTime never = MonoTime::max();

/// `t + d`, or `never` where that would overflow. Requires d >= 0.
[[nodiscard]] constexpr MonoTime saturating_add(MonoTime t, Nanos d) {
  std::int64_t sum = 0;
  const bool overflows = __builtin_add_overflow(t.time_since_epoch().count(), d.count(), &sum);
  return overflows ? never : MonoTime(Nanos(sum));
}

}  // namespace lockstep
