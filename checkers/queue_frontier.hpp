// Operations with a number each, to ask for the greatest number among those invoked after a point.
// O(log n) per question and addition. Internal to queue.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

#include "checkers/queue_view.hpp"

namespace lockstep::checkers {

class Frontier {
 public:
  void add(Instant invoked, std::uint64_t number, const QueueOperation* operation) {
    const auto above = top_.lower_bound(invoked);
    if (above != top_.end() && above->second.first >= number) return;
    auto at = top_.insert_or_assign(invoked, std::pair(number, operation)).first;
    while (at != top_.begin() && std::prev(at)->second.first <= number) top_.erase(std::prev(at));
  }

  /// nullptr: none was invoked after `point`.
  [[nodiscard]] const QueueOperation* top_after(Instant point) const {
    const auto at = top_.upper_bound(point);
    return at == top_.end() ? nullptr : at->second.second;
  }

 private:
  /// Only those that no later one with as great a number hides: numbers fall as time rises.
  std::map<Instant, std::pair<std::uint64_t, const QueueOperation*>> top_;
};

}  // namespace lockstep::checkers
