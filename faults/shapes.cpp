#include "faults/shapes.hpp"

#include <algorithm>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::faults {

namespace {

using Nodes = std::vector<NodeId>;
using Directions = std::vector<sim::Direction>;

std::uint64_t derived(std::uint32_t pick, std::uint64_t part) {
  return draw(Seed{pick}, DrawStream::fault, part);
}

Directions apart(const Nodes& nodes, std::size_t begin, std::size_t middle) {
  const auto at = [&nodes](std::size_t i) {
    return nodes.begin() + static_cast<std::ptrdiff_t>(i);
  };
  return across(Nodes(at(begin), at(middle)), Nodes(at(middle), nodes.end()), Flow::both);
}

Directions minority_apart(const Nodes& nodes, std::uint32_t pick) {
  const std::size_t greatest = (nodes.size() - 1) / 2;
  if (greatest == 0) return {};
  const std::uint64_t bits = derived(pick, UINT64_MAX);
  return apart(nodes, 0, 1 + static_cast<std::size_t>(below(bits, greatest)));
}

Directions ring(const Nodes& nodes) {
  const std::size_t n = nodes.size();
  const std::size_t reach = (n / 2 + 1) / 2;  // 2 * reach + 1 > n / 2
  Directions lost;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t ahead = (k + n - i) % n;
      if (std::min(ahead, n - ahead) > reach) lost.push_back({nodes[i], nodes[k]});
    }
  }
  return lost;
}

}  // namespace

std::vector<NodeId> shuffled(std::vector<NodeId> nodes, std::uint32_t pick) {
  for (std::size_t i = nodes.size(); i > 1; --i) {
    std::swap(nodes[i - 1], nodes[below(derived(pick, i), i)]);
  }
  return nodes;
}

std::vector<sim::Direction> split(Shape shape, const std::vector<NodeId>& nodes,
                                  std::uint32_t pick) {
  if (nodes.size() < 2) return {};
  const Nodes order = shuffled(nodes, pick);
  switch (shape) {
    case Shape::halves: return apart(order, 0, order.size() / 2);
    case Shape::majority_minority: return minority_apart(order, pick);
    case Shape::bridge:
      return order.size() < 3 ? Directions{} : apart(order, 1, 1 + (order.size() - 1) / 2);
    case Shape::ring: return ring(order);
    case Shape::isolate_one:
    case Shape::one_way:
    case Shape::clients_from_servers: break;
  }
  ASSERT(false);  // no shape that splits a group
  return {};
}

std::vector<sim::Direction> across(const std::vector<NodeId>& side,
                                   const std::vector<NodeId>& others, Flow flow) {
  Directions lost;
  for (const NodeId node : side) {
    for (const NodeId other : others) {
      if (node == other) continue;
      if (flow != Flow::in) lost.push_back({node, other});
      if (flow != Flow::out) lost.push_back({other, node});
    }
  }
  std::ranges::sort(lost);
  const auto repeats = std::ranges::unique(lost);
  lost.erase(repeats.begin(), repeats.end());
  return lost;
}

}  // namespace lockstep::faults
