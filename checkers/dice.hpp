// Draws for one test case, one after the other.
#pragma once

#include <cstdint>

#include "impl/base/draw.hpp"

namespace lockstep::checkers {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  /// Uniform in [low, high], both included.
  std::int64_t roll(std::int64_t low, std::int64_t high) {
    return between(draw(Seed{seed_}, DrawStream::test, next_++), low, high);
  }
  bool chance(std::int64_t percent) { return roll(1, 100) <= percent; }

 private:
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
};

}  // namespace lockstep::checkers
