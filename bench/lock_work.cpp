#include "bench/lock_work.hpp"

#include "impl/env/event.hpp"
#include "impl/env/task_group.hpp"
#include "impl/lock/acquire.hpp"

namespace lockstep::bench {
namespace {

using env::Env;
using env::Task;
using lock::DistributedLockBackend;

constexpr Nanos long_ttl = seconds(30);

std::string key_of(std::size_t worker) { return "key" + std::to_string(worker); }

/// The lease of an attempt that must succeed, with a greater fencing token than `before`.
const lock::Lease& lease_of(const Result<lock::AcquireOutcome>& outcome, FencingToken before) {
  if (!outcome) give_up("acquire: " + outcome.error().detail);
  const auto* acquired = std::get_if<lock::Acquired>(&*outcome);
  if (acquired == nullptr) give_up("a key that nobody else uses was contended");
  if (acquired->lease.fence.value <= before.value) give_up("a fencing token did not grow");
  return acquired->lease;
}

void expect_released(const Result<lock::ReleaseOutcome>& outcome) {
  if (!outcome) give_up("release: " + outcome.error().detail);
  if (!std::holds_alternative<lock::Released>(*outcome)) give_up("a held lease was not released");
}

Task<void> expect_free(DistributedLockBackend* lock, std::string key) {
  const auto held = co_await lock->is_locked(key);
  if (!held || *held) give_up("a lock that was released is still held");
}

Task<void> pair_up(DistributedLockBackend* lock, std::string key, std::uint64_t rounds,
                   Latencies* ns) {
  FencingToken before{};
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto began = Clock::now();
    lock::AcquireRequest request = lock->draw(key, "owner", long_ttl);
    const auto acquired = co_await lock->acquire(request);
    before = lease_of(acquired, before).fence;
    const auto released = co_await lock->release(key, request.token);
    expect_released(released);
    ns->push_back(ns_since(began));
  }
  co_await expect_free(lock, key);
}

Task<void> keep_renewing(DistributedLockBackend* lock, std::string key, std::uint64_t rounds,
                         Latencies* ns) {
  lock::AcquireRequest request = lock->draw(key, "owner", long_ttl);
  const auto acquired = co_await lock->acquire(request);
  const lock::Lease lease = lease_of(acquired, FencingToken{});
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto began = Clock::now();
    const auto renewed = co_await lock->renew(lease, long_ttl);
    if (!renewed || !std::holds_alternative<lock::Renewed>(*renewed)) give_up("not renewed");
    ns->push_back(ns_since(began));
  }
  const auto released = co_await lock->release(key, request.token);
  expect_released(released);
}

struct Arena {
  std::string key = "contested";
  bool inside = false;
  FencingToken last{};
  Contest result;
};

Task<void> leave(Env* env, DistributedLockBackend* lock, Arena* arena, lock::LeaseToken token) {
  co_await env::sleep_for(*env, Nanos(0));
  arena->inside = false;
  const auto released = co_await lock->release(arena->key, token);
  expect_released(released);
}

Task<void> compete(Env* env, DistributedLockBackend* lock, std::string owner, std::uint64_t rounds,
                   Arena* arena, Latencies* ns) {
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto began = Clock::now();
    lock::AcquireRequest request = lock->draw(arena->key, owner, long_ttl);
    const auto outcome = co_await lock->acquire(request);
    if (!outcome) give_up("acquire: " + outcome.error().detail);
    ns->push_back(ns_since(began));
    const auto* acquired = std::get_if<lock::Acquired>(&*outcome);
    if (acquired == nullptr) {
      ++arena->result.refused;
      continue;
    }
    if (arena->inside) give_up("two holders of one lock at once");
    if (acquired->lease.fence.value <= arena->last.value) give_up("a fencing token did not grow");
    arena->last = acquired->lease.fence;
    arena->inside = true;
    ++arena->result.granted;
    co_await leave(env, lock, arena, request.token);
  }
}

Task<Nanos> taken_over_at(Env* env, DistributedLockBackend* lock, Handover how) {
  const lock::LockName name{"handed", "waiter", seconds(10)};
  const lock::RetryPolicy retry{.delay = how.retry, .jitter = Nanos(0)};
  const MonoTime until = env->clock.now() + seconds(20);
  const auto outcome = co_await lock::acquire_within(*env, *lock, name, retry, until);
  const MonoTime at = env->clock.now();
  const lock::Lease lease = lease_of(outcome, FencingToken{});
  const auto released = co_await lock->release(lease.key, lease.token);
  expect_released(released);
  co_return at.time_since_epoch();
}

Task<void> wait_for_it(Env* env, DistributedLockBackend* lock, Handover how, Nanos* at,
                       env::Event* done) {
  const Nanos taken = co_await taken_over_at(env, lock, how);
  *at = taken;
  done->notify_all();
}

Task<void> hand_over(Env* env, const LockWork* work, Handover how, Latencies* ns) {
  DistributedLockBackend& holder = work->lock_of(0);
  DistributedLockBackend& waiter = work->lock_of(1);
  lock::AcquireRequest request = holder.draw("handed", "holder", how.ttl);
  const auto acquired = co_await holder.acquire(request);
  const lock::Lease lease = lease_of(acquired, FencingToken{});
  env::TaskGroup group(*env);
  env::Event done(env->waits);
  Nanos taken{};
  group.spawn(wait_for_it(env, &waiter, how, &taken, &done));
  // The waiter's attempts and the release must not keep step.
  co_await env::sleep_for(*env, how.retry * 2 + microseconds(env->random.next() % 10'000));
  Nanos from = lease.deadline.time_since_epoch();
  if (how.by_release) {
    from = env->clock.now().time_since_epoch();
    const auto released = co_await holder.release(lease.key, lease.token);
    expect_released(released);
  }
  while (taken.count() == 0) {
    co_await done.wait();
  }
  co_await group.join();
  if (taken < from) give_up("taken over before it was given up");
  ns->push_back((taken - from).count());
}

}  // namespace

Task<void> pairs(Env& env, const LockWork& work, Latencies& ns) {
  env::TaskGroup group(env);
  for (std::size_t i = 0; i < work.workers; ++i) {
    group.spawn(pair_up(&work.lock_of(i), key_of(i), work.rounds_each, &ns));
  }
  co_await group.join();
}

Task<void> renewals(Env& env, const LockWork& work, Latencies& ns) {
  env::TaskGroup group(env);
  for (std::size_t i = 0; i < work.workers; ++i) {
    group.spawn(keep_renewing(&work.lock_of(i), key_of(i), work.rounds_each, &ns));
  }
  co_await group.join();
}

Task<Contest> contest(Env& env, const LockWork& work, Latencies& ns) {
  Arena arena;
  env::TaskGroup group(env);
  for (std::size_t i = 0; i < work.workers; ++i) {
    const std::string owner = "owner" + std::to_string(i);
    group.spawn(compete(&env, &work.lock_of(i), owner, work.rounds_each, &arena, &ns));
  }
  co_await group.join();
  if (arena.result.granted == 0) give_up("nobody was granted the contested lock");
  co_return arena.result;
}

Task<void> handovers(Env& env, const LockWork& work, Handover how, Latencies& ns) {
  for (std::uint64_t i = 0; i < work.rounds_each; ++i) {
    co_await hand_over(&env, &work, how, &ns);
  }
}

}  // namespace lockstep::bench
