// The operations of the lock model in a history, as one judge knows them: each with the span of
// time in which it can have taken effect, and what came of it.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// A point in the order of a history: a time, and a place among the events of that time. Where the
/// order is total the place is the index; where it is time, equal times are equal points.
struct Instant {
  std::int64_t time_ns = 0;
  std::int64_t place = 0;
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
};

inline constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
inline constexpr Instant never_at{endless, endless};
inline constexpr Instant long_ago{std::numeric_limits<std::int64_t>::min(), 0};

/// `time + by`, at most `endless`, and at least the lowest number.
[[nodiscard]] constexpr std::int64_t later(std::int64_t time, std::int64_t by) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(time, by, &sum)) return sum;
  return by > 0 ? endless : std::numeric_limits<std::int64_t>::min();
}

/// The first point of a time that was computed: before all events recorded at that time.
[[nodiscard]] constexpr Instant from_time(std::int64_t time_ns) { return {time_ns, -1}; }

enum class Kind : std::uint8_t { acquire, renew, release, write, read, raise };

enum class Outcome : std::uint8_t {
  done,     ///< it took effect
  denied,   ///< the service said no: contended, lost, not_owned, stale
  failed,   ///< it had no effect, whatever the reason
  unknown,  ///< it may have taken effect, or may at any time
};

struct Operation {
  Instant invoked;
  Instant answered;  ///< never_at if unknown: it may take effect at any time
  LeaseId lease{};
  FencingToken token{};  ///< granted, or presented to a sink
  EventIndex event{};    ///< its invocation
  NameId key{};
  OwnerId owner{};
  Kind kind{};
  Outcome outcome{};
  bool resolved = false;  ///< its client knows less
};

/// Where an event stands in the order of its history.
[[nodiscard]] Instant instant_of(const History& history, EventIndex event);

/// Narrows an operation of unknown end to what the oracle knows: to the moment when it took effect,
/// or to no effect at all.
template <class AnyOperation>
void resolve(AnyOperation& operation, const Resolution& resolution) {
  if (operation.outcome != Outcome::unknown) return;
  operation.resolved = true;
  operation.outcome = resolution.happened ? Outcome::done : Outcome::failed;
  if (!resolution.happened) return;
  operation.invoked = std::max(operation.invoked, from_time(resolution.at_ns));
  operation.answered = {resolution.at_ns, endless};
}

/// All operations of the lock model, by `invoked`. The oracle narrows those it has a resolution
/// for: to the moment when they took effect, or to no effect at all.
[[nodiscard]] std::vector<Operation> operations_of(const History& history, Judge judge);

}  // namespace lockstep::checkers
