// The lock's and the Redis client's world with real redis-servers, sockets and clocks.
#pragma once

#include <memory>

#include "impl/live/node.hpp"
#include "rig/redis_process.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {

class LiveRedisWorld final : public LockWorld {
 public:
  /// Starts the servers; throws std::runtime_error where that fails.
  explicit LiveRedisWorld(std::size_t lock_servers);

  [[nodiscard]] std::vector<redis::Options> lock_servers() const override;
  [[nodiscard]] redis::Options store_server() const override;
  [[nodiscard]] bool run(std::function<Task<void>(Env&)> body) override;
  void run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) override;
  void kill_lock_server(std::size_t server) override { locks_.at(server)->kill_now(); }
  void start_lock_server(std::size_t server) override;
  [[nodiscard]] Task<void> stand_still(Env& env, Nanos time) override;
  [[nodiscard]] bool time_is_exact() const override { return false; }

 private:
  std::vector<std::unique_ptr<rig::RedisProcess>> locks_;
  std::unique_ptr<rig::RedisProcess> store_;
  live::Loop loop_;
  live::Node node_{loop_};
};

[[nodiscard]] LockSupplier live_supplier(BackendKind backend);

}  // namespace lockstep::conformance
