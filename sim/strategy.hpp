// Strategies: in what order do events of one instant happen? The only freedom a scheduler has
// beside time itself.
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
  pct,            ///< by node priorities that change at a few drawn events
  delay_bounded,  ///< fifo, but a few drawn events go last in their instant
};

[[nodiscard]] std::string_view name_of(StrategyKind kind);
/// Errors, definite: invalid_argument with the names there are.
[[nodiscard]] Result<StrategyKind> parse_strategy(std::string_view name);

class Strategy {
 public:
  /// `horizon`: about how many events the run will have; change points are drawn below it.
  Strategy(StrategyKind kind, Seed seed, std::uint64_t horizon = 1U << 16U);

  /// The priority of the next event of `node`; `number` counts that node's events.
  [[nodiscard]] Priority next(NodeId node, std::uint64_t number);
  [[nodiscard]] StrategyKind kind() const { return kind_; }

 private:
  [[nodiscard]] Priority pct(NodeId node);
  [[nodiscard]] bool at_change_point();

  static constexpr std::uint64_t change_points = 8;  // PCT's d: finds bugs of that many orderings

  StrategyKind kind_;
  Seed seed_;
  std::uint64_t seen_ = 0;
  std::vector<std::uint64_t> points_;  ///< sorted
  std::vector<std::uint16_t> demotions_;
};

}  // namespace lockstep::sim
