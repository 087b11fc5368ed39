// Partitions: which directions are lost when nodes fall into sides. Pure functions; who is there is
// for the caller to say.
//
// Source of the shapes: Jepsen's nemesis partitioners (halves, node, majorities ring, bridge).
#pragma once

#include <cstdint>
#include <vector>

#include "faults/kind.hpp"
#include "impl/base/ids.hpp"
#include "sim/verbs.hpp"

namespace lockstep::faults {

/// `nodes` in an order that `pick` determines (Fisher-Yates).
[[nodiscard]] std::vector<NodeId> shuffled(std::vector<NodeId> nodes, std::uint32_t pick);

/// Directions lost among `nodes` for the shapes that split a group:
///   halves             floor(n/2) against the rest
///   majority-minority  a minority of drawn size 1..(n-1)/2 against the rest
///   bridge             one node sees both halves of the rest, which do not see each other
///   ring               nodes in a drawn ring see as many neighbours on each side as makes a
///                      majority with themselves, and no others
/// Empty when there are too few nodes for the shape (2, 3, 3 and 4). Requires one of these shapes.
[[nodiscard]] std::vector<sim::Direction> split(Shape shape, const std::vector<NodeId>& nodes,
                                                std::uint32_t pick);

/// Directions between every node of `side` and every other node of `others`, as `flow` seen from
/// `side`; each direction once.
[[nodiscard]] std::vector<sim::Direction> across(const std::vector<NodeId>& side,
                                                 const std::vector<NodeId>& others, Flow flow);

}  // namespace lockstep::faults
