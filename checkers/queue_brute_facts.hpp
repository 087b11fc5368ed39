// What can plainly be said of the operations of a small history of a queue. Internal to the brute
// force of tests, whose requirements are in queue_brute_force.hpp.
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
using Point = std::pair<std::int64_t, std::int64_t>;

inline constexpr std::int64_t unending = INT64_MAX;

/// An operation, and when it had its effect, at the earliest and at the latest.
struct Deed {
  const Event* said = nullptr;  ///< the answer, where there is one, else the invocation
  NameId f{};
  std::int64_t place = 0;  ///< of its invocation in the history
  std::int64_t last = unending;
  Point from;
  Point to{unending, unending};
  bool told = false;  ///< its client was told that it happened
  bool may = false;   ///< it may have happened

  [[nodiscard]] bool hidden() const { return may && !told; }
  [[nodiscard]] bool touches(Point a, Point b) const { return from <= b && to >= a; }
};

/// The same message, attempt and generation.
[[nodiscard]] inline bool same_receipt(const Deed& a, const Deed& b) {
  return a.said->id == b.said->id && a.said->attempt == b.said->attempt &&
         a.said->token == b.said->token;
}

/// The facts of one history for one judge.
class QueueFacts {
 public:
  QueueFacts(const History& history, Judge judge);

  [[nodiscard]] const std::vector<Deed>& deeds() const { return deeds_; }  ///< by place
  [[nodiscard]] const std::vector<Point>& crashes() const { return crashes_; }
  /// The final drain; nullptr: there is none.
  [[nodiscard]] const Deed* end() const { return end_; }

  [[nodiscard]] bool is_set(std::string_view what) const;
  [[nodiscard]] bool is_shared() const { return shared_; }
  /// An opening that may have ended what was handed out.
  [[nodiscard]] bool reopens(const Deed& deed) const {
    return deed.f == name::open && deed.may && !shared_;
  }
  [[nodiscard]] const Deed* survey_of(const Deed& found) const;
  template <class Test>
  [[nodiscard]] bool any(NameId f, const Test& test) const {
    return std::any_of(deeds_.begin(), deeds_.end(),
                       [&](const Deed& deed) { return deed.f == f && test(deed); });
  }
  [[nodiscard]] const Deed* push_of(MessageId id) const;
  /// The push without an answer of the payload of `seen`, before it.
  [[nodiscard]] const Deed* hidden_push(const Deed& seen) const;
  [[nodiscard]] bool is_seen_as(MessageId id, const Deed& other) const;
  [[nodiscard]] bool reused(MessageId id) const;
  [[nodiscard]] bool damaged(MessageId id) const;
  [[nodiscard]] bool redriven(MessageId id, Point a, Point b) const;
  [[nodiscard]] bool crashed(Point a, Point b) const;
  [[nodiscard]] bool damage_told(Point a, Point b) const;
  /// Whether delivery counts may have been forgotten.
  [[nodiscard]] bool forgotten(Point a, Point b) const;
  struct Window {
    std::int64_t expires = unending;
    Point end{unending, unending};
  };
  [[nodiscard]] Window window_of(const Deed& pop) const;
  [[nodiscard]] bool overlap(const Deed& a, const Deed& b) const;
  [[nodiscard]] bool returned(const Deed& pop, Point a, Point b) const;
  /// Where one push without an answer is known to be this message: the one of the lowest id.
  [[nodiscard]] const Deed* origin_of(MessageId id) const;

 private:
  [[nodiscard]] Deed deed_of(std::size_t i) const;
  /// Also of crashes that the constructor has not come to.
  [[nodiscard]] std::vector<Point> crashes_after(Point point) const;
  void find_end();

  const History& history_;
  Judge judge_;
  std::vector<Deed> deeds_;
  std::vector<Point> crashes_;
  std::int64_t final_ = -1;
  const Deed* end_ = nullptr;
  bool durable_ = false;
  bool shared_ = false;
};

}  // namespace lockstep::checkers
