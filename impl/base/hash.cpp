#include "impl/base/hash.hpp"

#include <array>

namespace lockstep {

std::uint64_t digest(std::string_view bytes, std::uint64_t salt) {
  std::uint64_t state = salt ^ (0x9e3779b97f4a7c15ULL * (bytes.size() + 1));
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = bytes.size() < 8 ? bytes.size() : 8;
    for (std::size_t i = 0; i < n; ++i) {  // by value, so that byte order does not matter
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    state = mix64(state ^ word) + 0x9e3779b97f4a7c15ULL;
    bytes.remove_prefix(n);
  }
  return mix64(state);
}

std::string RollingHash::hex() const {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text(32, '0');
  const std::array<std::uint64_t, 2> words{high_, low_};
  for (std::size_t i = 0; i < 32; ++i) {
    text[i] = digits[(words[i / 16] >> (60 - 4 * (i % 16))) & 0xfU];
  }
  return text;
}

}  // namespace lockstep
