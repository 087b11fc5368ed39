// Which operation hands on what to which: a message from its push through its deliveries to its
// acknowledgement, an entry of an outbox from its commit through publish to mark and inbox, an
// event of a collection from its emission to where it was applied. To be drawn as arrows.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/history.hpp"

namespace lockstep::reports {

struct Delivery {
  std::uint32_t from = 0;  ///< invocation
  std::uint32_t to = 0;    ///< invocation
  std::uint64_t what = 0;  ///< message, entry or event: the same for all arrows of one
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// By `to`. Operations that did not happen for certain hand on nothing, unless something later
/// shows that they did. O(n) lookups.
[[nodiscard]] std::vector<Delivery> deliveries(const checkers::History& history);

}  // namespace lockstep::reports
