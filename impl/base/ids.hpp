// Distinct types for distinct numbers, so that no signature takes two bare integers.
#pragma once

#include <compare>
#include <cstdint>

namespace lockstep {

/// An integer that mixes with no other. `Tag` is never defined.
template <class Tag, class Rep>
struct StrongId {
  Rep value{};
  friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;
};

/// A node of a world: dense from 0 in order of creation.
using NodeId = StrongId<struct NodeTag, std::uint32_t>;
/// One fault of a plan: its position there.
using FaultId = StrongId<struct FaultTag, std::uint32_t>;
/// What a whole run is a function of.
using Seed = StrongId<struct SeedTag, std::uint64_t>;
/// Strictly increasing per lock key; 0 is never granted.
using FencingToken = StrongId<struct FencingTag, std::uint64_t>;

}  // namespace lockstep
