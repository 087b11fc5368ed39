// MemoryLock: the lock backend within one process: for tests, for single-process deployments, and
// where a program wants the same code with and without a server.
//
// The store decides by the monotonic clock of the node, so drift does not matter and a jump of the
// wall clock changes nothing. It lives and dies with its process: fencing tokens start over with
// it, so a sink that outlives the process must not be fenced by them.
#pragma once

#include <map>
#include <string>

#include "impl/lock/booked_backend.hpp"

namespace lockstep::lock {

/// The table of leases. One per process; every MemoryLock over it is an identity of its own.
class MemoryLockStore {
 public:
  /// Lock keys ever used: each keeps its highest fencing token. Beyond it acquires of new keys fail
  /// with `limit`.
  static constexpr std::size_t keys_max = std::size_t{1} << 20U;

  struct Granted {
    FencingToken fence;
  };
  enum class Refusal : std::uint8_t { contended, stale, exhausted, full };
  /// As RedisLock's script decides, at `now` on the node's monotonic clock.
  [[nodiscard]] std::expected<Granted, Refusal> acquire(const AcquireRequest& request,
                                                        MonoTime now);
  /// Whether `token` held `key`, and its ttl starts anew.
  [[nodiscard]] bool renew(const std::string& key, LeaseToken token, Nanos ttl, MonoTime now);
  /// Whether `token` held `key`, or was the last released.
  [[nodiscard]] bool release(const std::string& key, LeaseToken token, MonoTime now);
  /// The owner's label of an unexpired lease, null if there is none.
  [[nodiscard]] const std::string* owner(const std::string& key, MonoTime now) const;
  /// Of the present lease, from `now`; nullopt: nobody holds it.
  [[nodiscard]] std::optional<Nanos> ttl_left(const std::string& key, MonoTime now) const;

 private:
  struct Entry {
    FencingToken fence;  ///< the highest granted
    bool held = false;
    LeaseToken token;  ///< of the lease that is held, or was released last
    std::string owner;
    MonoTime expires{};
    LeaseToken released;  ///< while held: the lease that was released before it
  };
  [[nodiscard]] static bool is_held(const Entry& entry, MonoTime now) {
    return entry.held && now < entry.expires;
  }
  [[nodiscard]] Entry* holder(const std::string& key, LeaseToken token, MonoTime now);

  std::map<std::string, Entry> entries_;
};

class MemoryLock final : public BookedBackend {
 public:
  /// Both outlive the instance. All instances over one store see one clock.
  MemoryLock(env::Env& env, MemoryLockStore& store) : BookedBackend(env), store_(store) {}

  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     LeaseToken token) override;
  [[nodiscard]] Task<Result<bool>> is_locked(const std::string& key) override;
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(const std::string& key) override;
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(const std::string& owner) override;
  /// Nothing is waited for.
  [[nodiscard]] Nanos operation_timeout() const override { return Nanos(0); }

 private:
  [[nodiscard]] Result<AcquireOutcome> refused(const AcquireRequest& request,
                                               MemoryLockStore::Refusal why);
  MemoryLockStore& store_;
};

}  // namespace lockstep::lock
