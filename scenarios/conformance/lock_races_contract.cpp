// L24, L28: races around an expiry; answers that come too late.
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

Task<void> renew_into(DistributedLockBackend* lock, const Lease* lease, bool* renewed) {
  *renewed = co_await renews_in_time(*lock, *lease);
}

TEST_P(LockContract, L24_a_renewal_that_races_a_takeover_never_extends_the_new_holder) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    int takeovers = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string key = "k" + std::to_string(i);
      const Lease old = co_await must_take_briefly(a.lock, key, "alice", milliseconds(10));
      co_await sleep(fleet.env(), milliseconds(8) + microseconds(100) * i);
      env::TaskGroup group(fleet.env());
      bool renewed = false;
      group.spawn(renew_into(&a.lock, &old, &renewed));
      const std::optional<Lease> taken = co_await take(b.lock, key, "bob");
      co_await group.join();
      takeovers += taken ? 1 : 0;
      EXPECT_FALSE(renewed && taken) << "both hold " << key;
      if (!taken) continue;
      const bool late = co_await renews_in_time(a.lock, old, seconds(1000));
      EXPECT_FALSE(late);
      const std::int64_t left = co_await ttl_left(b, key);
      EXPECT_LE(left, long_ttl / milliseconds(1));
    }
    EXPECT_GT(takeovers, 0);
  });
}

TEST_P(LockContract, L28_around_its_expiry_a_lock_is_either_held_or_acquirable) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    for (int i = 0; i < 60; ++i) {
      const std::string key = "k" + std::to_string(i);
      const Lease old = co_await must_take_briefly(a.lock, key, "alice", milliseconds(10));
      co_await sleep(fleet.env(), milliseconds(8) + microseconds(100) * i);
      const bool locked = co_await is_locked(b.lock, key);
      const std::optional<Lease> taken = co_await take(b.lock, key, "bob");
      EXPECT_TRUE(locked || taken) << "neither held nor acquirable: " << key;
      const bool renewed = co_await renews_in_time(a.lock, old, milliseconds(10));
      EXPECT_FALSE(taken && renewed) << "acquirable while held: " << key;
    }
  });
}

Task<void> acquire_into(DistributedLockBackend* lock, AcquireRequest* request,
                        std::optional<Result<AcquireOutcome>>* outcome) {
  *outcome = co_await lock->acquire(*request);
}

/// The command waits for its connection, so that its lease outlasts a ttl that began at the call.
TEST_P(RedisLockContract, a_grant_is_not_told_later_after_the_call_than_its_ttl) {
  run([](Fleet& fleet) -> Task<void> {
    constexpr Nanos ttl = milliseconds(400);
    Process& a = fleet.add(seconds(10));
    AcquireRequest request = a.lock.draw("k", "alice", ttl);
    std::optional<Result<AcquireOutcome>> outcome;
    a.network.hold_connects(true);
    const MonoTime called = fleet.env().clock.now();
    env::TaskGroup group(fleet.env());
    group.spawn(acquire_into(&a.lock, &request, &outcome));
    co_await sleep(fleet.env(), ttl / 2);
    a.network.hold_connects(false);
    while (a.network.writes() == 0) co_await sleep(fleet.env(), microseconds(5));
    a.network.hold_replies(true);
    co_await env::sleep_until(fleet.env().waits, called + ttl);
    const bool was_in_time = outcome.has_value();
    a.network.hold_replies(false);
    co_await group.join();
    if (was_in_time) {  // the answer was quicker than this test
      EXPECT_FALSE(fleet.world().time_is_exact());
      co_return;
    }
    expect_indefinite(*outcome);
    const Result<AcquireOutcome> again = co_await a.lock.acquire(request);
    EXPECT_TRUE(again && std::holds_alternative<Acquired>(*again)) << "it comes back";
  });
}

}  // namespace
}  // namespace lockstep::conformance
