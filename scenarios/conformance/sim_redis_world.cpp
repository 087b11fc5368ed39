#include "scenarios/conformance/sim_redis_world.hpp"

#include "impl/env/task_group.hpp"

namespace lockstep::conformance {

namespace {

constexpr FaultId no_fault = sim::World::no_fault;
constexpr Nanos limit = seconds(150);  // claims take two minutes of node time at most

}  // namespace

class SimRedisWorld::Program final : public sim::Incarnation {
 public:
  Program(sim::NodeRun& run, SimRedisWorld& owner) : group_(run.env()), owner_(owner) {
    owner_.tasks_ = &group_;
    owner_.env_ = &run.env();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() override { owner_.tasks_ = nullptr; }

 private:
  env::TaskGroup group_;
  SimRedisWorld& owner_;
};

SimRedisWorld::SimRedisWorld(const SimRedisOptions& options)
    : exact_(options.world.strategy == sim::StrategyKind::fifo && options.client_drift.value == 0),
      server_drift_(options.server_drift),
      world_(options.world) {
  for (std::size_t i = 0; i < options.lock_servers; ++i) {
    lock_nodes_.push_back(add_server("locks" + std::to_string(i)));
  }
  add_server("store");
  add_client(options.client_drift);
}

redis::Options SimRedisWorld::reach(std::string host) const {
  redis::Options options;
  options.endpoint.host = std::move(host);
  return options;
}

std::vector<redis::Options> SimRedisWorld::lock_servers() const {
  std::vector<redis::Options> servers;
  for (std::size_t i = 0; i < lock_nodes_.size(); ++i) {
    servers.push_back(reach("locks" + std::to_string(i)));
  }
  return servers;
}

NodeId SimRedisWorld::add_server(const std::string& host) {
  const NodeId id{static_cast<std::uint32_t>(world_.node_count())};
  sim::DiskOptions disk_options;
  disk_options.seed = world_.seed();
  disk_options.node = id;
  auto disk = std::make_shared<sim::NodeDisk>(disk_options);
  sim::redis::Group& group = groups_.emplace_back();
  group.host = host;
  group.master = id;
  sim::redis::ServerState& state = states_.emplace_back();
  state.options.persistence = sim::redis::Persistence::aof_always;
  state.group = &group;
  state.disk = &disk->disk();
  sim::NodeSpec spec;
  spec.role = host;
  spec.clock.drift = server_drift_;
  spec.disk = std::move(disk);
  spec.program = sim::redis::server_program(state);
  world_.add_node(std::move(spec));
  world_.network().bind_name(host, id);
  return id;
}

void SimRedisWorld::add_client(sim::PartsPerMillion drift) {
  sim::NodeSpec spec;
  spec.role = "client";
  spec.clock.drift = drift;
  spec.program = [this](sim::NodeRun& run) { return std::make_unique<Program>(run, *this); };
  client_ = world_.add_node(std::move(spec));
}

void SimRedisWorld::start(std::function<Task<void>(Env&)> body) {
  body_ = std::move(body);
  world_.at(world_.now(), [this] { tasks_->spawn(body_(*env_)); });
}

bool SimRedisWorld::run(std::function<Task<void>(Env&)> body) {
  bool ended = false;
  start([this, &ended, body = std::move(body)](Env& env) { return watched(env, body, &ended); });
  static_cast<void>(world_.run_until(world_.now() + limit));
  return ended;
}

Task<void> SimRedisWorld::watched(Env& env, std::function<Task<void>(Env&)> body, bool* ended) {
  co_await body(env);
  *ended = true;
  world_.stop();
}

void SimRedisWorld::run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) {
  start(std::move(body));
  static_cast<void>(world_.run_until(world_.now() + time));
  world_.crash(no_fault, client_);
  static_cast<void>(world_.run_until(world_.now() + seconds(10)));
}

Task<void> SimRedisWorld::stand_still(Env& env, Nanos time) {
  world_.pause(no_fault, client_);
  world_.at(world_.now() + time, [this] { world_.resume(no_fault, client_); });
  co_await env::sleep_for(env, Nanos(1));  // the pause falls here
}

std::vector<LockSupplier> sim_suppliers(BackendKind backend) {
  std::vector<LockSupplier> all;
  const auto add = [&all, backend](std::string name, sim::StrategyKind strategy,
                                   std::int64_t client_ppm, std::int64_t server_ppm) {
    for (const std::uint64_t seed : {1U, 2U}) {
      SimRedisOptions options;
      options.lock_servers = servers_of(backend);
      options.world.seed = Seed{seed};
      options.world.strategy = strategy;
      options.client_drift.value = client_ppm;
      options.server_drift.value = server_ppm;
      all.push_back({name + "_" + std::to_string(seed), backend,
                     [options] { return std::make_unique<SimRedisWorld>(options); }});
    }
  };
  add("fifo", sim::StrategyKind::fifo, 0, 0);
  add("random", sim::StrategyKind::random, 0, 0);
  add("pct", sim::StrategyKind::pct, 0, 0);
  add("delay_bounded", sim::StrategyKind::delay_bounded, 0, 0);
  add("slow_client", sim::StrategyKind::random, -200, 200);
  add("fast_client", sim::StrategyKind::random, 200, -200);
  return all;
}

}  // namespace lockstep::conformance
