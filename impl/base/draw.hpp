// Keyed randomness: draw(seed, stream, key...) is a pure function, so removing one decision changes
// nothing about any other. That is what lets plans shrink.
//
// Source: the mixing steps are SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014).
// Not for secrets.
#pragma once

#include <cstdint>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep {

/// SplitMix64's finaliser: a bijection on 64 bits that avalanches.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30U;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27U;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// What a draw is for. Numbers are part of every recorded seed: append, never renumber.
enum class DrawStream : std::uint16_t {
  config = 1,       ///< scenario ranges, key = field path digest
  workload = 2,     ///< operations, key = (client, n, field)
  fault = 3,        ///< plan, key = (entry, firing, field)
  strategy = 4,     ///< tie-breaks, key = (node, event number)
  net_latency = 5,  ///< key = (link, connection, message)
  node_random = 6,  ///< env::Random, key = (node, incarnation, n)
  clock = 7,        ///< initial skew and drift, key = (node, field)
  disk = 8,         ///< what survives a crash, key = (node, crash, file, unit)
  service = 9,      ///< decisions inside simulated services, key = (node, n)
  test = 10,        ///< tests
};

/// 64 uniform bits, a pure function of all its arguments.
[[nodiscard]] constexpr std::uint64_t draw(Seed seed, DrawStream stream, std::uint64_t a = 0,
                                           std::uint64_t b = 0, std::uint64_t c = 0) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;
  std::uint64_t x = mix64(seed.value + golden * (static_cast<std::uint64_t>(stream) + 1));
  x = mix64((x ^ a) + golden);
  x = mix64((x ^ b) + golden);
  return mix64((x ^ c) + golden);
}

/// Maps 64 uniform bits to [0, bound) by multiply-shift; bias below 2^-64 * bound. bound > 0.
[[nodiscard]] constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits) * bound) >> 64U);
}

/// Maps 64 uniform bits to [low, high], both ends included. Requires low <= high.
[[nodiscard]] constexpr std::int64_t between(std::uint64_t bits, std::int64_t low,
                                             std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t offset = span == 0 ? bits : below(bits, span);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

/// As above, for durations.
[[nodiscard]] constexpr Nanos between(std::uint64_t bits, Nanos low, Nanos high) {
  return Nanos(between(bits, low.count(), high.count()));
}

}  // namespace lockstep
