// What a wrong lock is made of: the reference, with one thing replaced.
#pragma once

#include <string>

#include "impl/lock/redis_lock.hpp"

namespace lockstep::scenarios {

using env::Task;
using lock::AcquireOutcome;
using lock::AcquireRequest;
using lock::Lease;
using lock::ReleaseOutcome;
using lock::RenewOutcome;

/// The reference, to be made worse in one place.
class Specimen : public lock::DistributedLockBackend {
 public:
  Specimen(env::Env& env, redis::Client& client) : env_(env), client_(client), good_(env, client) {}

  [[nodiscard]] AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return good_.draw(std::move(key), std::move(owner), ttl);
  }
  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override {
    return good_.acquire(request);
  }
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    return good_.renew(lease, ttl);
  }
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     lock::LeaseToken token) override {
    return good_.release(key, token);
  }
  [[nodiscard]] Task<Result<bool>> is_locked(const std::string& key) override {
    return good_.is_locked(key);
  }
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(const std::string& key) override {
    return good_.owner(key);
  }
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(const std::string& owner) override {
    return good_.release_all(owner);
  }
  [[nodiscard]] Nanos operation_timeout() const override { return good_.operation_timeout(); }

 protected:
  /// Where the reference keeps the lease of `key`.
  [[nodiscard]] static std::string lease_key(const std::string& key) {
    return lock::RedisLockOptions{}.prefix + "lease:{" + key + "}";
  }
  [[nodiscard]] static std::string ms_of(Nanos ttl) {
    return std::to_string(std::chrono::ceil<milliseconds>(ttl).count());
  }

  env::Env& env_;
  redis::Client& client_;
  lock::RedisLock good_;
};

}  // namespace lockstep::scenarios
