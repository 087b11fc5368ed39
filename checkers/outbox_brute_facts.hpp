// What can plainly be said of the operations of a small history of an outbox. Internal to the brute
// force of tests, whose requirements are in outbox_brute_force.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// A time, and a place among the events of that time.
using OutboxPoint = std::pair<std::int64_t, std::int64_t>;

inline constexpr OutboxPoint outbox_never{INT64_MAX, INT64_MAX};

/// An operation, what its client did and knew, and when it took effect.
struct OutboxDeed {
  const Event* said = nullptr;  ///< the answer, where it says something, else the invocation
  const Event* sent = nullptr;
  NameId f{};
  NameId sink{};
  std::int64_t place = 0;  ///< of its invocation in the history
  std::int64_t last = -1;  ///< of its completion
  OutboxPoint asked;
  OutboxPoint left{outbox_never};  ///< its client stopped waiting
  OutboxPoint from;
  OutboxPoint to{outbox_never};
  bool told = false;    ///< its client was told that it happened
  bool done = false;    ///< it happened
  bool may = false;     ///< it may have happened
  bool unsure = false;  ///< its client cannot know

  [[nodiscard]] std::int64_t value() const { return said->value; }
  [[nodiscard]] std::uint64_t token() const { return sent->token.value; }
  /// What its client had to do with it lies between two points, at least in part.
  [[nodiscard]] bool concerns(OutboxPoint a, OutboxPoint b) const {
    return asked <= b && left >= a;
  }
};

/// The facts of one history for one judge.
class OutboxFacts {
 public:
  OutboxFacts(const History& history, Judge judge);

 protected:
  [[nodiscard]] const std::vector<OutboxDeed>& deeds() const { return deeds_; }  ///< by place
  template <class Test>
  [[nodiscard]] std::vector<const OutboxDeed*> all(NameId f, const Test& test) const {
    std::vector<const OutboxDeed*> list;
    for (const OutboxDeed& deed : deeds_) {
      if (deed.f == f && test(deed)) list.push_back(&deed);
    }
    return list;
  }
  template <class Test>
  [[nodiscard]] bool any(NameId f, const Test& test) const {
    return !all(f, test).empty();
  }
  [[nodiscard]] bool is_set(std::string_view what) const;
  /// Crashes and restarts of a node.
  [[nodiscard]] bool interrupted(NameId node, OutboxPoint a, OutboxPoint b) const;
  /// The final survey of a sink; nullptr: there is none.
  [[nodiscard]] const OutboxDeed* end_of(NameId sink) const;
  /// What it found.
  [[nodiscard]] std::vector<const OutboxDeed*> found_at_end(NameId sink) const;

 private:
  [[nodiscard]] OutboxDeed deed_of(std::size_t i) const;

  const History& history_;
  Judge judge_;
  std::vector<OutboxDeed> deeds_;
};

}  // namespace lockstep::checkers
