// The generator behind math.random in scripts: drand48's, as in redis-server, which seeds it at its
// own start only (7.0 no longer does for each script) and when a script says math.randomseed.
#pragma once

#include <cstdint>

namespace lockstep::sim::redis {

class LuaRandom {
 public:
  void seed(std::int32_t seed) {
    state_ = (static_cast<std::uint64_t>(static_cast<std::uint32_t>(seed)) << 16U) | 0x330eU;
  }
  /// In [0, 2^31).
  [[nodiscard]] std::int32_t next() {
    state_ = (state_ * 0x5deece66dULL + 0xb) & ((std::uint64_t{1} << 48U) - 1);
    return static_cast<std::int32_t>(state_ >> 17U);
  }

 private:
  std::uint64_t state_ = 0x1234abcd330eULL;
};

}  // namespace lockstep::sim::redis
