// How long an event that was nacked for later stays away, where the nack does not say.
#pragma once

#include <algorithm>
#include <cstdint>

#include "impl/base/time.hpp"

namespace lockstep::queue {

/// `base` doubled per attempt after the first, at most `most`, plus up to a quarter of it.
/// @param attempts  So far, at least 1.
/// @param jitter    64 drawn bits.
[[nodiscard]] inline Nanos backoff_of(Nanos base, Nanos most, std::uint32_t attempts,
                                      std::uint64_t jitter) {
  const auto doublings = std::min<std::uint32_t>(attempts - 1, 40);
  const bool is_huge = base > most / (1LL << doublings);
  const Nanos delay = is_huge ? most : Nanos(base.count() << doublings);
  const auto spread = static_cast<std::uint64_t>(delay.count() / 4) + 1;
  return delay + Nanos(static_cast<std::int64_t>(jitter % spread));
}

}  // namespace lockstep::queue
