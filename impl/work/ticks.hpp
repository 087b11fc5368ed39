// Ticks: the numbered periods of a wall clock. Number n lasts from offset + n * period for one
// period.
#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace lockstep::work {

struct Ticks {
  Nanos period{};  ///< above 0
  Nanos offset{};  ///< of tick 0 from 1970

  /// The number of the tick that `now` lies in.
  [[nodiscard]] std::int64_t at(WallTime now) const;
  /// When tick `number` begins; at the ends of the clock's range, those ends.
  [[nodiscard]] WallTime begin(std::int64_t number) const;
};

}  // namespace lockstep::work
