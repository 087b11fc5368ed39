// The operations of a lock's history, key by key. Internal to lease_lock.
#pragma once

#include <functional>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// Calls `visit` for each key that has operations, by the number of its name: with its operations
/// and uses, and nothing else filled in. O(n).
void for_each_key(const Context& context, const std::function<void(LockView&)>& visit);

}  // namespace lockstep::checkers
