#include "scenarios/campaign/shard.hpp"

#include <charconv>
#include <string>

#include "impl/base/assert.hpp"

namespace lockstep::campaign {
namespace {

bool parse_part(std::string_view digits, std::uint32_t& out) {
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, out);
  return error == std::errc{} && stopped == end && out >= 1 && out <= shards_max;
}

}  // namespace

scenarios::Input<Shard> parse_shard(std::string_view text) {
  Shard shard;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && parse_part(text.substr(0, slash), shard.index) &&
      parse_part(text.substr(slash + 1), shard.count) && shard.index <= shard.count) {
    return shard;
  }
  scenarios::InputError error;
  error.kind = scenarios::InputError::Kind::bad_option;
  error.pointer = "--shard";
  error.found = "'" + std::string(text) + "'";
  error.expected = "I/N with 1 <= I <= N, such as 1/4";
  return std::unexpected(std::move(error));
}

std::uint64_t seeds_in(const scenarios::SeedRange& range, const Shard& shard) {
  const std::uint64_t skipped = shard.index - 1;
  if (range.count <= skipped) return 0;
  return (range.count - skipped - 1) / shard.count + 1;
}

Seed seed_at(const scenarios::SeedRange& range, const Shard& shard, std::uint64_t n) {
  ASSERT(n < seeds_in(range, shard));
  return Seed{range.first.value + (shard.index - 1) + n * shard.count};
}

}  // namespace lockstep::campaign
