// The simulated Redis servers of one role in a world: masters, perhaps a replica of each, their
// disks, and the host names that clients use.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/format/plan.hpp"
#include "sim/disk/node_disk.hpp"
#include "sim/services/redis/server.hpp"
#include "sim/world.hpp"

namespace lockstep::scenarios {

/// What servers to build.
struct StoreSpec {
  std::string role;  ///< "redis", "sink"; also the host name
  Persistence persistence = Persistence::aof_always;
  std::int64_t masters = 1;  ///< independent of each other
  bool replica = false;      ///< of each
  DurationRange replication_delay;
};

[[nodiscard]] StoreSpec lock_store(const PlanConfig& config);
[[nodiscard]] StoreSpec sink_store(const PlanConfig& config);

/// Outlives the world that its servers run in: they log and persist here. So it is made first, and
/// populate() adds the nodes.
class RedisNodes {
 public:
  explicit RedisNodes(StoreSpec spec);
  RedisNodes(const RedisNodes&) = delete;
  RedisNodes& operator=(const RedisNodes&) = delete;

  void populate(sim::World& world, const PlanConfig& config);

  /// Of each master: where its clients find it, also after a failover.
  [[nodiscard]] std::vector<std::string> hosts() const;
  /// What every server executed, in order.
  [[nodiscard]] const sim::redis::CommitLog& log() const { return log_; }

 private:
  void add(sim::World& world, const PlanConfig& config, sim::redis::Group& group,
           std::uint32_t number);

  StoreSpec spec_;
  std::deque<sim::redis::Group> groups_;  ///< a master and its replica each
  sim::redis::CommitLog log_;
  std::deque<sim::redis::ServerState> states_;
};

}  // namespace lockstep::scenarios
