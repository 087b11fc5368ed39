// From the operations of one lease to its stays at the lock. Internal to lease_table.cpp.
#pragma once

#include <cstdint>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// Appends the stays of one lease, whose operations are [begin, end) of `view.by_lease`, to
/// `view.leases`; keeps `view.most_ns`. Reports as unknown what has no ttl, a ttl that varies, or
/// operations that are a tangle.
void add_stays(LockView& view, const Context& context, std::uint32_t begin, std::uint32_t end);

}  // namespace lockstep::checkers
