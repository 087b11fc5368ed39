// LeaseBook: which lease tokens of this instance may be alive, and which may be sent again. The
// rules about `n` that every backend shares; a plain table, no I/O.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "impl/lock/lease.hpp"

namespace lockstep::lock {

class LeaseBook {
 public:
  /// @param nonce  Unique per instance: equal owner labels in two processes must differ by it.
  explicit LeaseBook(std::uint64_t nonce) : nonce_(nonce) {}

  /// A token that was never drawn before.
  [[nodiscard]] LeaseToken draw();

  /// Before an attempt is sent: notes it, marks `request` as sent.
  /// Errors: `invalid_argument` - ttl, key or owner out of range, or the token may not be sent
  /// (again): its local deadline passed, or a release of it was sent. `limit` - leases_max alive.
  [[nodiscard]] Result<void> begin_acquire(AcquireRequest& request, MonoTime now);
  /// The attempt was answered: granted, or granted again. `sent` as in local_deadline().
  void granted(AcquireRequest& request, MonoTime sent);
  /// The attempt was answered: not granted. The token is spent.
  void refused(LeaseToken token) { alive_.erase(token.n); }
  /// The attempt failed without effect; if it was the first, it is as if it had never been sent.
  void undo_acquire(AcquireRequest& request, bool was_first);

  void renewed(LeaseToken token, MonoTime sent, Nanos ttl);
  /// Before a release is sent: the token may not acquire any more.
  void begin_release(LeaseToken token);
  /// The release failed without effect.
  void undo_release(LeaseToken token);
  /// The lease is known to have ended.
  void ended(LeaseToken token) { alive_.erase(token.n); }

  struct Held {
    LeaseToken token;
    std::string key;
  };
  /// What `owner` holds or may hold at `now`, in order of acquisition. O(size).
  [[nodiscard]] std::vector<Held> held_by(const std::string& owner, MonoTime now) const;
  [[nodiscard]] std::size_t size() const { return alive_.size(); }

  /// Leases of one instance at a time; a bound on memory when holders never release.
  static constexpr std::size_t leases_max = std::size_t{1} << 20U;

 private:
  struct Entry {
    std::string key;
    std::string owner;
    MonoTime until;  // the store cannot hold it longer, but for a duplicate on its way
    bool releasing = false;
  };
  void forget_expired(MonoTime now);

  std::uint64_t nonce_;
  std::uint64_t last_n_ = 0;
  std::size_t forget_at_ = 64;  // size at which expired entries are looked for; doubles with use
  std::map<std::uint64_t, Entry> alive_;
};

}  // namespace lockstep::lock
