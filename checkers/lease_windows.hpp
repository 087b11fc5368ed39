// When each lease of a history was held for certain, and when it can have been held: what the
// lease-lock checker judges by, to be drawn.
//
// Not here: what is wrong about them (lease_lock.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// One stay of a lease at its lock. Spans are closed at the left and open at the right.
struct LeaseWindow {
  NameId key{};
  NameId node{};         ///< who asked for it
  LeaseId lease{};       ///< several stays may have one
  FencingToken token{};  ///< granted; 0: none is known
  EventIndex proof{};    ///< invocation of its grant, or of what else proves it; or of what asked
  std::int64_t possible_from_ns = 0;
  std::int64_t possible_to_ns = 0;  ///< open_end: nothing bounds it
  bool is_certain = false;          ///< there is a certain hold
  std::int64_t certain_from_ns = 0;
  std::int64_t certain_to_ns = 0;
  friend bool operator==(const LeaseWindow&, const LeaseWindow&) = default;
};

inline constexpr std::int64_t open_end = std::numeric_limits<std::int64_t>::max();

/// The windows of all leases that can have been granted, by key, then by `possible_from_ns`. A stay
/// with a gap in its certain hold is one window for each piece. The same knowledge as the judge
/// has. Empty if the history has no operations on locks. O(n log n).
[[nodiscard]] std::vector<LeaseWindow> lease_windows(const History& history, const Params& params,
                                                     Judge judge);

}  // namespace lockstep::checkers
