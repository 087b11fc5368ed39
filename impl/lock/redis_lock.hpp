// RedisLock: the lock backend over one Redis server. Decisions are made by Lua scripts on the
// server, by the server's clock.
//
// Not verified, and not true: safety through asynchronous failover, loss of persistence, eviction,
// or a jump of the server's wall clock. Fencing tokens are per key and survive a restart of a
// server with persistence (AOF always), and deletion of the lease.
//
// What one lock key leaves on the server for ever: `<prefix>lease:{key}`, which says who released
// it last, and `<prefix>fence:{key}`, the highest fencing token; about 350 bytes together. The
// braces put both into one cluster slot.
#pragma once

#include <span>

#include "impl/env/env.hpp"
#include "impl/lock/booked_backend.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::lock {

struct RedisLockOptions {
  /// Before every key; no braces. Locks of different prefixes never meet.
  std::string prefix = "lockstep:";
};

class RedisLock final : public BookedBackend {
 public:
  /// `client` may be shared; both outlive the instance. Draws the nonce from env.random.
  RedisLock(env::Env& env, redis::Client& client, RedisLockOptions options = {});

  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     LeaseToken token) override;
  [[nodiscard]] Task<Result<bool>> is_locked(const std::string& key) override;
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(const std::string& key) override;
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(const std::string& owner) override;
  [[nodiscard]] Nanos operation_timeout() const override;

 private:
  struct Scripts {
    redis::ScriptId acquire;
    redis::ScriptId renew;
    redis::ScriptId release;
  };
  // Leases per script call of release_all: a script holds up everybody else on the server.
  static constexpr std::size_t release_batch = 64;

  [[nodiscard]] Result<AcquireOutcome> acquired(AcquireRequest& request, std::int64_t answer,
                                                MonoTime called, MonoTime sent);
  [[nodiscard]] Task<Result<resp::Reply>> get(const std::string& key);
  [[nodiscard]] Task<Result<std::uint64_t>> release_some(std::span<const LeaseBook::Held> held);

  redis::Client& client_;
  RedisLockOptions options_;
  Scripts scripts_;
};

}  // namespace lockstep::lock
