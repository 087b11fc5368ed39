// Draws of generated scenarios and plans, from rapidcheck: to be called inside rc::gen::exec, one
// draw per statement (compilers evaluate arguments in different orders).
//
// Nothing here shrinks. rapidcheck would shrink a whole scenario by drawing hundreds of others,
// each a run of its own with other latencies and other faults; the plan of the failing run is
// shrunk instead, in which every fault and operation can be taken out without changing the others.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"
#include "impl/base/time.hpp"

namespace lockstep::properties {

/// low..high, both included, uniform. Requires low <= high < INT64_MAX.
[[nodiscard]] inline std::int64_t drawn(std::int64_t low, std::int64_t high) {
  ASSERT(low <= high);
  return *rc::gen::inRange<std::int64_t>(low, high + 1);
}

[[nodiscard]] inline Nanos drawn(Nanos low, Nanos high) {
  return Nanos(drawn(low.count(), high.count()));
}

[[nodiscard]] inline bool chance(std::int64_t percent) { return drawn(0, 99) < percent; }

/// low..high with small values as likely as great ones: the upper end is halved up to five times
/// first.
[[nodiscard]] inline Nanos drawn_magnitude(Nanos low, Nanos high) {
  const std::int64_t halvings = drawn(0, 5);
  return drawn(low, low + (high - low) / (std::int64_t{1} << halvings));
}

/// A range within low..high.
[[nodiscard]] inline DurationRange drawn_range(Nanos low, Nanos high) {
  const Nanos from = drawn_magnitude(low, high);
  const Nanos to = drawn_magnitude(from, high);
  return {from, to};
}

/// Requires that there is one.
template <class T>
[[nodiscard]] T one_of(const std::vector<T>& items) {
  ASSERT(!items.empty());
  return items[static_cast<std::size_t>(drawn(0, static_cast<std::int64_t>(items.size()) - 1))];
}

}  // namespace lockstep::properties
