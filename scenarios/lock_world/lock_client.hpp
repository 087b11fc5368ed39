// The lock workload's client: round after round it thinks, takes a lock through the lease keeper,
// holds it and writes to the guarded resource under it. Its operations come from the plan; which
// one is next survives its crashes, as a job queue would.
#pragma once

#include <string>

#include "impl/lock/lease_keeper.hpp"
#include "scenarios/lock_world/fleet_member.hpp"

namespace lockstep::scenarios {

class LockClient final : public FleetMember {
 public:
  /// Starts at once.
  LockClient(ClientNode node, ClientJob& job);

 private:
  env::Task<void> live();
  env::Task<void> work(Operation operation, std::string key, lock::LeaseGuard guard);
  env::Task<bool> write_once(const std::string& key, const lock::LeaseGuard& guard,
                             std::uint64_t number, Operation operation);
  [[nodiscard]] Nanos write_delay(const Operation& operation, std::uint64_t number) const;

  lock::RedisFencedStore sink_;
  RecordingStore store_;
  env::TaskGroup tasks_;
};

}  // namespace lockstep::scenarios
