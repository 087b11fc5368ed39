// DistributedLockBackend: TTL locks with fencing, whatever keeps them: memory, one Redis, Redlock.
// owner_locks.hpp puts plain bool answers on top, lease_keeper.hpp keeps a lease alive.
#pragma once

#include <optional>
#include <variant>

#include "impl/env/wait.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::lock {

using env::Task;

struct Acquired {
  Lease lease;
};
/// Somebody else holds it. `stale`: the caller's own identity does, by a later request; this one
/// was a late duplicate.
struct Contended {
  bool stale = false;
};
using AcquireOutcome = std::variant<Acquired, Contended>;

/// The ttl starts anew (it is not added); same lease token, same fencing token.
struct Renewed {
  MonoTime deadline;
};
/// The lease ended: expired, released, or taken by another.
struct Lost {};
using RenewOutcome = std::variant<Renewed, Lost>;

struct Released {};
/// It was not held by that token, an expired lease of one's own included. Nothing changed.
struct NotOwned {};
using ReleaseOutcome = std::variant<Released, NotOwned>;

/// All calls are safe from many coroutines of one node at once. References passed to a call must
/// stay valid until its task ended. Every call ends within operation_timeout().
///
/// Errors of every call that sends: `no_reply`, `connection_lost`, `closed`, `cancelled`,
/// `server_error` with `indefinite()` true - it may have happened; the same codes and `refused`,
/// `unreachable`, `read_only`, `denied`, `bad_certificate`, `protocol`, `limit` definite - it did
/// not. `invalid_argument` is definite and comes before anything is sent.
class DistributedLockBackend {
 public:
  virtual ~DistributedLockBackend() = default;

  /// Draws the lease token for one acquisition. Sends nothing, checks nothing.
  [[nodiscard]] virtual AcquireRequest draw(std::string key, std::string owner, Nanos ttl) = 0;

  /// Tries once to take the lease; never waits for the present holder.
  ///
  /// The key is free, or its lease expired on the store's clock: granted. Held by the same identity
  /// (owner label and nonce): with the same n the ttl starts anew and the same lease comes back (a
  /// retry, or the owner again); with a smaller n it is replaced and gets a new fencing token; with
  /// a larger n this is a stale duplicate and refused. Held by anybody else: Contended.
  ///
  /// After an indefinite error try again with the same `request`, until request.reuse_until: if the
  /// lost attempt was granted, the same grant comes back. Never after a release of its token was
  /// sent; then, and after `reuse_until`, `invalid_argument` asks for a new draw().
  ///
  /// A lease is never returned past its own deadline, nor so late after the call that one which was
  /// sent at once would be over: that is `no_reply` (indefinite).
  /// The holder must stop by `lease.deadline`; only the fencing token protects from a holder that
  /// pauses. Errors also: `limit` (definite) - the key's fencing tokens ran out; `corrupt`
  /// (definite) - what the store holds for the key is not ours.
  /// Source: Gray and Cheriton 1989 (leases); Kleppmann 2016 (fencing).
  [[nodiscard]] virtual Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) = 0;

  /// Starts the ttl of `lease` anew if the store still holds exactly this token. An error leaves
  /// the old deadline in force and the lease as it was or renewed.
  [[nodiscard]] virtual Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) = 0;

  /// Frees `key` if exactly this token holds it. Also right for an acquisition with an unknown end:
  /// from now on its token is spent. A retried release is `Released` as long as the store remembers
  /// that token as the last one released for the key: at most until another release of it.
  [[nodiscard]] virtual Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                             LeaseToken token) = 0;

  /// Whether anybody holds an unexpired lease on `key` now.
  [[nodiscard]] virtual Task<Result<bool>> is_locked(const std::string& key) = 0;

  /// The label of who does, if anybody.
  [[nodiscard]] virtual Task<Result<std::optional<std::string>>> owner(const std::string& key) = 0;

  /// Frees what this instance holds, or may hold, under that owner label, and counts what the store
  /// confirmed. Leases of other instances with the same label are not this caller's.
  [[nodiscard]] virtual Task<Result<std::uint64_t>> release_all(const std::string& owner) = 0;

  /// No call takes longer than this.
  [[nodiscard]] virtual Nanos operation_timeout() const = 0;

  /// Ends what calls left running in the background. To be awaited before the instance is
  /// destroyed, unless its node is dead; nothing may be called after it.
  [[nodiscard]] virtual Task<void> shutdown();
};

}  // namespace lockstep::lock
