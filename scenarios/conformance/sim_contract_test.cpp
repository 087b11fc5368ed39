// The contract of impl/env, kept by the deterministic world: under every strategy, some seeds, and
// clocks that drift.
#include <map>
#include <vector>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"
#include "sim/world.hpp"

namespace lockstep::conformance {
namespace {

using Does = PeerScript::Does;

constexpr std::uint16_t port = 7;
constexpr FaultId no_fault = sim::World::no_fault;

/// A peer's service: one handler per connection, fed with bytes.
class SimPeer final : public Peer {
 public:
  SimPeer(sim::World& world, NodeId client, const PeerScript& script)
      : world_(world), client_(client), script_(script) {
    sim::NodeSpec spec;
    spec.role = "peer";
    if (script.does != Does::absent) {
      spec.program = [this](sim::NodeRun& run) { return std::make_unique<Service>(run, *this); };
    }
    node_ = world.add_node(std::move(spec));
    if (script.does == Does::deaf) world.cut(no_fault, to_peer());
    if (script.does == Does::dawdle) world.slow(no_fault, to_peer(), milliseconds(2));
  }

  [[nodiscard]] env::Endpoint endpoint() const override {
    std::string host = world_.name_of(node_);
    host.replace(host.find('/'), 1, "-");
    return {host, port, std::nullopt};
  }
  [[nodiscard]] PeerLog log() const override { return log_; }

 private:
  class Service final : public sim::Incarnation, sim::Acceptor, sim::PeerHandler {
   public:
    Service(sim::NodeRun& run, SimPeer& peer) : peer_(peer) { run.listen(port, *this); }
    void on_accept(sim::Peer& connection) override {
      connection.set_handler(this);
      peer_.accepted(connection);
    }
    void on_bytes(sim::Peer& connection, std::string_view bytes) override {
      peer_.heard(connection, bytes);
    }
    void on_closed(sim::Peer&) override { ++peer_.log_.ended; }

   private:
    SimPeer& peer_;
  };

  [[nodiscard]] sim::Direction to_peer() const { return {client_, node_}; }

  void accepted(sim::Peer& connection) {
    ++log_.accepted;
    if (!script_.says.empty()) connection.send(script_.says);
    if (script_.does == Does::stall) world_.clog(no_fault, to_peer());
    leave_when_due(connection);
  }

  void heard(sim::Peer& connection, std::string_view bytes) {
    arrived_[connection.id()] += bytes.size();
    if (script_.does == Does::echo) return connection.send(bytes);
    log_.received += bytes;
    leave_when_due(connection);
  }

  void leave_when_due(sim::Peer& connection) {
    if (arrived_[connection.id()] < script_.after_bytes) return;
    if (script_.does == Does::hang_up) connection.close();
    if (script_.does == Does::reset) world_.reset(no_fault, client_, node_);
  }

  sim::World& world_;
  NodeId client_;
  PeerScript script_;
  NodeId node_{};
  PeerLog log_;
  std::map<std::uint64_t, std::size_t> arrived_;  ///< by connection
};

class SimContractWorld final : public ContractWorld {
 public:
  SimContractWorld(const sim::WorldOptions& options, sim::PartsPerMillion drift) : world_(options) {
    sim::NodeSpec spec;
    spec.role = "client";
    spec.clock.drift = drift;
    spec.program = [this](sim::NodeRun& run) {
      run_ = &run;
      return std::make_unique<Program>(run, *this);
    };
    client_ = world_.add_node(std::move(spec));
  }

  Peer& add_peer(const PeerScript& script) override {
    return *peers_.emplace_back(std::make_unique<SimPeer>(world_, client_, script));
  }

  bool run(Body body) override {
    bool ended = false;
    start([body = std::move(body), &ended, this](Env& env) { return watched(env, body, &ended); });
    static_cast<void>(world_.run_until(world_.now() + seconds(90)));
    return ended;
  }

  void run_and_crash(Body body, Nanos time) override {
    start(std::move(body));
    static_cast<void>(world_.run_until(world_.now() + time));
    world_.crash(no_fault, client_);
    static_cast<void>(world_.run_until(world_.now() + seconds(2000)));
  }

  std::function<void()> storage_call(Nanos) override {
    return [] {};
  }

 private:
  class Program final : public sim::Incarnation {
   public:
    Program(sim::NodeRun& run, SimContractWorld& owner) : group_(run.env()), owner_(owner) {
      owner_.group_ = &group_;
    }
    ~Program() override { owner_.group_ = nullptr; }

   private:
    env::TaskGroup group_;
    SimContractWorld& owner_;
  };

  void start(Body body) {
    body_ = std::move(body);
    world_.at(world_.now(), [this] { group_->spawn(body_(run_->env())); });
  }

  Task<void> watched(Env& env, Body body, bool* ended) {
    co_await body(env);
    *ended = true;
    world_.stop();
  }

  Body body_;
  sim::NodeRun* run_ = nullptr;
  env::TaskGroup* group_ = nullptr;
  sim::World world_;
  NodeId client_{};
  std::vector<std::unique_ptr<SimPeer>> peers_;  // nodes of world_ that outlive it: see ~World
};

std::vector<Supplier> sim_suppliers() {
  std::vector<Supplier> all;
  const auto add = [&all](std::string name, sim::StrategyKind strategy, std::int64_t drift_ppm) {
    for (const std::uint64_t seed : {1U, 2U}) {
      const sim::WorldOptions options{.seed = Seed{seed}, .strategy = strategy};
      all.push_back({name + "_" + std::to_string(seed), [options, drift_ppm] {
                       return std::make_unique<SimContractWorld>(options,
                                                                 sim::PartsPerMillion{drift_ppm});
                     }});
    }
  };
  add("fifo", sim::StrategyKind::fifo, 0);
  add("random", sim::StrategyKind::random, 0);
  add("pct", sim::StrategyKind::pct, 0);
  add("delay_bounded", sim::StrategyKind::delay_bounded, 0);
  add("slow_clock", sim::StrategyKind::random, -333'333);
  add("fast_clock", sim::StrategyKind::random, 200);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Env, EnvContract, testing::ValuesIn(sim_suppliers()), name_of_supplier);
INSTANTIATE_TEST_SUITE_P(Env, EnvContractDeathTest, testing::Values(sim_suppliers().front()),
                         name_of_supplier);

}  // namespace
}  // namespace lockstep::conformance
