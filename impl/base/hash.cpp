#include "impl/base/hash.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace lockstep {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;

/// Up to eight bytes as a number, the first one lowest whatever the machine's byte order.
std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

/// The same of eight bytes, in one load: every message and record of a world passes here.
std::uint64_t word_at(const char* bytes) {
  if constexpr (std::endian::native != std::endian::little) return number_of({bytes, 8});
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace

std::uint64_t digest(std::string_view bytes, std::uint64_t salt) {
  std::uint64_t state = salt ^ (golden * (bytes.size() + 1));
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    state = mix64(state ^ word_at(bytes.data())) + golden;
  }
  if (!bytes.empty()) state = mix64(state ^ number_of(bytes)) + golden;
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
