#include "scenarios/lock_world/redis_nodes.hpp"

#include <utility>

#include "scenarios/lock_world/lock_world.hpp"

namespace lockstep::scenarios {

namespace {

sim::redis::Persistence persistence_of(Persistence persistence) {
  switch (persistence) {
    case Persistence::none: return sim::redis::Persistence::none;
    case Persistence::aof_everysec: return sim::redis::Persistence::aof_everysec;
    case Persistence::aof_always: return sim::redis::Persistence::aof_always;
  }
  ASSERT(false);
}

}  // namespace

StoreSpec lock_store(const PlanConfig& config) {
  const RedisSettings& redis = config.topology.redis;
  const std::int64_t masters = has_own_queues(config.workload) ? 0 : redis.nodes;
  return {"redis", redis.persistence, masters, redis.replica, redis.replication_delay};
}

StoreSpec sink_store(const PlanConfig& config) {
  return {"sink", config.topology.sink.persistence, 1, false, {}};
}

RedisNodes::RedisNodes(StoreSpec spec) : spec_(std::move(spec)) {
  for (std::int64_t i = 0; i < spec_.masters; ++i) {
    const std::string host = spec_.masters == 1 ? spec_.role : spec_.role + "-" + std::to_string(i);
    groups_.emplace_back().host = host;
  }
}

std::vector<std::string> RedisNodes::hosts() const {
  std::vector<std::string> hosts;
  for (const sim::redis::Group& group : groups_) hosts.push_back(group.host);
  return hosts;
}

void RedisNodes::populate(sim::World& world, const PlanConfig& config) {
  std::uint32_t number = 0;
  for (sim::redis::Group& group : groups_) {
    group.master = NodeId{static_cast<std::uint32_t>(world.node_count())};
    add(world, config, group, number++);
    if (spec_.replica) add(world, config, group, number++);
  }
}

void RedisNodes::add(sim::World& world, const PlanConfig& config, sim::redis::Group& group,
                     std::uint32_t number) {
  const NodeId id{static_cast<std::uint32_t>(world.node_count())};
  sim::DiskOptions disk_options;
  disk_options.seed = world.seed();
  disk_options.node = id;
  auto disk = std::make_shared<sim::NodeDisk>(disk_options);
  sim::redis::ServerState& state = states_.emplace_back();
  state.options.persistence = persistence_of(spec_.persistence);
  state.options.replication_delay_min = spec_.replication_delay.low;
  state.options.replication_delay_max = spec_.replication_delay.high;
  state.group = &group;
  state.disk = &disk->disk();
  state.log = &log_;
  sim::NodeSpec node;
  node.role = spec_.role;
  node.clock = clock_of(config, spec_.role + "/" + std::to_string(number));
  node.disk = std::move(disk);
  node.program = sim::redis::server_program(state);
  world.add_node(std::move(node));
}

}  // namespace lockstep::scenarios
