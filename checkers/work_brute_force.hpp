// The rules of the work checker by the plainest reading, for small histories: every question is
// asked of every operation, and operations of unknown end are tried both ways. Exponential in the
// unknown ones.
#pragma once

#include <set>
#include <string>

#include "checkers/history.hpp"

namespace lockstep::checkers {

/// The ids of what is wrong for certain, whatever the operations without an answer did. Requires a
/// total order, one key, and at most 12 such operations.
[[nodiscard]] std::set<std::string> work_by_brute_force(const History& history);

}  // namespace lockstep::checkers
