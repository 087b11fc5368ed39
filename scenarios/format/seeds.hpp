// Seeds as users write them.
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/base/ids.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::scenarios {

/// `count` seeds from `first` on: first, first + 1, ...
struct SeedRange {
  std::uint64_t count = 0;
  Seed first{};
  friend bool operator==(const SeedRange&, const SeedRange&) = default;
};

/// A week at a thousand seeds a second; more was mistyped.
inline constexpr std::uint64_t seeds_max = 1'000'000'000;

/// A u64 in decimal ("42"), in hex ("0x2a"), or a commit hash of 40 hex digits (either case), which
/// folds into mix64(a ^ mix64(b ^ mix64(c))) with a, b = digits 1-16 and 17-32, c = digits 33-40.
/// Errors: bad_option.
[[nodiscard]] Input<Seed> parse_seed(std::string_view text);

/// "N" or "N@FIRST": N in 1..seeds_max in decimal, FIRST as parse_seed() takes it, 0 without it.
/// Errors: bad_option; also when first + count passes 2^64.
[[nodiscard]] Input<SeedRange> parse_seeds(std::string_view text);

}  // namespace lockstep::scenarios
