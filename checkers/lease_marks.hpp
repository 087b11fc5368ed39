// What the nemesis did, and what clients saw, as rule 7 asks for it. Internal to lease_lock.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

struct Marks {
  struct Mark {
    std::int64_t time_ns = 0;
    std::uint32_t event = 0;
    NameId node{};
    std::int64_t value = 0;
  };
  std::vector<Mark> crashes;     ///< by (node, time)
  std::vector<Mark> back_steps;  ///< clock steps backwards, by time
  std::uint32_t heal = none;     ///< event
  std::int64_t heal_ns = endless;
  std::int64_t final_ns = endless;  ///< endless: not observed to the end
};
[[nodiscard]] Marks marks_of(const History& history);

/// The first crash of `node` from `from_ns` on. nullptr: there is none. O(log n).
[[nodiscard]] const Marks::Mark* first_crash(const Marks& marks, NameId node, std::int64_t from_ns);

/// Whether the client itself was told so, whatever a judge knows besides.
[[nodiscard]] inline bool was_told_done(const Operation& operation) {
  return operation.outcome == Outcome::done && !operation.resolved;
}

/// When the client of an operation stopped waiting for the answer: endless if it never did.
[[nodiscard]] std::int64_t completed_ns(const Context& context, std::uint32_t operation);

}  // namespace lockstep::checkers
