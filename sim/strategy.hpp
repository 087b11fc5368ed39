// Strategies: in what order do events of one instant happen? Times are given by clocks and
// latencies, so this is all the freedom that a scheduler has here.
//
// pct and delay-bounded are in the manner of their sources, and weaker: they order only what falls
// on one instant, so the sources' probability bounds and completeness do not carry over.
//
// Sources: PCT - Burckhardt et al., ASPLOS 2010; delay bounding - Emmi, Qadeer and Rakamaric, POPL
// 2011.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "impl/base/draw.hpp"
#include "impl/base/result.hpp"
#include "sim/event_queue.hpp"

namespace lockstep::sim {

enum class StrategyKind : std::uint8_t {
  fifo,           ///< in the order in which they came about
  random,         ///< uniformly
  pct,            ///< by drawn node priorities; at `depth` drawn events the node that causes the
                  ///< event falls behind all that fell less often (15 times at most)
  delay_bounded,  ///< fifo, but `depth` drawn events go last in their instant
};

[[nodiscard]] std::string_view name_of(StrategyKind kind);
/// Errors, definite: invalid_argument with the names there are.
[[nodiscard]] Result<StrategyKind> parse_strategy(std::string_view name);

class Strategy {
 public:
  /// Change points, or delays, unless told otherwise.
  static constexpr std::uint64_t default_depth = 8;
  /// More would not be few any more, and each costs a word.
  static constexpr std::uint64_t depth_max = 4096;
  /// About how many events a run has, unless told otherwise: a minute of a small lock scenario.
  static constexpr std::uint64_t default_horizon = 1U << 16U;

  /// @param horizon  Change points are drawn among so many first events; at least 1. A longer run
  ///                 sees none after it, a shorter one sees fewer.
  /// @param depth    How many; two may coincide. At most depth_max. fifo and random ignore both.
  Strategy(StrategyKind kind, Seed seed, std::uint64_t horizon = default_horizon,
           std::uint64_t depth = default_depth);

  /// The priority of the next event of `node`; `number` counts that node's events.
  [[nodiscard]] Priority next(NodeId node, std::uint64_t number) {
    return kind_ == StrategyKind::fifo ? Priority{0} : drawn(node, number);
  }
  [[nodiscard]] StrategyKind kind() const { return kind_; }

 private:
  [[nodiscard]] Priority drawn(NodeId node, std::uint64_t number);
  [[nodiscard]] Priority pct(NodeId node);
  [[nodiscard]] bool at_change_point();

  StrategyKind kind_;
  Seed seed_;
  std::uint64_t seen_ = 0;
  std::vector<std::uint64_t> points_;     ///< sorted
  std::vector<std::uint16_t> demotions_;  ///< by node
};

}  // namespace lockstep::sim
