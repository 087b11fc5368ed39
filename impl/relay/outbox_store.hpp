// OutboxStore: the relay's side of an outbox. What business transactions leave in it is the
// implementations' own: memory_outbox.hpp, rocks_outbox.hpp, redis_outbox.hpp.
//
// All that a relay does presents its fence; a store that has seen a higher token refuses, and then
// nothing changed. A fence with token 0 is never refused and raises nothing: a relay without leader
// election.
//
// Errors everywhere: definite - it did not happen; indefinite - it may have happened or may yet.
// Every call ends within a bound of the implementation's own. References stay valid until the task
// ended.
#pragma once

#include <boost/container/flat_map.hpp>
#include <string>
#include <variant>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/env/env.hpp"
#include "impl/relay/types.hpp"

namespace lockstep::relay {

/// By aggregate: entries up to this id are not wanted.
using After = boost::container::flat_map<std::string, EntryId>;
inline constexpr EntryId after_all{~std::uint64_t{0}};

struct FetchRequest {
  std::size_t limit = 0;
  std::size_t bytes_max = 0;  ///< of their payloads; one entry at least; 0: no bound
  /// Nothing that is wanted is known below it. A store whose commits are in the order of ids begins
  /// here; one in which a lower id may commit later looks at everything.
  EntryId from{};
  /// As the last fetch gave it; 0: there was none. If the store has another by now, something below
  /// `from` may be wanted again, and it begins at the beginning.
  std::uint64_t epoch = 0;
  After after;
};

/// Committed, not marked, not of a blocked aggregate; those of an aggregate in the order of ids.
struct Fetched {
  std::vector<Entry> entries;
  EntryId next{};       ///< where to go on
  bool is_all = false;  ///< there are no more, from `from` on
  /// Changes when an aggregate is unblocked; a store that always looks at everything needs none.
  std::uint64_t epoch = 0;
};
using FetchOutcome = std::variant<Fetched, Refused>;

struct FailureNote {
  EntryRef entry;
  std::string cause;
  std::uint32_t failures = 0;      ///< this one included; a store keeps the highest
  std::uint32_t failures_max = 0;  ///< at so many its aggregate is blocked; 0: never
};
/// It was written down.
struct Noted {
  std::uint32_t failures = 0;
  bool is_blocked = false;
  bool is_gone = false;  ///< there is no such entry any more
};
using NoteOutcome = std::variant<Noted, Refused>;

class OutboxStore {
 public:
  virtual ~OutboxStore() = default;

  /// Presents the fence and does nothing else.
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> raise(const Fence& fence) = 0;
  [[nodiscard]] virtual Task<Result<FetchOutcome>> fetch_pending(const FetchRequest& request,
                                                                 const Fence& fence) = 0;
  /// All of them or none; those that were marked before stay so.
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> mark_published(
      const std::vector<EntryRef>& entries, const Fence& fence) = 0;
  [[nodiscard]] virtual Task<Result<NoteOutcome>> note_failure(const FailureNote& note,
                                                               const Fence& fence) = 0;

  /// Blocked entries, by aggregate.
  [[nodiscard]] virtual Task<Result<std::vector<BlockedEntry>>> blocked() = 0;
  /// The aggregate's entries are pending again, the first with no failure. false: it was not
  /// blocked.
  [[nodiscard]] virtual Task<Result<bool>> unblock(const std::string& aggregate) = 0;
  /// Entries that are not marked, blocked ones included.
  [[nodiscard]] virtual Task<Result<std::uint64_t>> backlog() = 0;

  /// Waits until `deadline`, or until something new may be there, if the store is told of that.
  [[nodiscard]] virtual Task<env::Outcome> changed(MonoTime deadline) = 0;
};

}  // namespace lockstep::relay
