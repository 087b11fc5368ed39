// From the operations of one lease to its stays at the lock. Internal to lease_table.cpp.
#pragma once

#include <cstdint>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// The operations of one lease: [begin, end) of LockView::by_lease, and what they say as a whole.
struct LeaseGroup {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  LeaseId id{};
  OwnerId owner{};
  Instant asked_first = never_at;    ///< the first of them, as its client sent it
  Instant possible_from = never_at;  ///< first invocation of an acquire that can have granted it
  Instant replaced = never_at;       ///< from here on a later lease of its owner may replace it
  bool has_resolved = false;         ///< the oracle knows more of them than their client
};

/// Requires begin < end. Leaves `replaced` alone.
[[nodiscard]] LeaseGroup group_of(const LockView& view, const Context& context, std::uint32_t begin,
                                  std::uint32_t end);

/// Appends the stays of one lease to `view.leases`; keeps `view.most_ns`. Reports as unknown what
/// has no ttl, a ttl that varies, or operations that are a tangle.
void add_stays(LockView& view, const Context& context, const LeaseGroup& group);

}  // namespace lockstep::checkers
