#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {

using namespace lock;  // NOLINT: the claims speak the lock's words

Task<void> Process::shutdown() {
  co_await client.shutdown();
  co_await store_client.shutdown();
  co_await network.shutdown();
}

Process& Fleet::add(std::optional<Nanos> command_timeout) {
  redis::Options server = world_.lock_server();
  server.command_timeout = command_timeout.value_or(server.command_timeout);
  return processes_.emplace_back(env_, server, world_.store_server());
}

Task<void> Fleet::shutdown() {
  for (Process& process : processes_) {
    co_await process.shutdown();
  }
}

namespace {

Task<void> with_fleet(Env& env, LockWorld& world, Task<void> (*claim)(Fleet&)) {
  Fleet fleet(env, world);
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
  const bool ended = world->run([&all, claim](Env& env) { return with_fleet(env, all, claim); });
  EXPECT_TRUE(ended) << "did not end in time";
}

void crash_claim(const LockSupplier& supplier, Task<void> (*claim)(Fleet&), Nanos time) {
  const std::unique_ptr<LockWorld> world = supplier.make();
  LockWorld& all = *world;
  world->run_and_crash([&all, claim](Env& env) { return with_fleet(env, all, claim); }, time);
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
  const auto* renewed = outcome ? std::get_if<Renewed>(&*outcome) : nullptr;
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
  std::vector<std::string> words{"PTTL", "lockstep:lease:{" + key + "}"};
  const Result<resp::Reply> reply = co_await process.client.command(std::move(words));
  if (!answered(reply) || !reply->is_integer()) co_return -3;
  co_return reply->integer();
}

Task<void> sleep(Env& env, Nanos time) { co_await env::sleep_for(env, time); }

}  // namespace lockstep::conformance
