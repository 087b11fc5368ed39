// Spans of time, and questions about which of them can lie between two points. Internal to
// checkers.
#pragma once

#include <vector>

#include "checkers/operations.hpp"

namespace lockstep::checkers {

/// Spans of time, to ask which of them can lie between two points: O(log n) per question.
class Spans {
 public:
  void add(Instant from, Instant to) { spans_.push_back({from, to}); }
  /// From when on until when an operation may have taken effect.
  template <class AnyOperation>
  void add(const AnyOperation& operation) {
    add(operation.invoked, operation.answered);
  }
  /// Once, after the last of them.
  void finish();
  /// Whether one of them has a point in [from, to].
  [[nodiscard]] bool touch(Instant from, Instant to) const;
  /// The beginning of the first one that begins after `point`; never_at: there is none.
  [[nodiscard]] Instant after(Instant point) const;
  /// The same, at `point` or after.
  [[nodiscard]] Instant at_or_after(Instant point) const;
  /// The latest end of those that begin at `point` or before; long_ago: there is none.
  [[nodiscard]] Instant reach(Instant point) const;

 private:
  struct Span {
    Instant from;
    Instant to;  ///< once finished: the latest of this one and those before
    friend constexpr auto operator<=>(const Span&, const Span&) = default;
  };
  std::vector<Span> spans_;
};

}  // namespace lockstep::checkers
