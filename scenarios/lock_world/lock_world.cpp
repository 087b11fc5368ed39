#include "scenarios/lock_world/lock_world.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "impl/base/version.hpp"
#include "scenarios/lock_world/nemesis_marks.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::uint64_t disk_bytes = 64U << 20U;  // of a queue: a world's memory is bounded
constexpr Nanos restart_delay = milliseconds(10);

sim::StrategyKind kind_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::fifo: return sim::StrategyKind::fifo;
    case Strategy::random: return sim::StrategyKind::random;
    case Strategy::pct: return sim::StrategyKind::pct;
    case Strategy::delay_bounded: return sim::StrategyKind::delay_bounded;
    case Strategy::drawn: break;  // a plan holds what was drawn
  }
  ASSERT(false);
}

sim::WorldOptions options_of(const PlanConfig& config) {
  sim::WorldOptions options;
  options.seed = config.run_seed();
  options.strategy = kind_of(config.strategy);
  options.link.latency_min = config.network.latency;
  options.link.latency_mean = config.network.jitter;
  options.link.bytes_per_second = static_cast<std::uint64_t>(config.network.bandwidth_bytes_per_s);
  return options;
}

/// On the default port, where every simulated server listens.
redis::Options server_at(const std::string& host) {
  redis::Options options;
  options.endpoint.host = host;
  return options;
}

/// A client as an incarnation of a node of the world.
class SimClient final : public sim::Incarnation {
 public:
  SimClient(sim::NodeRun& run, ClientJob& job)
      : client_(make_client({run.env(), run.node().name, label_of(run)}, job)) {}

 private:
  static std::function<void(std::string_view, bool)> label_of(sim::NodeRun& run) {
    return
        [&run](std::string_view name, bool present) { run.world().label(run.id(), name, present); };
  }
  std::unique_ptr<Client> client_;
};

}  // namespace

sim::ClockSpec clock_of(const PlanConfig& config, std::string_view node) {
  sim::ClockSpec clock;
  for (const NodeClock& drawn : config.clocks) {
    if (drawn.node != node) continue;
    clock.skew = drawn.skew;
    clock.drift = sim::PartsPerMillion{drawn.drift_ppm};
  }
  return clock;
}

LockWorld::LockWorld(const Plan& plan, checkers::History& history)
    : plan_(plan),
      redis_(lock_store(plan.config)),
      sink_(sink_store(plan.config)),
      log_(history, [this] { return world_.now(); }),
      world_(options_of(plan.config)) {
  const PlanConfig& config = plan.config;
  redis_.populate(world_, config);
  if (guarded()) sink_.populate(world_, config);
  for (std::uint32_t c = 0; c < static_cast<std::uint32_t>(config.workload.clients); ++c) {
    add_client(c);
  }
  faults::NemesisOptions options;
  options.heal_at = config.duration;
  options.observer = [this](const faults::NemesisEvent& event) { on_nemesis(event); };
  nemesis_ = std::make_unique<faults::Nemesis>(world_, plan.faults, std::move(options));
  nemesis_->start();
}

void LockWorld::add_client(std::uint32_t client) {
  ClientJob& job = jobs_.emplace_back();
  job.plan = &plan_;
  job.log = &log_;
  job.implementation = find_implementation(plan_.config.implementation);
  job.client = client;
  for (const std::string& host : redis_.hosts()) job.lock_servers.push_back(server_at(host));
  if (guarded()) job.sink = server_at(sink_.hosts().front());
  for (const Operation& operation : plan_.operations) {
    if (operation.client == client) job.operations.push_back(operation);
  }
  sim::NodeSpec spec;
  spec.role = "client";
  spec.clock = clock_of(plan_.config, "client/" + std::to_string(client));
  NodeCoverage& coverage = coverage_.add_node();
  spec.observer = &coverage;
  log_.watch("client/" + std::to_string(client), coverage);
  spec.program = [&job, &coverage](sim::NodeRun& run) {
    coverage.started();
    return std::make_unique<SimClient>(run, job);
  };
  if (has_disks(plan_.config.workload)) spec.disk = disk_of(client);
  world_.add_node(std::move(spec));
}

std::shared_ptr<sim::RocksDisk> LockWorld::disk_of(std::uint32_t client) {
  // Not run_seed(): at every crash point something else survives.
  const sim::DiskOptions options{
      .seed = plan_.config.seed, .node = NodeId{client}, .bytes_max = disk_bytes};
  auto disk = std::make_shared<sim::RocksDisk>(options);
  const CrashPoint& point = plan_.config.crash_point;
  if (point.call > 0 && client == 0) die_at(point, *disk);
  return disk;
}

/// Arms the crash of a sweep: the disk dies in that call, and the node before it learns of it.
void LockWorld::die_at(const CrashPoint& point, sim::RocksDisk& disk) {
  const std::string_view verb = point.keeps == CrashKeeps::torn ? "torn-write" : "lose-unsynced";
  if (point.keeps != CrashKeeps::drawn) {
    ASSERT(disk.apply(sim::World::no_fault, verb, 0).has_value());
  }
  disk.disk().die_at_call(static_cast<std::uint64_t>(point.call));
  disk.disk().on_death([this] { die(NodeId{0}); });
}

void LockWorld::die(NodeId node) {
  const std::string& who = world_.node(node).name;
  mark(checkers::name::crash, who);
  world_.crash(sim::World::no_fault, node);
  world_.at(world_.now() + restart_delay, [this, node] {
    mark(checkers::name::restart, world_.node(node).name);
    world_.restart(sim::World::no_fault, node);
  });
}

void LockWorld::mark(checkers::NameId f, std::string_view node, std::optional<std::int64_t> value) {
  checkers::Marker marker;
  marker.time = world_.now();
  marker.f = f;
  if (!node.empty()) marker.node = log_.name(node);
  marker.value = value;
  log_.recorder().mark(marker);
}

void LockWorld::cover(const faults::NemesisEvent& event) {
  using What = faults::NemesisEvent::What;
  if (event.what == What::begin) coverage_.fault_begins(event.fault->kind);
  if (event.what == What::end) coverage_.fault_ends(event.fault->kind);
  if (event.what == What::heal_all) coverage_.healed();
}

void LockWorld::on_nemesis(const faults::NemesisEvent& event) {
  cover(event);
  mark_step(event,
            {[this](NodeId node) { return world_.node(node).name; },
             [this](std::string_view f, std::string_view node, std::optional<std::int64_t> value) {
               mark(log_.name(f), node, value);
             }});
}

/// Whether every client that is up did all that it had to do: what waits then are servers.
bool LockWorld::is_at_rest() const {
  return std::ranges::all_of(jobs_, [this](const ClientJob& job) {
    const auto nodes = world_.matching("client/" + std::to_string(job.client));
    return job.done || !world_.node(nodes.front()).up();
  });
}

sim::Stop LockWorld::run_until(Nanos end) {
  const sim::Stop stop = world_.run_until(end);
  if (stop != sim::Stop::deadlock || !is_at_rest()) return stop;
  world_.at(end + Nanos(1), [] {});  // so that time goes on without them
  return world_.run_until(end);
}

sim::Stop LockWorld::run(checkers::OnlineJudge* judge) {
  if (judge != nullptr) {
    log_.call_after_each([this, judge] {
      if (judge->is_due()) world_.stop();
    });
  }
  const Nanos end = plan_.config.duration + plan_.config.liveness;
  sim::Stop stop = run_until(end);
  // Between two events: what it thinks of them happens in no node.
  while (stop == sim::Stop::asked && !judge->judge()) stop = run_until(end);
  if (stop == sim::Stop::time_reached) mark(checkers::name::final_mark, {});
  return stop;
}

}  // namespace lockstep::scenarios
