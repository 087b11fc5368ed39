// OpenLocks: a lock backend by the addresses of its servers, with the clients that it needs: for
// programs that take their store from a configuration.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/lock/memory_lock.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::lock {

class OpenLocks {
 public:
  /// No URL: in memory, within this instance. One: that Redis. An odd number, three to fifteen:
  /// Redlock over them. URLs as redis::parse_url takes them. Connects when the first call needs it.
  /// `env` outlives the instance.
  /// Errors, definite: invalid_argument - a URL that is none, or a number that makes no quorum.
  [[nodiscard]] static Result<std::unique_ptr<OpenLocks>> open(
      env::Env& env, const std::vector<std::string>& urls);

  [[nodiscard]] DistributedLockBackend& backend() { return *backend_; }
  /// Calls under way end with `closed`, later ones too. To be awaited before the end.
  [[nodiscard]] Task<void> shutdown();

 private:
  OpenLocks() = default;
  MemoryLockStore memory_;
  std::deque<redis::Client> clients_;
  std::unique_ptr<DistributedLockBackend> backend_;
};

}  // namespace lockstep::lock
