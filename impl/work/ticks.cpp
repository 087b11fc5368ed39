#include "impl/work/ticks.hpp"

#include "impl/base/assert.hpp"

namespace lockstep::work {

std::int64_t Ticks::at(WallTime now) const {
  ASSERT(period.count() > 0);
  const Nanos since = now.time_since_epoch() - offset;
  const std::int64_t whole = since / period;
  return since % period < Nanos(0) ? whole - 1 : whole;
}

WallTime Ticks::begin(std::int64_t number) const {
  std::int64_t ns = 0;
  const bool overflows = __builtin_mul_overflow(number, period.count(), &ns) ||
                         __builtin_add_overflow(ns, offset.count(), &ns);
  if (overflows) return number < 0 ? WallTime::min() : WallTime::max();
  return WallTime(Nanos(ns));
}

}  // namespace lockstep::work
