#include "scenarios/conformance/sim_queue_world.hpp"

namespace lockstep::conformance {
namespace {

constexpr FaultId no_fault = sim::World::no_fault;
constexpr Nanos slice = milliseconds(10);

}  // namespace

struct SimQueueWorld::Program final : sim::Incarnation {
  Program(sim::NodeRun& run, SimQueueWorld& owner) : group(run.env()) {
    if (owner.body_) group.spawn(watched(run.env(), owner.body_, &owner.ended_));
  }
  static Task<void> watched(Env& env, Session body, bool* ended) {
    co_await body(env);
    *ended = true;
  }
  env::TaskGroup group;
};

SimQueueWorld::SimQueueWorld(const sim::WorldOptions& options, sim::PartsPerMillion drift)
    : disk_(std::make_shared<sim::RocksDisk>(
          sim::DiskOptions{.seed = options.seed, .node = NodeId{0}})),
      world_(options) {
  sim::NodeSpec spec;
  spec.role = "client";
  spec.clock.drift = drift;
  spec.disk = disk_;
  spec.program = [this](sim::NodeRun& run) { return std::make_unique<Program>(run, *this); };
  node_ = world_.add_node(std::move(spec));
}

SimQueueWorld::~SimQueueWorld() = default;

std::vector<std::string> SimQueueWorld::files(const std::string& suffix) {
  std::vector<std::string> paths;
  for (const std::string& name :
       disk().list("/client/0/queue").value_or(std::vector<std::string>())) {
    if (name.ends_with(suffix)) paths.push_back("/client/0/queue/" + name);
  }
  return paths;
}

void SimQueueWorld::start(Session body) {
  body_ = std::move(body);
  ended_ = false;
  world_.crash(no_fault, node_);
  world_.restart(no_fault, node_);
}

void SimQueueWorld::end() {
  world_.crash(no_fault, node_);
  body_ = nullptr;
}

bool SimQueueWorld::run(Session body) {
  start(std::move(body));
  const Nanos limit = world_.now() + seconds(60);
  while (!ended_ && world_.now() < limit) static_cast<void>(world_.run_until(world_.now() + slice));
  const bool ended = ended_;
  end();
  return ended;
}

bool SimQueueWorld::run_and_crash(Session body, Nanos time) {
  start(std::move(body));
  const Nanos limit = world_.now() + time;
  while (world_.now() < limit && !ended_ && disk().is_on()) {
    static_cast<void>(world_.run_until(std::min(limit, world_.now() + slice)));
  }
  const bool ended = ended_;
  end();
  return ended;
}

}  // namespace lockstep::conformance
