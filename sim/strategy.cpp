#include "sim/strategy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace lockstep::sim {

namespace {

constexpr std::array<std::pair<StrategyKind, std::string_view>, 4> names{
    {{StrategyKind::fifo, "fifo"},
     {StrategyKind::random, "random"},
     {StrategyKind::pct, "pct"},
     {StrategyKind::delay_bounded, "delay-bounded"}}};

}  // namespace

std::string_view name_of(StrategyKind kind) {
  for (const auto& [k, name] : names) {
    if (k == kind) return name;
  }
  ASSERT(false);
}

Result<StrategyKind> parse_strategy(std::string_view name) {
  std::string known;
  for (const auto& [kind, text] : names) {
    if (text == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  return fail(definite(Errc::invalid_argument, "unknown strategy '" + std::string(name) +
                                                   "' (expected one of " + known + ")"));
}

Strategy::Strategy(StrategyKind kind, Seed seed, std::uint64_t horizon, std::uint64_t depth)
    : kind_(kind), seed_(seed) {
  ASSERT(horizon > 0);
  ASSERT(depth <= depth_max);
  if (kind != StrategyKind::pct && kind != StrategyKind::delay_bounded) return;
  for (std::uint64_t i = 0; i < depth; ++i) {
    points_.push_back(below(draw(seed, DrawStream::strategy, ~0ULL, i), horizon));
  }
  std::sort(points_.begin(), points_.end());
}

bool Strategy::at_change_point() {
  const std::uint64_t event = seen_++;
  return std::binary_search(points_.begin(), points_.end(), event);
}

/// 12 drawn bits below 4 that count the node's falls. Two nodes may draw the same: then in order.
Priority Strategy::pct(NodeId node) {
  if (node == no_node) return 0;
  if (node.value >= demotions_.size()) demotions_.resize(node.value + 1, 0);
  std::uint16_t& demotion = demotions_[node.value];
  if (at_change_point()) ++demotion;
  const auto base = static_cast<std::uint16_t>(
      draw(seed_, DrawStream::strategy, node.value, ~0ULL) >> 52U);  // 12 bits
  return static_cast<Priority>(base + (std::min<unsigned>(demotion, 15) << 12U));
}

Priority Strategy::drawn(NodeId node, std::uint64_t number) {
  switch (kind_) {
    case StrategyKind::fifo: return 0;
    case StrategyKind::random:
      return static_cast<Priority>(draw(seed_, DrawStream::strategy, node.value, number) >> 48U);
    case StrategyKind::pct: return pct(node);
    // The world's own events count no more than in pct(): a fault still to come moves nothing.
    case StrategyKind::delay_bounded: return node != no_node && at_change_point() ? 0xffff : 0;
  }
  ASSERT(false);
}

}  // namespace lockstep::sim
