// The operating system's generator as a node's randomness.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "impl/env/random.hpp"

namespace lockstep::live {

/// Bits of getrandom(2), fetched 64 words at a time; a word is wiped when it has been given out.
/// A fork would give parent and child the same words: do not fork and go on using it.
class OsRandom final : public env::Random {
 public:
  /// ASSERTs that the system has a generator.
  [[nodiscard]] std::uint64_t next() override;

 private:
  void refill();

  std::array<std::uint64_t, 64> words_{};
  std::size_t left_ = 0;
};

}  // namespace lockstep::live
