// The contract of a distributed lock, written once for every world and every backend: the claims L1
// to L28 of the lock's specification as TEST_Ps, by topic in lock_*_contract.cpp. A world
// instantiates the suites of the backends it has: live_lock_test.cpp, sim_lock_test.cpp.
//
//   LockContract        memory, redis, redlock. L1-L15, L17-L20, L22-L26, L28
//   ServedLockContract  redis, redlock: servers restart, replies get lost. L17, L18, L21, L27
//   RedisLockContract   redis: what lies on its server; a lost grant that comes back (L21)
//   RedlockContract     redlock: servers go down (L16); a lost grant that was given back (L21)
//
// Not asked of memory: what needs a server. L18 there holds within the life of the process.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/fenced_store.hpp"
#include "impl/lock/memory_lock.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock.hpp"
#include "impl/redis/client.hpp"
#include "scenarios/conformance/flaky_network.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Task;
using lock::DistributedLockBackend;
using lock::Lease;
using lock::MemoryLockStore;

enum class BackendKind : std::uint8_t { memory, redis, redlock };

/// How many lock servers a world has for it.
[[nodiscard]] constexpr std::size_t servers_of(BackendKind backend) {
  switch (backend) {
    case BackendKind::memory: return 0;
    case BackendKind::redis: return 1;
    case BackendKind::redlock: return 5;
  }
  return 0;
}

/// A node that runs the claims, Redis servers for the locks (AOF always) and one for the guarded
/// store.
class LockWorld {
 public:
  virtual ~LockWorld() = default;

  /// How to reach them; timeouts as the world's speed allows.
  [[nodiscard]] virtual std::vector<redis::Options> lock_servers() const = 0;
  [[nodiscard]] virtual redis::Options store_server() const = 0;
  /// Runs `body` to its end; false if it does not end within two minutes of the node's time.
  [[nodiscard]] virtual bool run(std::function<Task<void>(Env&)> body) = 0;
  /// Starts `body`, lets the node run for `time`, then ends it as a crash does. Last of all calls.
  virtual void run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) = 0;

  // ---- from inside a body
  virtual void kill_lock_server(std::size_t server) = 0;
  /// With what its disk holds; returns when it answers or is about to.
  virtual void start_lock_server(std::size_t server) = 0;
  void kill_lock_servers();
  void start_lock_servers();
  /// The node stands still while time goes on.
  [[nodiscard]] virtual Task<void> stand_still(Env& env, Nanos time) = 0;
  /// Nothing but waiting takes time: durations may be compared exactly.
  [[nodiscard]] virtual bool time_is_exact() const = 0;
};

struct LockSupplier {
  std::string name;
  BackendKind backend = BackendKind::redis;
  std::function<std::unique_ptr<LockWorld>()> make;
  /// For GoogleTest, which would print bytes.
  friend void PrintTo(const LockSupplier& supplier, std::ostream* out) { *out << supplier.name; }
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

/// What a process of the fleet connects to.
struct Reach {
  BackendKind backend = BackendKind::redis;
  std::vector<redis::Options> lock_servers;  ///< none for memory
  redis::Options store_server;
  MemoryLockStore* memory = nullptr;
};

/// One process of the fleet: connections, an identity and a network of its own.
class Process {
 public:
  Process(Env& base, const Reach& reach);
  [[nodiscard]] Task<void> shutdown();

  WallJumper clock;
  FlakyNetwork network;
  Env env;
  std::deque<redis::Client> clients;  ///< one for each lock server

 private:
  [[nodiscard]] std::unique_ptr<DistributedLockBackend> make(const Reach& reach);
  std::unique_ptr<DistributedLockBackend> backend_;

 public:
  DistributedLockBackend& lock;
  redis::Client store_client;
  lock::RedisFencedStore store;
  MemoryLockStore* memory;

  /// Of the first lock server.
  [[nodiscard]] redis::Client& client() { return clients.front(); }
};

/// What a claim works with. Processes live until the claim has ended, however it ended.
class Fleet {
 public:
  Fleet(Env& env, LockWorld& world, BackendKind backend)
      : env_(env), world_(world), backend_(backend) {}
  [[nodiscard]] Process& add(std::optional<Nanos> command_timeout = std::nullopt);
  [[nodiscard]] Env& env() { return env_; }
  [[nodiscard]] LockWorld& world() { return world_; }
  [[nodiscard]] Task<void> shutdown();
  /// Two command deadlines, a connect, and a second: how long "at once" may take after a fault.
  [[nodiscard]] Nanos bound() const {
    const redis::Options options = world_.store_server();
    return 2 * options.command_timeout + options.connect_timeout + seconds(1);
  }
  /// Command timeouts that one operation of the backend may take.
  [[nodiscard]] int timeouts_of_operation() const {
    return backend_ == BackendKind::redlock ? 4 : 1;
  }

 private:
  Env& env_;
  LockWorld& world_;
  BackendKind backend_;
  MemoryLockStore memory_;
  std::deque<Process> processes_;
};

/// Makes a world and runs a claim in it to its end.
void run_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&));
/// As run_claim(), but the node crashes after `time`, in the middle of everything.
void crash_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&), Nanos time);

/// A claim is a captureless coroutine lambda.
class LockContract : public testing::TestWithParam<LockSupplier> {
 protected:
  void run(Task<void> (*claim)(Fleet&)) { run_claim(GetParam(), claim); }
};
class ServedLockContract : public LockContract {};
class RedisLockContract : public LockContract {};
class RedlockContract : public LockContract {};

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
/// Of the lease of `key`, in ms, as its store counts: what a quorum of the servers has at least.
/// Negative: there is none.
[[nodiscard]] Task<std::int64_t> ttl_left(Process& process, std::string key);
/// As an operator would: the lease key is deleted on every lock server.
[[nodiscard]] Task<void> delete_lease(Process& process, std::string key);
/// As renews(), but where the answer may come after the local deadline: that is false too.
[[nodiscard]] Task<bool> renews_in_time(DistributedLockBackend& lock, const Lease& lease,
                                        Nanos ttl = long_ttl);
[[nodiscard]] Task<void> sleep(Env& env, Nanos time);
template <class T>
void expect_indefinite(const Result<T>& result) {
  EXPECT_FALSE(result);
  if (!result) {
    EXPECT_TRUE(result.error().indefinite()) << to_text(result.error());
  }
}
/// From here on requests arrive and their replies do not; the connections are of no more use.
inline void lose(Process& process) { process.network.lose_replies(true); }
/// The next request goes out on a new connection.
[[nodiscard]] Task<void> mend(Process& process);
/// Patience of a process whose replies get lost; the servers are near.
inline constexpr Nanos short_patience = milliseconds(150);

}  // namespace lockstep::conformance
