// What every client of a world has: connections to the lock's servers and to the sink, the lock
// under test with a recorder around it, and tasks that end with its incarnation.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/lock/fenced_store.hpp"
#include "impl/redis/client.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/lock_world/client_job.hpp"
#include "scenarios/lock_world/client_node.hpp"
#include "scenarios/lock_world/implementation.hpp"
#include "scenarios/lock_world/recording.hpp"

namespace lockstep::scenarios {

class FleetMember : public Client {
 protected:
  /// `job` outlives every incarnation.
  FleetMember(ClientNode node, ClientJob& job);

  [[nodiscard]] const PlanConfig& config() const { return job_.plan->config; }
  [[nodiscard]] const WorkloadSettings& workload() const { return config().workload; }
  [[nodiscard]] const std::string& name() const { return node_.name; }
  [[nodiscard]] bool guarded() const { return job_.sink.has_value(); }
  [[nodiscard]] lock::Fencing fencing() const;
  /// A duration that nothing in the plan names: the how-manieth of its kind that this client draws.
  [[nodiscard]] Nanos draw_now(DurationRange range);

  ClientNode node_;
  env::Env& env_;
  ClientJob& job_;
  ClientLog log_;
  std::deque<redis::Client> redis_;  ///< one per lock server
  std::unique_ptr<lock::DistributedLockBackend> backend_;
  RecordingLock lock_;
  redis::Client sink_client_;

 private:
  [[nodiscard]] std::unique_ptr<lock::DistributedLockBackend> connect();
  [[nodiscard]] redis::Options redis_options(redis::Options server) const;
};

/// Marks a node as a holder while it lives, so that faults can aim at it.
class HolderLabel {
 public:
  /// `node` outlives it.
  explicit HolderLabel(const ClientNode& node) : node_(node) { set(true); }
  HolderLabel(const HolderLabel&) = delete;
  HolderLabel& operator=(const HolderLabel&) = delete;
  ~HolderLabel() { set(false); }

 private:
  void set(bool present) { node_.label("holder", present); }
  const ClientNode& node_;
};

/// `server` with the patience that the plan gives its clients.
[[nodiscard]] redis::Options redis_options_of(const PlanConfig& config, redis::Options server);
/// The keeper's configuration that a plan asks for.
[[nodiscard]] lock::DistributedLockConfig keeper_config_of(const PlanConfig& config);

}  // namespace lockstep::scenarios
