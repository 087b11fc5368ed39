// What a collection pipeline reads from, writes to, and remembers its place in. Users implement
// these over their databases; redis_collections.hpp implements them over Redis.
//
// Errors everywhere: definite - it did not happen; indefinite - it may have happened or may yet.
// Every call ends within a bound of the implementation's own. References stay valid until the task
// ended.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/env/wait.hpp"
#include "impl/lock/fence.hpp"

namespace lockstep::work {

using env::Task;
using lock::Accepted;
using lock::Fence;
using lock::GuardedOutcome;
using lock::Refused;

struct Collection {
  std::string database;
  std::string name;
  friend auto operator<=>(const Collection&, const Collection&) = default;
};
/// "shop:orders"
[[nodiscard]] std::string to_text(const Collection& collection);

struct Event {
  std::string position;  ///< resume token: reading goes on after this event
  std::string payload;
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  /// The events after position `after` (empty: from the start), in order, at most `events_max`.
  /// None: nothing new yet.
  [[nodiscard]] virtual Task<Result<std::vector<Event>>> read(const Collection& collection,
                                                              const std::string& after,
                                                              std::size_t events_max) = 0;
};

/// Where events go. It keeps, per lock key, the highest fencing token presented, and refuses lower
/// ones (FencedStore says more); one that cannot is open to workers that stood still.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Presents the fence and does nothing else: the first act of a new holder.
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> raise(const Fence& fence) = 0;
  /// All of `events` or none. The same events may come again after a crash or an indefinite error.
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> write(const Collection& collection,
                                                           std::span<const Event> events,
                                                           const Fence& fence) = 0;
};

/// Empty: nothing was saved yet.
struct Position {
  std::string text;
};
using LoadOutcome = std::variant<Position, Refused>;

/// Where resume tokens are kept, under the same fence rule.
class ProgressStore {
 public:
  virtual ~ProgressStore() = default;
  [[nodiscard]] virtual Task<Result<LoadOutcome>> load(const Collection& collection,
                                                       const Fence& fence) = 0;
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> save(const Collection& collection,
                                                          const std::string& position,
                                                          const Fence& fence) = 0;
};

}  // namespace lockstep::work
