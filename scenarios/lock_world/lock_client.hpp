// The lock workload's client: round after round it thinks, takes a lock through the lease keeper,
// holds it and writes to the guarded resource under it. Its operations come from the plan; which
// one is next survives its crashes, as a job queue would.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/lock/fenced_store.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "impl/redis/client.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/lock_world/implementation.hpp"
#include "scenarios/lock_world/recording.hpp"
#include "sim/world.hpp"

namespace lockstep::scenarios {

/// What a client is, over all its incarnations.
struct ClientJob {
  const Plan* plan = nullptr;
  RunLog* log = nullptr;
  const Implementation* implementation = nullptr;
  std::uint32_t client = 0;
  std::deque<Operation> operations;     ///< still to do, in order
  std::vector<std::string> lock_hosts;  ///< one per lock server
  std::string sink_host;                ///< empty: nothing is guarded
};

class LockClient final : public sim::Incarnation {
 public:
  /// `job` outlives every incarnation. Starts at once.
  LockClient(sim::NodeRun& run, ClientJob& job);

 private:
  env::Task<void> live();
  env::Task<void> work(Operation operation, std::string key, lock::LeaseGuard guard);
  env::Task<bool> write_once(const std::string& key, const lock::LeaseGuard& guard,
                             std::uint64_t number, Operation operation);
  [[nodiscard]] std::unique_ptr<lock::DistributedLockBackend> connect();
  [[nodiscard]] redis::Options redis_options(const std::string& host) const;
  [[nodiscard]] Nanos write_delay(const Operation& operation, std::uint64_t number) const;

  sim::NodeRun& run_;
  env::Env& env_;
  ClientJob& job_;
  ClientLog log_;
  std::deque<redis::Client> redis_;  ///< one per lock server
  std::unique_ptr<lock::DistributedLockBackend> backend_;
  RecordingLock lock_;
  redis::Client sink_client_;
  lock::RedisFencedStore sink_;
  RecordingStore store_;
  env::TaskGroup tasks_;
};

/// The keeper's configuration that a plan asks for, and the longest that one lock operation takes.
[[nodiscard]] lock::DistributedLockConfig keeper_config_of(const PlanConfig& config);

}  // namespace lockstep::scenarios
