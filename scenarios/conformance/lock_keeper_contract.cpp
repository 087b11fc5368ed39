// L22, L23, L25 to L27: the lease keeper, pauses, clock jumps, crashes and a server that goes away.
#include "impl/env/task_group.hpp"
#include "impl/lock/acquire.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

constexpr Nanos keeper_timeout = milliseconds(300);

/// A ttl that a noisy machine keeps up with, renewed every third of it.
Nanos keeper_ttl(const Fleet& fleet) {
  return milliseconds(1000) + milliseconds(500) * fleet.timeouts_of_operation();
}

DistributedLockConfig keeper_config(const Fleet& fleet) {
  DistributedLockConfig config = DistributedLockConfig::for_ttl(keeper_ttl(fleet));
  config.retry_interval = milliseconds(50);
  config.retry_jitter = milliseconds(20);
  return config;
}

/// What a worker saw; it runs until it is told to stop, and then `drain` longer.
struct Shift {
  Env* env = nullptr;
  Nanos drain{};
  int begun = 0;
  int ended = 0;
  bool stop_in_time = true;   ///< told before the deadline
  bool checked_true = false;  ///< check() held at some time
  bool checked_late = false;  ///< check() held at or after the deadline
  FencingToken fence{};
};

Task<void> work(Shift* shift, LeaseGuard guard) {
  ++shift->begun;
  shift->fence = guard.fence();
  shift->checked_true = shift->checked_true || guard.check();
  const env::Outcome told = co_await guard.stop().wait();
  EXPECT_TRUE(told);
  const MonoTime now = shift->env->clock.now();
  shift->stop_in_time = now < guard.lease().deadline;
  co_await sleep(*shift->env, shift->drain);
  const bool late = shift->env->clock.now() >= guard.lease().deadline;
  shift->checked_late = shift->checked_late || (late && guard.check());
  ++shift->ended;
}

LeaseKeeper::Job job_of(Shift* shift, std::string owner) {
  LeaseKeeper::Job job;
  job.key = "k";
  job.owner = std::move(owner);
  job.worker = [shift](LeaseGuard guard) { return work(shift, std::move(guard)); };
  return job;
}

Task<void> keep(LeaseKeeper* keeper, LeaseKeeper::Job job) {
  const Result<void> ended = co_await keeper->run(std::move(job));
  EXPECT_TRUE(ended) << to_text(ended.error());
}

Task<void> until(Env& env, const std::function<bool()>& holds) {
  const MonoTime limit = env.clock.now() + seconds(60);
  while (!holds() && env.clock.now() < limit) {
    co_await sleep(env, milliseconds(5));
  }
  EXPECT_TRUE(holds()) << "it never came to pass";
}

TEST_P(LockContract, L22_a_holder_that_stood_still_past_its_ttl_is_told_before_it_acts) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    env::TaskGroup group(fleet.env());
    bool told = false;
    LeaseKeeper::Job job;
    job.key = "k";
    job.owner = "alice";
    job.worker = [&fleet, &told](LeaseGuard guard) {
      return [](Fleet* all, bool* seen, LeaseGuard held) -> Task<void> {
        EXPECT_TRUE(held.check());
        co_await all->world().stand_still(all->env(), keeper_ttl(*all) + milliseconds(100));
        *seen = !held.check();  // before the next guarded call
      }(&fleet, &told, std::move(guard));
    };
    co_await keep(&keeper, std::move(job));
    EXPECT_TRUE(told);
  });
}

TEST_P(LockContract, L23_a_jump_of_the_clients_wall_clock_changes_nothing) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    const std::vector<Nanos> jumps{seconds(86'400), seconds(-900'000)};
    for (const Nanos jump : jumps) {
      a.clock.jump(jump);
      const bool renewed = co_await renews(a.lock, lease);
      EXPECT_TRUE(renewed);
      const std::int64_t left = co_await ttl_left(a, "k");
      EXPECT_LE(left, long_ttl / milliseconds(1));
      EXPECT_GT(left, long_ttl / milliseconds(2));
      const std::optional<Lease> taken = co_await take(a.lock, "k", "bob");
      EXPECT_FALSE(taken);
    }
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
  });
}

TEST_P(LockContract, L25_after_a_holders_crash_a_waiter_holds_within_ttl_retry_and_bound) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Nanos ttl = milliseconds(400);
    co_await must_take_briefly(a.lock, "k", "alice", ttl);
    a.network.reset();
    a.network.lose_requests(true);  // it never says anything again
    const MonoTime crashed = fleet.env().clock.now();
    const RetryPolicy retry{milliseconds(50), milliseconds(20)};
    const LockName name{"k", "bob", long_ttl};
    const MonoTime deadline = crashed + seconds(60);
    const Result<AcquireOutcome> outcome =
        co_await acquire_within(b.env, b.lock, name, retry, deadline);
    EXPECT_TRUE(outcome && std::holds_alternative<Acquired>(*outcome));
    EXPECT_LE(fleet.env().clock.now() - crashed, ttl + retry.delay + retry.jitter + fleet.bound());
  });
}

TEST_P(LockContract, a_keeper_renews_for_as_long_as_its_worker_works) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    Process& b = fleet.add();
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    Shift shift{&fleet.env(), {}};
    env::TaskGroup group(fleet.env());
    group.spawn(keep(&keeper, job_of(&shift, "alice")));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    for (int i = 0; i < 15; ++i) {
      co_await sleep(fleet.env(), keeper_ttl(fleet) / 6);
      const std::optional<Lease> taken = co_await take(b.lock, "k", "bob");
      EXPECT_FALSE(taken);
    }
    EXPECT_EQ(shift.ended, 0);
    EXPECT_GE(keeper.metrics().refreshed, 3U);
    EXPECT_EQ(keeper.metrics().held, 1U);
    keeper.stop();
    co_await group.join();
    EXPECT_TRUE(shift.stop_in_time && shift.checked_true);
    EXPECT_EQ(keeper.metrics().released, 1U);
    EXPECT_EQ(keeper.metrics().held, 0U);
    const Lease next = co_await must_take(b.lock, "k", "bob");
    EXPECT_GT(next.fence, shift.fence);
  });
}

TEST_P(LockContract, L26_shutdown_renews_until_the_worker_has_drained) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    Process& b = fleet.add();
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    Shift shift{&fleet.env(), 2 * keeper_ttl(fleet)};
    env::TaskGroup group(fleet.env());
    group.spawn(keep(&keeper, job_of(&shift, "alice")));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    keeper.stop();
    while (shift.ended == 0) {
      const std::optional<Lease> taken = co_await take(b.lock, "k", "bob");
      EXPECT_FALSE(taken && shift.ended == 0) << "taken while the worker drained";
      if (taken) break;
      co_await sleep(fleet.env(), keeper_ttl(fleet) / 10);
    }
    co_await group.join();
    EXPECT_EQ(keeper.metrics().lost, 0U);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
  });
}

TEST_P(LockContract, L26_cancelling_the_keeper_acts_as_shutdown) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    Shift shift{&fleet.env(), milliseconds(50)};
    env::TaskGroup group(fleet.env());
    group.spawn(keep(&keeper, job_of(&shift, "alice")));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    group.stop();
    co_await group.join();
    EXPECT_EQ(shift.ended, 1);
    EXPECT_EQ(keeper.metrics().released, 1U);
    const bool locked = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(locked);
  });
}

struct Mishap {};

Task<void> fall_over(LeaseGuard guard) {
  EXPECT_TRUE(guard.check());
  throw Mishap{};
  co_return;
}

Task<void> come_to_an_end(LeaseGuard guard) {
  EXPECT_TRUE(guard.check());
  co_return;
}

TEST_P(LockContract, L26_a_dead_worker_ends_its_keeper_and_frees_the_lock) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    LeaseKeeper::Job job{"k", "alice", come_to_an_end, {}};
    co_await keep(&keeper, std::move(job));
    const bool after_end = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(after_end);
    bool thrown = false;
    try {
      LeaseKeeper::Job bad{"k", "alice", fall_over, {}};
      co_await keeper.run(std::move(bad));
    } catch (const Mishap&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    const bool after_throw = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(after_throw);
    EXPECT_EQ(keeper.metrics().released, 2U);
  });
}

TEST_P(ServedLockContract, L27_without_its_server_a_keeper_holds_nothing_past_the_deadline) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    Shift shift{&fleet.env(), keeper_ttl(fleet) / 20};
    env::TaskGroup group(fleet.env());
    int lost = 0;
    LeaseKeeper::Job job = job_of(&shift, "alice");
    job.on_lost = [&lost](const Lease& lease, LossReason reason) {
      EXPECT_EQ(lease.key, "k");
      EXPECT_EQ(reason, LossReason::deadline_reached);
      ++lost;
    };
    group.spawn(keep(&keeper, std::move(job)));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    const FencingToken first = shift.fence;
    fleet.world().kill_lock_servers();
    const std::function<bool()> ended = [&shift] { return shift.ended == 1; };
    co_await until(fleet.env(), ended);
    EXPECT_TRUE(shift.stop_in_time);
    EXPECT_FALSE(shift.checked_late);
    EXPECT_GE(keeper.metrics().renew_failed, 1U);
    fleet.world().start_lock_servers();
    const std::function<bool()> begun_again = [&shift] { return shift.begun == 2; };
    co_await until(fleet.env(), begun_again);
    EXPECT_GT(shift.fence, first);
    keeper.stop();
    co_await group.join();
    EXPECT_LE(lost, 1);
  });
}

TEST_P(ServedLockContract, a_lost_lease_stops_the_worker_and_the_keeper_tries_again) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    Process& b = fleet.add();
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    Shift shift{&fleet.env(), {}};
    env::TaskGroup group(fleet.env());
    std::optional<LossReason> lost;
    LeaseKeeper::Job job = job_of(&shift, "alice");
    job.on_lost = [&lost](const Lease&, LossReason reason) { lost = reason; };
    group.spawn(keep(&keeper, std::move(job)));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    const FencingToken first = shift.fence;
    co_await delete_lease(b, "k");
    const Lease bobs = co_await must_take_briefly(b.lock, "k", "bob", keeper_ttl(fleet) / 2);
    EXPECT_GT(bobs.fence, first);
    const std::function<bool()> begun_again = [&shift] { return shift.begun == 2; };
    co_await until(fleet.env(), begun_again);
    EXPECT_EQ(lost, LossReason::lost);
    EXPECT_EQ(shift.ended, 1);
    EXPECT_GT(shift.fence, bobs.fence);
    keeper.stop();
    co_await group.join();
    EXPECT_EQ(keeper.metrics().lost, 1U);
  });
}

TEST_P(ServedLockContract, a_worker_that_ignores_its_stop_is_cancelled_at_the_deadline) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    env::TaskGroup group(fleet.env());
    bool began = false;
    bool went_on = false;
    LeaseKeeper::Job job;
    job.key = "k";
    job.owner = "alice";
    job.worker = [&](LeaseGuard guard) {
      return [](Env* env, bool* first, bool* after, LeaseGuard /*held*/) -> Task<void> {
        *first = true;
        co_await env::sleep_for(*env, seconds(3600));
        co_await env::sleep_for(*env, seconds(1));
        *after = true;
      }(&fleet.env(), &began, &went_on, std::move(guard));
    };
    group.spawn(keep(&keeper, std::move(job)));
    const std::function<bool()> has_begun = [&began] { return began; };
    co_await until(fleet.env(), has_begun);
    a.network.lose_requests(true);
    const std::function<bool()> has_lost = [&keeper] { return keeper.metrics().lost == 1; };
    co_await until(fleet.env(), has_lost);
    keeper.stop();
    co_await group.join();
    EXPECT_FALSE(went_on);
  });
}

TEST_P(LockContract, keepers_of_a_fleet_take_turns) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(keeper_timeout);
    Process& b = fleet.add(keeper_timeout);
    LeaseKeeper first(a.env, a.lock, keeper_config(fleet));
    LeaseKeeper second(b.env, b.lock, keeper_config(fleet));
    Shift one{&fleet.env(), {}};
    Shift two{&fleet.env(), {}};
    env::TaskGroup group(fleet.env());
    group.spawn(keep(&first, job_of(&one, "same label")));
    const std::function<bool()> first_holds = [&one] { return one.begun == 1; };
    co_await until(fleet.env(), first_holds);
    group.spawn(keep(&second, job_of(&two, "same label")));
    const std::function<bool()> refused = [&second] { return second.metrics().contended > 1; };
    co_await until(fleet.env(), refused);
    EXPECT_EQ(two.begun, 0);
    first.stop();
    const std::function<bool()> second_holds = [&two] { return two.begun == 1; };
    co_await until(fleet.env(), second_holds);
    EXPECT_EQ(one.ended, 1);
    EXPECT_GT(two.fence, one.fence);
    second.stop();
    co_await group.join();
  });
}

TEST_P(ServedLockContract, a_keeper_refuses_a_configuration_that_cannot_work) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(seconds(10));
    LeaseKeeper keeper(a.env, a.lock, keeper_config(fleet));
    LeaseKeeper::Job job{"k", "alice", fall_over, {}};
    const Result<void> refused = co_await keeper.run(std::move(job));
    EXPECT_FALSE(refused);
    if (!refused) {
      EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    }
    EXPECT_EQ(a.network.connections(), 0U);
  });
}

TEST_P(LockContract, a_disabled_keeper_runs_its_worker_without_a_lease) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    LeaseKeeper keeper(a.env, a.lock, DistributedLockConfig::disabled());
    Shift shift{&fleet.env(), {}};
    env::TaskGroup group(fleet.env());
    group.spawn(keep(&keeper, job_of(&shift, "alice")));
    const std::function<bool()> begun = [&shift] { return shift.begun == 1; };
    co_await until(fleet.env(), begun);
    EXPECT_TRUE(shift.checked_true);
    keeper.stop();
    co_await group.join();
    EXPECT_EQ(shift.ended, 1);
    EXPECT_EQ(a.network.connections(), 0U);
  });
}

}  // namespace
}  // namespace lockstep::conformance
