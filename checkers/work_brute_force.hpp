// The rules of the work checker by the plainest reading, for small histories: every question is
// asked of every operation, and operations of unknown end are tried both ways. Exponential in the
// unknown ones.
#pragma once

#include <set>
#include <string>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The ids of what is wrong for certain, whatever the operations without an answer did, but for
/// those that the oracle, if it is asked, knows of. Requires a total order, one key, and at most 12
/// such operations.
[[nodiscard]] std::set<std::string> work_by_brute_force(const History& history, Judge judge);

}  // namespace lockstep::checkers
