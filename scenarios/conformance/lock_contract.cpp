#include "scenarios/conformance/lock_contract.hpp"

#include <algorithm>
#include <functional>

namespace lockstep::conformance {

using namespace lock;  // NOLINT: the claims speak the lock's words

void LockWorld::kill_lock_servers() {
  for (std::size_t i = 0; i < lock_servers().size(); ++i) kill_lock_server(i);
}

void LockWorld::start_lock_servers() {
  for (std::size_t i = 0; i < lock_servers().size(); ++i) start_lock_server(i);
}

Process::Process(Env& base, const Reach& reach)
    : clock(base.clock),
      network(base),
      env{base.executor, base.waits, clock, base.random, network, base.storage, base.observer},
      backend_(make(reach)),
      lock(*backend_),
      store_client(env, reach.store_server),
      store(store_client, lock::Fencing::enforced),
      memory(reach.memory) {}

std::unique_ptr<DistributedLockBackend> Process::make(const Reach& reach) {
  std::vector<redis::Client*> all;
  for (const redis::Options& server : reach.lock_servers) {
    all.push_back(&clients.emplace_back(env, server));
  }
  switch (reach.backend) {
    case BackendKind::memory: return std::make_unique<MemoryLock>(env, *reach.memory);
    case BackendKind::redis: return std::make_unique<RedisLock>(env, *all.front());
    case BackendKind::redlock: return std::make_unique<Redlock>(env, all);
  }
  return nullptr;
}

Task<void> Process::shutdown() {
  for (redis::Client& client : clients) {
    co_await client.shutdown();
  }
  co_await backend_->shutdown();
  co_await store_client.shutdown();
  co_await network.shutdown();
}

Process& Fleet::add(std::optional<Nanos> command_timeout) {
  Reach reach{backend_, world_.lock_servers(), world_.store_server(), &memory_};
  for (redis::Options& server : reach.lock_servers) {
    server.command_timeout = command_timeout.value_or(server.command_timeout);
  }
  return processes_.emplace_back(env_, reach);
}

Task<void> Fleet::shutdown() {
  for (Process& process : processes_) {
    co_await process.shutdown();
  }
}

namespace {

Task<void> with_fleet(Env& env, LockWorld& world, BackendKind backend,
                      Task<void> (*claim)(Fleet&)) {
  Fleet fleet(env, world, backend);
  co_await claim(fleet);
  co_await fleet.shutdown();
}

template <class T>
bool answered(const Result<T>& result) {
  if (!result) {
    ADD_FAILURE() << to_text(result.error());
  }
  return result.has_value();
}

}  // namespace

void run_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&)) {
  const std::unique_ptr<LockWorld> world = supplier.make();
  LockWorld& all = *world;
  const BackendKind backend = supplier.backend;
  const bool ended =
      world->run([&all, backend, claim](Env& env) { return with_fleet(env, all, backend, claim); });
  EXPECT_TRUE(ended) << "did not end in time";
}

void crash_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&), Nanos time) {
  const std::unique_ptr<LockWorld> world = supplier.make();
  LockWorld& all = *world;
  const BackendKind backend = supplier.backend;
  world->run_and_crash(
      [&all, backend, claim](Env& env) { return with_fleet(env, all, backend, claim); }, time);
}

Task<std::optional<Lease>> take(DistributedLockBackend& lock, std::string key, std::string owner,
                                Nanos ttl) {
  AcquireRequest request = lock.draw(std::move(key), std::move(owner), ttl);
  const Result<AcquireOutcome> outcome = co_await lock.acquire(request);
  if (!answered(outcome)) co_return std::nullopt;
  const auto* acquired = std::get_if<Acquired>(&*outcome);
  if (acquired == nullptr) co_return std::nullopt;
  co_return acquired->lease;
}

Task<Lease> must_take(DistributedLockBackend& lock, std::string key, std::string owner, Nanos ttl) {
  const std::optional<Lease> lease = co_await take(lock, key, owner, ttl);
  EXPECT_TRUE(lease) << key << " is not free for " << owner;
  co_return lease.value_or(Lease{});
}

Task<Lease> must_take_briefly(DistributedLockBackend& lock, std::string key, std::string owner,
                              Nanos ttl) {
  Lease lease = co_await must_take(lock, std::move(key), std::move(owner));
  const Result<RenewOutcome> outcome = co_await lock.renew(lease, ttl);
  if (!outcome) {  // a slow machine: the answer came when the lease was over
    EXPECT_EQ(outcome.error().code, Errc::no_reply) << to_text(outcome.error());
    lease.deadline = MonoTime{};
    co_return lease;
  }
  const auto* renewed = std::get_if<Renewed>(&*outcome);
  EXPECT_NE(renewed, nullptr);
  if (renewed != nullptr) lease.deadline = renewed->deadline;
  co_return lease;
}

Task<bool> renews(DistributedLockBackend& lock, const Lease& lease, Nanos ttl) {
  const Result<RenewOutcome> outcome = co_await lock.renew(lease, ttl);
  co_return answered(outcome) && std::holds_alternative<Renewed>(*outcome);
}

Task<bool> releases(DistributedLockBackend& lock, const Lease& lease) {
  const Result<ReleaseOutcome> outcome = co_await lock.release(lease.key, lease.token);
  co_return answered(outcome) && std::holds_alternative<Released>(*outcome);
}

Task<bool> is_locked(DistributedLockBackend& lock, std::string key) {
  const Result<bool> locked = co_await lock.is_locked(key);
  co_return answered(locked) && *locked;
}

Task<std::optional<std::string>> owner_of(DistributedLockBackend& lock, std::string key) {
  const Result<std::optional<std::string>> owner = co_await lock.owner(key);
  if (!answered(owner)) co_return "error";
  co_return *owner;
}

Task<std::int64_t> ttl_left(Process& process, std::string key) {
  if (process.clients.empty()) {
    const auto left = process.memory->ttl_left(key, process.env.clock.now());
    co_return left ? *left / milliseconds(1) : -2;
  }
  std::vector<std::int64_t> all;
  for (redis::Client& client : process.clients) {
    std::vector<std::string> words{"PTTL", "lockstep:lease:{" + key + "}"};
    const Result<resp::Reply> reply = co_await client.command(std::move(words));
    const bool fits = answered(reply) && reply->is_integer();
    all.push_back(fits ? reply->integer() : -3);
  }
  std::ranges::sort(all, std::greater<>());
  co_return all[all.size() / 2];
}

Task<void> delete_lease(Process& process, std::string key) {
  for (redis::Client& client : process.clients) {
    std::vector<std::string> words{"DEL", "lockstep:lease:{" + key + "}"};
    const Result<resp::Reply> reply = co_await client.command(std::move(words));
    EXPECT_TRUE(reply);
  }
}

Task<bool> renews_in_time(DistributedLockBackend& lock, const Lease& lease, Nanos ttl) {
  const Result<RenewOutcome> outcome = co_await lock.renew(lease, ttl);
  if (!outcome) {
    EXPECT_EQ(outcome.error().code, Errc::no_reply) << to_text(outcome.error());
    co_return false;
  }
  co_return std::holds_alternative<Renewed>(*outcome);
}

Task<void> mend(Process& process) {
  process.network.lose_replies(false);
  process.network.reset();
  co_await sleep(process.env, milliseconds(5));  // until the clients have seen it
}

Task<void> sleep(Env& env, Nanos time) { co_await env::sleep_for(env, time); }

}  // namespace lockstep::conformance
