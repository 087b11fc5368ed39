// Which certain hold reaches furthest among those begun before a moment, and which of another
// lease: what overlap and coverage questions come down to. Internal to lease_lock.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

class HoldCover {
 public:
  /// `view.holds` are sorted by start and stay as they are while this is used. O(n).
  explicit HoldCover(const LockView& view);

  /// Among the first `count` holds, that of another lease than `lease` that ends last; none.
  [[nodiscard]] std::uint32_t furthest(std::size_t count, std::uint32_t lease) const;
  /// A hold of another lease than `lease` that began before `from` and ends after `to`; none.
  /// O(log n).
  [[nodiscard]] std::uint32_t covering(std::uint32_t lease, Instant from, Instant to) const;

 private:
  struct Best {
    std::uint32_t first = none;   ///< ends last
    std::uint32_t second = none;  ///< ends last among those of other leases than `first`'s
  };
  [[nodiscard]] Best with(Best best, std::uint32_t hold) const;

  const LockView& view_;
  std::vector<Best> best_;  ///< of the holds up to and with each
};

}  // namespace lockstep::checkers
