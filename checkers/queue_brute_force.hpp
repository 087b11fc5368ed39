// The rules of the queue checker by the plainest reading, for small histories: every question is
// asked of every operation, and of every pair and triple of them.
#pragma once

#include <set>
#include <string>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The ids of what is wrong for certain, for who knows what `judge` knows. Requires a total order,
/// one key, one node, ids in every answer, receipts in every ack, nack and extend, and no drift.
[[nodiscard]] std::set<std::string> queue_by_brute_force(const History& history, Judge judge);

}  // namespace lockstep::checkers
