// Hashes that are part of recorded files: the rolling 128-bit trace hash and a 64-bit digest.
// Both are functions of byte values and integers only, the same on every compiler.
//
// Not cryptographic: they notice accidents, not adversaries.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "impl/base/draw.hpp"

namespace lockstep {

/// 64-bit digest of bytes.
[[nodiscard]] std::uint64_t digest(std::string_view bytes, std::uint64_t salt = 0);

/// Folds 64-bit words into 128 bits; order matters. Copyable: a copy is a checkpoint.
class RollingHash {
 public:
  constexpr void add(std::uint64_t word) {
    high_ = mix64(high_ ^ (word + 0x9e3779b97f4a7c15ULL)) + low_;
    low_ = (low_ ^ word) * 0xd6e8feb86659fd93ULL;
    low_ ^= low_ >> 32U;
  }
  void add(std::string_view bytes) { add(digest(bytes)); }

  [[nodiscard]] constexpr std::uint64_t high() const { return high_; }
  [[nodiscard]] constexpr std::uint64_t low() const { return low_; }
  /// 32 lower-case hex digits.
  [[nodiscard]] std::string hex() const;
  friend constexpr bool operator==(const RollingHash&, const RollingHash&) = default;

 private:
  std::uint64_t high_ = 0x6a09e667f3bcc908ULL;  // fractional bits of sqrt(2), as in SHA-512
  std::uint64_t low_ = 0xbb67ae8584caa73bULL;   // of sqrt(3)
};

}  // namespace lockstep
