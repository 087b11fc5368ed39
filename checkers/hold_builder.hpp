// From leases to the spans in which each was held for certain (rule 1). Internal to lease_lock.
#pragma once

#include <cstdint>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// What a condemned success does to the hold of its lease.
enum class Revivals : std::uint8_t {
  left_out,  ///< it ends it: only holds beyond doubt, to find out which successes were foreign
  judged,    ///< foreign: it ends it; else it begins a new one (single copy) or prolongs it
};

/// Fills `view.holds`, sorted by start; empty ones are left out. O(n log n).
void build_holds(LockView& view, const Context& context, Revivals revivals);

}  // namespace lockstep::checkers
