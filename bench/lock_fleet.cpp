#include "bench/lock_fleet.hpp"

#include "bench/servers.hpp"

namespace lockstep::bench {

LockFleet::LockFleet(env::Env& env, const FleetShape& shape) {
  if (shape.backend == Backend::memory) {
    locks_.push_back(std::make_unique<lock::MemoryLock>(env, store_));
    return;
  }
  const bool is_redlock = shape.backend == Backend::redlock;
  const lock::RedisLockOptions options{.prefix = key_prefix()};
  std::vector<redis::Client*> servers;
  for (std::size_t i = 0; i < shape.connections; ++i) {
    redis::Client& client = clients_.emplace_back(env, server(is_redlock ? i : 0));
    servers.push_back(&client);
    if (!is_redlock) locks_.push_back(std::make_unique<lock::RedisLock>(env, client, options));
  }
  if (is_redlock) locks_.push_back(std::make_unique<lock::Redlock>(env, servers, options));
}

env::Task<void> LockFleet::shutdown() {
  for (redis::Client& client : clients_) {
    co_await client.shutdown();
  }
  for (const auto& one : locks_) {
    co_await one->shutdown();
  }
}

}  // namespace lockstep::bench
