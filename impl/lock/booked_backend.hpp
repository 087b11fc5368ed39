// What every lock backend does alike: it draws tokens, keeps the book of those that may be alive,
// counts deadlines from before the first byte, and reports what happened. Internal to impl/lock.
#pragma once

#include <string>
#include <string_view>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/lock/lease_book.hpp"

namespace lockstep::lock {

class BookedBackend : public DistributedLockBackend {
 public:
  [[nodiscard]] AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override;

 protected:
  /// Draws the nonce from env.random; `env` outlives the instance.
  explicit BookedBackend(env::Env& env) : env_(env), book_(env.random.next()) {}

  /// The store granted `request`; `called` is when the caller asked, `sent` as in local_deadline().
  /// Errors: `no_reply` (indefinite) - the answer came later than the local deadline of a request
  /// sent at once.
  [[nodiscard]] Result<AcquireOutcome> granted(AcquireRequest& request, FencingToken fence,
                                               MonoTime called, MonoTime sent);
  /// The store did not grant it: the token is spent.
  [[nodiscard]] AcquireOutcome contended(const AcquireRequest& request, bool stale);
  [[nodiscard]] RenewOutcome renewed(const Lease& lease, Nanos ttl, MonoTime sent);
  [[nodiscard]] RenewOutcome lost(const Lease& lease);
  [[nodiscard]] std::unexpected<Error> renew_failed(const Lease& lease, Error error);
  /// What the store said of a release that began with book().begin_release().
  [[nodiscard]] ReleaseOutcome released(const std::string& key, LeaseToken token, bool was_held);

  [[nodiscard]] env::Env& env() { return env_; }
  [[nodiscard]] LeaseBook& book() { return book_; }
  [[nodiscard]] MonoTime now() const { return env_.clock.now(); }

 private:
  void observe(env::Signal signal, std::string_view key, std::uint64_t number = 0,
               Errc error = Errc::ok);

  env::Env& env_;
  LeaseBook book_;
};

/// "no fencing token is left for 'k'" (definite `limit`).
[[nodiscard]] Error tokens_exhausted(std::string_view key);
/// "the server holds a value for 'k' that is not a lock's" (definite `corrupt`).
[[nodiscard]] Error not_a_locks_value(std::string_view key);

}  // namespace lockstep::lock
