// What is known of each lease of one key, before any rule is applied: which operations are its own,
// how long its grants last at least and at most, when it may have ended. Internal to lease_lock.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/findings.hpp"
#include "checkers/history.hpp"
#include "checkers/operations.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// No operation, no hold.
inline constexpr std::uint32_t none = 0xffffffffU;

/// What all rules need.
struct Context {
  const History& history;
  const Params& params;
  std::span<const Operation> operations;  ///< of the whole history; rules name them by position
  Findings& findings;

  [[nodiscard]] const Operation& operation(std::uint32_t at) const { return operations[at]; }
  [[nodiscard]] const Event& invocation(std::uint32_t at) const {
    return history.events[operations[at].event.value];
  }
};

/// How long a grant lasts in the history's time: T- and T+.
struct Bounds {
  std::int64_t least_ns = 0;  ///< may be negative: nothing is certain
  std::int64_t most_ns = 0;
};
/// Requires ttl_ns > 0.
[[nodiscard]] Bounds bounds_of(std::int64_t ttl_ns, const Params& params);

/// One unbroken stay of a lease at the lock. A re-acquire prolongs it, unless it brought another
/// fencing token or came too late for certain prolonging: then it begins a new Lease of that id. So
/// does a renewal that came too late for certain, where an acquire without an answer may have
/// granted the lease anew meanwhile.
struct Lease {
  LeaseId id{};
  OwnerId owner{};
  Instant asked_first = never_at;  ///< of all operations of its id, as its client sent them
  std::uint32_t begin = 0;  ///< its operations: this range of LockView::by_lease, by `invoked`
  std::uint32_t end = 0;
  /// The first operation that proves it was held: its grant, or, if that was never answered, a
  /// renewal. none: nothing proves it.
  std::uint32_t first = none;
  Instant proved = never_at;  ///< the earliest answer that proves it: granted by then
  bool was_asked = false;     ///< an acquire is there that can have been granted
  bool judged = true;  ///< its ttl is known and does not vary, and its operations are no tangle
  Bounds bounds;
  Instant possible_from = never_at;  ///< first invocation of an acquire that can have granted it
  /// An acquire without an answer, other than its own grant, may still grant it anew, at any time.
  bool may_return = false;
  // Ways to end.
  std::uint32_t ok_release = none;         ///< the one invoked first
  Instant ok_release_answered = never_at;  ///< the earliest
  Instant unknown_release = never_at;      ///< invocation of the first; also of the owner's next
                                           ///< acquisition, which replaces this one
  Instant denied_release = never_at;       ///< invocation of the first
  std::uint32_t denial = none;  ///< renew or release, sent after `first` was answered, that was
                                ///< told first that the lease is gone
  // Filled in by placement: the last moment it can have been held.
  std::int64_t reach_ns = endless;

  /// From here on it may have been released.
  [[nodiscard]] Instant may_be_released(const Context& context) const;
};

/// A success that came too late for its lease: no chain of renewals reaches it.
struct Condemned {
  std::uint32_t operation = 0;
  std::uint32_t lease = 0;
  std::uint32_t supporter = none;  ///< what could keep the lease alive longest; none: never granted
  std::uint32_t covering = none;   ///< another's hold all the while: it was a foreign lock
};

/// A span of time in which a lease was held for certain. Never empty.
struct Hold {
  Instant start;  ///< the answer that proves it
  Instant end;
  std::uint32_t lease = 0;  ///< position in LockView::leases
  std::uint32_t first = 0;  ///< Lease::first; or the operation that revived the lease
  std::uint32_t proof = 0;  ///< the operation that says how far it reaches
};

/// One key: its leases, and what rules found out about them for later rules.
struct LockView {
  NameId key{};
  std::vector<std::uint32_t> operations;  ///< acquire, renew, release by `invoked`
  std::vector<std::uint32_t> uses;        ///< write, read, raise by `invoked`
  std::vector<std::uint32_t> by_lease;    ///< `operations` by (lease, `invoked`)
  std::vector<Lease> leases;              ///< by id, then in time
  std::int64_t most_ns = 0;               ///< the greatest T+ of the key
  bool is_nameless = false;               ///< an operation that mattered names no lease
  std::vector<Condemned> condemned;       ///< by lease, then in time
  std::vector<Hold> holds;                ///< by start
  std::vector<bool> is_doubled;           ///< by lease: part of a double grant that was reported

  /// Whether two entries of `leases` are one acquisition.
  [[nodiscard]] bool same_id(std::uint32_t a, std::uint32_t b) const {
    return leases[a].id == leases[b].id;
  }
};

/// Fills `leases`, `by_lease` and `most_ns` from `operations`. Reports as unknown what names no
/// lease, has no ttl, or has a ttl that varies.
void build_leases(LockView& view, const Context& context);

}  // namespace lockstep::checkers
