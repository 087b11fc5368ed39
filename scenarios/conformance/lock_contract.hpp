// The contract of a distributed lock, written once for every world: the claims L1 to L28 of the
// lock's specification as TEST_Ps of LockContract, by topic in lock_*_contract.cpp. A world
// instantiates all of them: live_lock_test.cpp, sim_lock_test.cpp.
//
// Not here: L16 and whatever else needs more than one server.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "impl/env/env.hpp"
#include "impl/lock/fenced_store.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/redis/client.hpp"
#include "scenarios/conformance/flaky_network.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Task;
using lock::DistributedLockBackend;
using lock::Lease;

/// A node that runs the claims, a Redis for the locks (AOF always) and one for the guarded store.
class LockWorld {
 public:
  virtual ~LockWorld() = default;

  /// How to reach them; timeouts as the world's speed allows.
  [[nodiscard]] virtual redis::Options lock_server() const = 0;
  [[nodiscard]] virtual redis::Options store_server() const = 0;
  /// Runs `body` to its end; false if it does not end within two minutes of the node's time.
  [[nodiscard]] virtual bool run(std::function<Task<void>(Env&)> body) = 0;
  /// Starts `body`, lets the node run for `time`, then ends it as a crash does. Last of all calls.
  virtual void run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) = 0;

  // ---- from inside a body
  virtual void kill_lock_server() = 0;
  /// With what its disk holds; returns when it answers or is about to.
  virtual void start_lock_server() = 0;
  /// The node stands still while time goes on.
  [[nodiscard]] virtual Task<void> stand_still(Env& env, Nanos time) = 0;
  /// Nothing but waiting takes time: durations may be compared exactly.
  [[nodiscard]] virtual bool time_is_exact() const = 0;
};

struct LockSupplier {
  std::string name;
  std::function<std::unique_ptr<LockWorld>()> make;
};

/// A wall clock that can be set; monotonic time passes through.
class WallJumper final : public env::Clock {
 public:
  explicit WallJumper(env::Clock& inner) : inner_(inner) {}
  [[nodiscard]] MonoTime now() const override { return inner_.now(); }
  [[nodiscard]] WallTime wall() const override { return inner_.wall() + offset_; }
  void jump(Nanos by) { offset_ += by; }

 private:
  env::Clock& inner_;
  Nanos offset_{};
};

/// One process of the fleet: a connection, an identity and a network of its own.
struct Process {
  Process(Env& base, const redis::Options& lock_server, const redis::Options& store_server)
      : clock(base.clock),
        network(base),
        env{base.executor, base.waits, clock, base.random, network, base.storage, base.observer},
        client(env, lock_server),
        backend(env, client),
        lock(backend),
        store_client(env, store_server),
        store(store_client, lock::Fencing::enforced) {}
  [[nodiscard]] Task<void> shutdown();

  WallJumper clock;
  FlakyNetwork network;
  Env env;
  redis::Client client;
  lock::RedisLock backend;
  DistributedLockBackend& lock;
  redis::Client store_client;
  lock::RedisFencedStore store;
};

/// What a claim works with. Processes live until the claim has ended, however it ended.
class Fleet {
 public:
  Fleet(Env& env, LockWorld& world) : env_(env), world_(world) {}
  [[nodiscard]] Process& add(std::optional<Nanos> command_timeout = std::nullopt);
  [[nodiscard]] Env& env() { return env_; }
  [[nodiscard]] LockWorld& world() { return world_; }
  [[nodiscard]] Task<void> shutdown();
  /// Two command deadlines, a connect, and a second: how long "at once" may take after a fault.
  [[nodiscard]] Nanos bound() const {
    const redis::Options options = world_.lock_server();
    return 2 * options.command_timeout + options.connect_timeout + seconds(1);
  }

 private:
  Env& env_;
  LockWorld& world_;
  std::deque<Process> processes_;
};

/// Makes a world and runs a claim in it to its end.
void run_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&));
/// As run_claim(), but the node crashes after `time`, in the middle of everything.
void crash_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&), Nanos time);

class LockContract : public testing::TestWithParam<LockSupplier> {
 protected:
  /// A claim as a captureless coroutine lambda.
  void run(Task<void> (*claim)(Fleet&)) { run_claim(GetParam(), claim); }
};

[[nodiscard]] inline std::string name_of_lock_supplier(
    const testing::TestParamInfo<LockSupplier>& info) {
  return info.param.name;
}

// ---- for the claims -----------------------------------------------------------------------------

/// For leases that must outlast a claim, and for leases that a claim outlasts.
inline constexpr Nanos long_ttl = seconds(60);
inline constexpr Nanos brief_ttl = milliseconds(60);

/// One attempt with a new token. nullopt: contended. Errors fail the test.
[[nodiscard]] Task<std::optional<Lease>> take(DistributedLockBackend& lock, std::string key,
                                              std::string owner, Nanos ttl = long_ttl);
/// As take(), and fails the test when contended.
[[nodiscard]] Task<Lease> must_take(DistributedLockBackend& lock, std::string key,
                                    std::string owner, Nanos ttl = long_ttl);
/// A lease that ends after brief_ttl, or `ttl`: taken for long, then shortened, so that a slow
/// machine does not fail to take it.
[[nodiscard]] Task<Lease> must_take_briefly(DistributedLockBackend& lock, std::string key,
                                            std::string owner, Nanos ttl = brief_ttl);
/// true: Renewed, false: Lost. Errors fail the test.
[[nodiscard]] Task<bool> renews(DistributedLockBackend& lock, const Lease& lease,
                                Nanos ttl = long_ttl);
/// true: Released, false: NotOwned. Errors fail the test.
[[nodiscard]] Task<bool> releases(DistributedLockBackend& lock, const Lease& lease);
[[nodiscard]] Task<bool> is_locked(DistributedLockBackend& lock, std::string key);
[[nodiscard]] Task<std::optional<std::string>> owner_of(DistributedLockBackend& lock,
                                                        std::string key);
/// The server's PTTL of the lease key, in ms.
[[nodiscard]] Task<std::int64_t> ttl_left(Process& process, std::string key);
[[nodiscard]] Task<void> sleep(Env& env, Nanos time);

}  // namespace lockstep::conformance
