#include "sim/services/redis/listpack_size.hpp"

#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::listpack {

namespace {

// With the length of the element behind it, by which a listpack is read backwards.
std::uint64_t with_back_length(std::uint64_t bytes) {
  const std::uint64_t back = bytes <= 127        ? 1
                             : bytes < 16383     ? 2
                             : bytes < 2097151   ? 3
                             : bytes < 268435455 ? 4
                                                 : 5;
  return bytes + back;
}

bool fits(std::int64_t value, int bits) {
  const std::int64_t bound = std::int64_t{1} << (bits - 1);
  return value >= -bound && value < bound;
}

}  // namespace

std::uint64_t element_bytes(std::int64_t value) {
  const std::uint64_t bytes = value >= 0 && value <= 127 ? 1
                              : fits(value, 13)          ? 2
                              : fits(value, 16)          ? 3
                              : fits(value, 24)          ? 4
                              : fits(value, 32)          ? 5
                                                         : 9;
  return with_back_length(bytes);
}

std::uint64_t element_bytes(std::string_view text) {
  if (const auto value = parse_integer(text)) return element_bytes(*value);
  const std::uint64_t size = text.size();
  return with_back_length(size + (size < 64 ? 1 : size < 4096 ? 2 : 5));
}

}  // namespace lockstep::sim::redis::listpack
