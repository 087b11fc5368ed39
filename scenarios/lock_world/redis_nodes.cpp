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
  return {"redis", redis.persistence, redis.replica, redis.replication_delay};
}

StoreSpec sink_store(const PlanConfig& config) {
  return {"sink", config.topology.sink.persistence, false, {}};
}

RedisNodes::RedisNodes(StoreSpec spec) : spec_(std::move(spec)) { group_.host = spec_.role; }

void RedisNodes::populate(sim::World& world, const PlanConfig& config) {
  group_.master = NodeId{static_cast<std::uint32_t>(world.node_count())};
  const std::uint32_t servers = spec_.replica ? 2 : 1;
  for (std::uint32_t number = 0; number < servers; ++number) add(world, config, number);
}

void RedisNodes::add(sim::World& world, const PlanConfig& config, std::uint32_t number) {
  const NodeId id{static_cast<std::uint32_t>(world.node_count())};
  sim::DiskOptions disk_options;
  disk_options.seed = world.seed();
  disk_options.node = id;
  auto disk = std::make_shared<sim::NodeDisk>(disk_options);
  sim::redis::ServerState& state = states_.emplace_back();
  state.options.persistence = persistence_of(spec_.persistence);
  state.options.replication_delay_min = spec_.replication_delay.low;
  state.options.replication_delay_max = spec_.replication_delay.high;
  state.group = &group_;
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
