// One part of a campaign that several machines share: "2/4".
#pragma once

#include <cstdint>
#include <string_view>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/seeds.hpp"

namespace lockstep::campaign {

/// More machines than this never share a campaign; the number was mistyped.
inline constexpr std::uint32_t shards_max = 100'000;

/// Part `index` of `count` (from 1): every count-th seed, so that the shards of one campaign share
/// no seed and together run all of them.
struct Shard {
  std::uint32_t index = 1;
  std::uint32_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// "I/N" with 1 <= I <= N <= shards_max. Errors: bad_option.
[[nodiscard]] scenarios::Input<Shard> parse_shard(std::string_view text);

/// How many seeds of `range` fall to `shard`.
[[nodiscard]] std::uint64_t seeds_in(const scenarios::SeedRange& range, const Shard& shard);
/// The n-th of them. Requires n < seeds_in(range, shard).
[[nodiscard]] Seed seed_at(const scenarios::SeedRange& range, const Shard& shard, std::uint64_t n);

}  // namespace lockstep::campaign
