// Lock backends on a live node, as an application opens them: memory, one Redis over several
// connections, Redlock over several servers.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "impl/lock/memory_lock.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock.hpp"

namespace lockstep::bench {

enum class Backend : std::uint8_t { memory, redis, redlock };

struct FleetShape {
  Backend backend = Backend::redis;
  std::size_t connections = 1;  ///< of redis: to one server; of redlock: servers
};

/// Instances are identities of their own: one per connection, and of memory and Redlock one.
class LockFleet {
 public:
  LockFleet(env::Env& env, const FleetShape& shape);
  LockFleet(const LockFleet&) = delete;
  LockFleet& operator=(const LockFleet&) = delete;
  /// To be awaited before it goes.
  [[nodiscard]] env::Task<void> shutdown();

  /// Worker `index` uses this one.
  [[nodiscard]] lock::DistributedLockBackend& lock(std::size_t index) {
    return *locks_[index % locks_.size()];
  }
  [[nodiscard]] std::size_t size() const { return locks_.size(); }

 private:
  lock::MemoryLockStore store_;
  std::deque<redis::Client> clients_;
  std::vector<std::unique_ptr<lock::DistributedLockBackend>> locks_;
};

}  // namespace lockstep::bench
