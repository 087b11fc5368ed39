// The lock's and the Redis client's world, simulated: one client node, two Redis servers with
// disks.
#pragma once

#include <deque>
#include <memory>

#include "scenarios/conformance/lock_contract.hpp"
#include "sim/disk/node_disk.hpp"
#include "sim/services/redis/server.hpp"
#include "sim/world.hpp"

namespace lockstep::conformance {

struct SimRedisOptions {
  std::size_t lock_servers = 1;
  sim::WorldOptions world{};
  sim::PartsPerMillion client_drift{};
  sim::PartsPerMillion server_drift{};
};

class SimRedisWorld final : public LockWorld {
 public:
  explicit SimRedisWorld(const SimRedisOptions& options);

  [[nodiscard]] std::vector<redis::Options> lock_servers() const override;
  [[nodiscard]] redis::Options store_server() const override { return reach("store"); }
  [[nodiscard]] bool run(std::function<Task<void>(Env&)> body) override;
  void run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) override;
  void kill_lock_server(std::size_t server) override {
    world_.crash(sim::World::no_fault, lock_nodes_.at(server));
  }
  void start_lock_server(std::size_t server) override {
    world_.restart(sim::World::no_fault, lock_nodes_.at(server));
  }
  [[nodiscard]] Task<void> stand_still(Env& env, Nanos time) override;
  [[nodiscard]] bool time_is_exact() const override { return exact_; }

 private:
  class Program;
  [[nodiscard]] redis::Options reach(std::string host) const;
  NodeId add_server(const std::string& host);
  void add_client(sim::PartsPerMillion drift);
  void start(std::function<Task<void>(Env&)> body);
  Task<void> watched(Env& env, std::function<Task<void>(Env&)> body, bool* ended);

  bool exact_;
  sim::PartsPerMillion server_drift_;
  std::deque<sim::redis::Group> groups_;        // they outlive the world
  std::deque<sim::redis::ServerState> states_;  // so do these
  std::function<Task<void>(Env&)> body_;
  env::TaskGroup* tasks_ = nullptr;  // of the client's present incarnation
  Env* env_ = nullptr;
  sim::World world_;
  std::vector<NodeId> lock_nodes_;
  NodeId client_{};
};

/// Every strategy, some seeds, clocks that drift; as many lock servers as the backend needs.
[[nodiscard]] std::vector<LockSupplier> sim_suppliers(BackendKind backend);

}  // namespace lockstep::conformance
