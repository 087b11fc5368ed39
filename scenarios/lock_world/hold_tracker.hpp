// HoldTracker: knows which leases its node holds, so that faults can aim at holders and effects can
// be recorded under the lease that they were made under. Otherwise it passes everything on.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "impl/work/collections.hpp"
#include "scenarios/lock_world/fleet_member.hpp"

namespace lockstep::scenarios {

class HoldTracker final : public lock::DistributedLockBackend {
 public:
  /// All outlive it.
  HoldTracker(lock::DistributedLockBackend& inner, sim::NodeRun& run, RunLog& log)
      : inner_(inner), run_(run), log_(log) {}

  [[nodiscard]] lock::AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return inner_.draw(std::move(key), std::move(owner), ttl);
  }
  [[nodiscard]] env::Task<Result<lock::AcquireOutcome>> acquire(
      lock::AcquireRequest& request) override;
  [[nodiscard]] env::Task<Result<lock::RenewOutcome>> renew(const lock::Lease& lease,
                                                            Nanos ttl) override;
  [[nodiscard]] env::Task<Result<lock::ReleaseOutcome>> release(const std::string& key,
                                                                lock::LeaseToken token) override;
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

  /// The lease with that fencing token; 0 if this node was never granted it.
  [[nodiscard]] checkers::LeaseId lease_of(const work::Fence& fence) const;

 private:
  void note(const lock::Lease& lease);
  void forget(lock::LeaseToken token);

  lock::DistributedLockBackend& inner_;
  sim::NodeRun& run_;
  RunLog& log_;
  std::map<std::pair<std::string, FencingToken>, checkers::LeaseId> leases_;
  std::set<lock::LeaseToken> held_;
  std::optional<HolderLabel> label_;
};

}  // namespace lockstep::scenarios
