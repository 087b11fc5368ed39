// The lock workload's client over handles: as LockClient, but it takes, renews and releases its
// locks by itself through PluginLocks, as the users of a plug-in interface do.
#pragma once

#include <optional>
#include <string>

#include "impl/lock/plugin_locks.hpp"
#include "scenarios/lock_world/hold_tracker.hpp"

namespace lockstep::scenarios {

class PluginClient final : public FleetMember {
 public:
  /// Starts at once.
  PluginClient(ClientNode node, ClientJob& job);

 private:
  env::Task<void> live();
  env::Task<lock::LockHandle> take(std::string key);
  env::Task<void> use(Operation operation, lock::LockHandle handle);
  env::Task<bool> write_once(lock::LockHandle handle);
  env::Task<void> give_back(lock::LockHandle handle);
  [[nodiscard]] bool holds(const lock::LockHandle& handle) const;

  HoldTracker holds_;
  lock::PluginLocks locks_;
  lock::RedisFencedStore sink_;
  RecordingStore store_;
  env::TaskGroup tasks_;
};

}  // namespace lockstep::scenarios
