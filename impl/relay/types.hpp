// The words of the outbox: what a business transaction leaves behind, and what a relay makes of it.
// Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "impl/env/wait.hpp"
#include "impl/lock/fence.hpp"

namespace lockstep::relay {

using env::Task;
using lock::Accepted;
using lock::Fence;
using lock::GuardedOutcome;
using lock::Refused;

/// Of one outbox, from 1. Those of one aggregate are in the order of its commits. Between
/// aggregates a store may let a lower one commit later than a higher one.
using EntryId = StrongId<struct EntryIdTag, std::uint64_t>;

/// What is to be published if its transaction commits.
struct NewEntry {
  std::string aggregate;  ///< the key within which order is kept; not empty
  std::string payload;
  /// The same request again leaves no second entry, as long as the store remembers it. Empty: every
  /// entry is one of its own.
  std::string request_id;
};

/// A committed entry.
struct Entry {
  EntryId id{};
  std::string aggregate;
  std::string payload;
  /// The same whenever it is published: consumers know a duplicate by it. The request's id, or one
  /// made of the outbox's name and the entry's id; so outboxes that publish to one place have names
  /// and request ids of their own.
  std::string idempotency_key;
  WallTime committed_at{};     ///< on the clock of the store
  std::uint32_t failures = 0;  ///< to publish it, written down by note_failure()
};

/// Which entry, for a store to find it.
struct EntryRef {
  EntryId id{};
  std::string aggregate;
};

/// An entry that failed too often. It parks the later ones of its aggregate until unblock().
struct BlockedEntry {
  EntryRef entry;
  std::uint32_t failures = 0;
  std::string cause;
};

}  // namespace lockstep::relay
