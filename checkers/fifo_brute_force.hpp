// Whether a small history is one of a queue, by trying every order of its operations; and what is
// wrong with single elements and pairs of them, by asking all of them.
#pragma once

#include <set>
#include <string>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

struct FifoTruth {
  /// Some order explains every answer.
  bool possible = false;
  /// Some order explains every answer but those that the queue was empty.
  bool possible_without_empties = false;
  /// Of fresh, repeat and order those that there are. Only for elements that were pushed once.
  std::set<std::string> of_elements;
};

/// For who knows what `judge` knows. Requires one key and at most 24 operations.
[[nodiscard]] FifoTruth fifo_by_brute_force(const History& history, Judge judge);

}  // namespace lockstep::checkers
