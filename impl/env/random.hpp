// Randomness for tokens, nonces and jitter: seeded in a world, the operating system's live.
#pragma once

#include <cstdint>

#include "impl/base/draw.hpp"

namespace lockstep::env {

class Random {
 public:
  virtual ~Random() = default;

  /// 64 uniform bits. Live they are fit for unguessable tokens.
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

/// A duration uniform in [low, high], both included. One draw.
[[nodiscard]] inline Nanos jitter(Random& random, Nanos low, Nanos high) {
  return between(random.next(), low, high);
}

}  // namespace lockstep::env
