// Exponentially distributed durations from an integer table: no libm, so that every platform
// agrees.
#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace lockstep::sim {

/// A duration with roughly the given mean (within 1 %), at most 7 times it. `bits`: 64 uniform
/// bits.
[[nodiscard]] Nanos exponential(std::uint64_t bits, Nanos mean);

}  // namespace lockstep::sim
