// A lock backend around another: passes everything on. What is to be noticed, the heirs override.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "impl/lock/backend.hpp"

namespace lockstep::scenarios {

class PassingLock : public lock::DistributedLockBackend {
 public:
  /// `inner` outlives it.
  explicit PassingLock(lock::DistributedLockBackend& inner) : inner_(inner) {}

  [[nodiscard]] lock::AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return inner_.draw(std::move(key), std::move(owner), ttl);
  }
  [[nodiscard]] env::Task<Result<lock::AcquireOutcome>> acquire(
      lock::AcquireRequest& request) override {
    return inner_.acquire(request);
  }
  [[nodiscard]] env::Task<Result<lock::RenewOutcome>> renew(const lock::Lease& lease,
                                                            Nanos ttl) override {
    return inner_.renew(lease, ttl);
  }
  [[nodiscard]] env::Task<Result<lock::ReleaseOutcome>> release(const std::string& key,
                                                                lock::LeaseToken token) override {
    return inner_.release(key, token);
  }
  [[nodiscard]] env::Task<Result<bool>> is_locked(const std::string& key) override {
    return inner_.is_locked(key);
  }
  [[nodiscard]] env::Task<Result<std::optional<std::string>>> owner(
      const std::string& key) override {
    return inner_.owner(key);
  }
  [[nodiscard]] env::Task<Result<std::uint64_t>> release_all(const std::string& owner) override {
    return inner_.release_all(owner);
  }
  [[nodiscard]] Nanos operation_timeout() const override { return inner_.operation_timeout(); }

 protected:
  lock::DistributedLockBackend& inner_;
};

}  // namespace lockstep::scenarios
