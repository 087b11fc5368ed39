// The rules of the outbox checker by the plainest reading, for small histories: every question is
// asked of every operation, and of every pair and triple of them.
#pragma once

#include <set>
#include <string>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The ids of what is wrong for certain, for who knows what `judge` knows. Requires a total order,
/// one lock at most, a node in every operation and in every crash and restart, and a sink in every
/// survey. What locks do is not judged.
[[nodiscard]] std::set<std::string> outbox_by_brute_force(const History& history, Judge judge);

}  // namespace lockstep::checkers
