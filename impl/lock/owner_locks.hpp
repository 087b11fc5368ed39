// OwnerLocks: the lock interface of task schedulers, with owners as plain labels and bool answers,
// over any DistributedLockBackend. It remembers which token stands behind (key, owner).
#pragma once

#include <map>
#include <utility>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"

namespace lockstep::lock {

/// One instance per process, like the backend under it: equal labels elsewhere contend.
class OwnerLocks {
 public:
  /// Both outlive the instance.
  OwnerLocks(env::Env& env, DistributedLockBackend& backend) : env_(env), backend_(backend) {}

  /// true: `owner` holds `key` now (also when it held it before; the ttl starts anew). false: held
  /// by another. After an indefinite error call again: a lost grant comes back.
  [[nodiscard]] Task<Result<bool>> try_acquire(std::string key, std::string owner, Nanos ttl);
  /// true: it was held by `owner` and is free. false: it was not.
  [[nodiscard]] Task<Result<bool>> release(std::string key, std::string owner);
  /// true: the ttl starts anew. false: not held, expired, or held by another.
  [[nodiscard]] Task<Result<bool>> renew(std::string key, std::string owner, Nanos ttl);
  [[nodiscard]] Task<Result<bool>> is_locked(std::string key);
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(std::string key);
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(std::string owner);

  /// The lease behind (key, owner), while its deadline has not passed: for its fencing token.
  [[nodiscard]] std::optional<Lease> lease(const std::string& key, const std::string& owner) const;

  /// Leases remembered; the oldest expired ones are forgotten beyond it, then acquires fail with
  /// `limit`. A scheduler holds a lock per task, not per event.
  static constexpr std::size_t leases_max = 65536;

 private:
  struct Entry {
    AcquireRequest request;
    std::optional<Lease> lease;
    bool release_sent = false;
  };
  using Name = std::pair<std::string, std::string>;  // owner, key

  [[nodiscard]] Result<AcquireRequest> request_for(const Name& name, Nanos ttl);
  void forget_expired();
  static void note_renewal(Entry& entry, MonoTime deadline, Nanos ttl);
  [[nodiscard]] static Lease unknown_lease(const AcquireRequest& request);

  env::Env& env_;
  DistributedLockBackend& backend_;
  std::map<Name, Entry> entries_;
};

}  // namespace lockstep::lock
