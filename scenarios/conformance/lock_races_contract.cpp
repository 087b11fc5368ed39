// L24, L28: races around an expiry.
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

}  // namespace
}  // namespace lockstep::conformance
