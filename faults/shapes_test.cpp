#include "faults/shapes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace lockstep::faults {
namespace {

using sim::Direction;

std::vector<NodeId> nodes(std::uint32_t count) {
  std::vector<NodeId> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(NodeId{i});
  return all;
}

bool is_cut(const std::vector<Direction>& lost, NodeId a, NodeId b) {
  return std::ranges::find(lost, Direction{a, b}) != lost.end();
}

std::size_t seen_by(const std::vector<Direction>& lost, NodeId node, std::uint32_t count) {
  std::size_t seen = 0;
  for (const NodeId other : nodes(count)) seen += is_cut(lost, node, other) ? 0 : 1;
  return seen;  // itself included
}

void expect_symmetric(const std::vector<Direction>& lost) {
  for (const Direction& d : lost) {
    EXPECT_NE(d.from, d.to);
    EXPECT_TRUE(is_cut(lost, d.to, d.from));
  }
}

TEST(Shapes, shuffling_keeps_every_node_and_reaches_every_order) {
  std::set<std::vector<NodeId>> orders;
  for (std::uint32_t pick = 0; pick < 200; ++pick) {
    std::vector<NodeId> order = shuffled(nodes(4), pick);
    orders.insert(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, nodes(4));
  }
  EXPECT_EQ(orders.size(), 24U);
}

TEST(Shapes, halves_see_only_their_own_half) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    const auto lost = split(Shape::halves, nodes(n), n);
    expect_symmetric(lost);
    EXPECT_EQ(lost.size(), std::size_t{2} * (n / 2) * (n - n / 2));
    for (const NodeId node : nodes(n)) {
      const std::size_t seen = seen_by(lost, node, n);
      EXPECT_TRUE(seen == n / 2 || seen == n - n / 2);
    }
  }
}

TEST(Shapes, a_minority_is_smaller_than_half_and_of_every_size) {
  std::set<std::size_t> sizes;
  for (std::uint32_t pick = 0; pick < 100; ++pick) {
    const auto lost = split(Shape::majority_minority, nodes(7), pick);
    expect_symmetric(lost);
    std::size_t least = 7;
    for (const NodeId node : nodes(7)) least = std::min(least, seen_by(lost, node, 7));
    sizes.insert(least);
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{1, 2, 3}));
  EXPECT_TRUE(split(Shape::majority_minority, nodes(2), 1).empty());
}

TEST(Shapes, a_bridge_sees_all_and_the_halves_see_it_but_not_each_other) {
  for (std::uint32_t n = 3; n <= 8; ++n) {
    const auto lost = split(Shape::bridge, nodes(n), 5);
    expect_symmetric(lost);
    EXPECT_FALSE(lost.empty());
    const auto all = nodes(n);
    EXPECT_EQ(std::ranges::count_if(all, [&](NodeId m) { return seen_by(lost, m, n) == n; }), 1);
  }
  EXPECT_TRUE(split(Shape::bridge, nodes(2), 1).empty());
}

TEST(Shapes, in_a_ring_everyone_sees_a_majority_and_nobody_sees_all) {
  for (std::uint32_t n = 4; n <= 11; ++n) {
    const auto lost = split(Shape::ring, nodes(n), 3);
    expect_symmetric(lost);
    for (const NodeId node : nodes(n)) {
      EXPECT_GT(seen_by(lost, node, n), n / 2) << n;
      EXPECT_LT(seen_by(lost, node, n), n) << n;
    }
  }
  EXPECT_TRUE(split(Shape::ring, nodes(3), 1).empty());
}

TEST(Shapes, across_follows_the_flow_and_leaves_out_the_node_itself) {
  const std::vector<NodeId> one{NodeId{1}};
  EXPECT_EQ(across(one, nodes(3), Flow::out),
            (std::vector<Direction>{{NodeId{1}, NodeId{0}}, {NodeId{1}, NodeId{2}}}));
  EXPECT_EQ(across(one, nodes(3), Flow::in),
            (std::vector<Direction>{{NodeId{0}, NodeId{1}}, {NodeId{2}, NodeId{1}}}));
  EXPECT_EQ(across(one, nodes(3), Flow::both).size(), 4U);
  EXPECT_EQ(across(nodes(2), nodes(2), Flow::both).size(), 2U);  // each direction once
}

}  // namespace
}  // namespace lockstep::faults
