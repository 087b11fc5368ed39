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

class HoldTracker final : public PassingLock {
 public:
  /// All outlive it.
  HoldTracker(lock::DistributedLockBackend& inner, const ClientNode& node, RunLog& log)
      : PassingLock(inner), node_(node), log_(log) {}

  [[nodiscard]] env::Task<Result<lock::AcquireOutcome>> acquire(
      lock::AcquireRequest& request) override;
  [[nodiscard]] env::Task<Result<lock::RenewOutcome>> renew(const lock::Lease& lease,
                                                            Nanos ttl) override;
  [[nodiscard]] env::Task<Result<lock::ReleaseOutcome>> release(const std::string& key,
                                                                lock::LeaseToken token) override;

  /// The lease with that fencing token; 0 if this node was never granted it.
  [[nodiscard]] checkers::LeaseId lease_of(const work::Fence& fence) const;

 private:
  void note(const lock::Lease& lease);
  void forget(lock::LeaseToken token);

  const ClientNode& node_;
  RunLog& log_;
  std::map<std::pair<std::string, FencingToken>, checkers::LeaseId> leases_;
  std::set<lock::LeaseToken> held_;
  std::optional<HolderLabel> label_;
};

}  // namespace lockstep::scenarios
