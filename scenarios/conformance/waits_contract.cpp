// Sleeping and events.
#include <array>
#include <optional>
#include <vector>

#include "impl/env/event.hpp"
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::Event;
using env::TaskGroup;

TEST_P(EnvContract, sleep_is_never_early) {
  run([](Env& env) -> Task<void> {
    constexpr std::array<std::int64_t, 6> durations = {1, 999, 100'000, 1'000'003, 3'141'592, 1};
    for (const std::int64_t ns : durations) {
      const MonoTime before = env.clock.now();
      const Outcome slept = co_await env::sleep_for(env, Nanos(ns));
      EXPECT_EQ(slept.code, Errc::ok);
      EXPECT_GE(env.clock.now() - before, Nanos(ns));
    }
  });
}

Task<void> set(bool* flag) {
  *flag = true;
  co_return;
}

TEST_P(EnvContract, sleep_of_zero_or_less_yields_to_others) {
  run([](Env& env) -> Task<void> {
    for (const Nanos d : {Nanos(0), Nanos(-1), Nanos::min()}) {
      TaskGroup group(env);
      bool other_ran = false;
      group.spawn(set(&other_ran));
      EXPECT_FALSE(other_ran);
      for (int i = 0; i < 1000 && !other_ran; ++i) co_await env::sleep_for(env, d);
      EXPECT_TRUE(other_ran);
      co_await group.join();
    }
  });
}

TEST_P(EnvContract, sleep_until_the_past_ends) {
  run([](Env& env) -> Task<void> {
    const MonoTime past = env.clock.now() - seconds(1);
    const Outcome slept = co_await env::sleep_until(env.waits, past);
    EXPECT_EQ(slept.code, Errc::ok);
  });
}

struct Order {
  std::vector<int> ends;
  MonoTime last_begin = MonoTime::min();
};

Task<void> sleep_then_note(Env& env, MonoTime until, int name, Order* order) {
  order->last_begin = env.clock.now();
  const Outcome slept = co_await env::sleep_until(env.waits, until);
  EXPECT_EQ(slept.code, Errc::ok);
  EXPECT_GE(env.clock.now(), until);
  order->ends.push_back(name);
}

// Whether all five sleeps began before the first of them was due. The order is promised for those
// only: a thread that the system lets wait for long enough is late for a deadline, and then begins
// last.
Task<bool> sleep_in_order(Env& env) {
  TaskGroup group(env);
  Order order;
  const MonoTime first = env.clock.now() + moment;
  for (const int n : {4, 1, 3, 0, 2}) {
    group.spawn(sleep_then_note(env, first + n * moment, n, &order));
  }
  co_await group.join();
  if (order.last_begin >= first) co_return false;
  EXPECT_EQ(order.ends, (std::vector<int>{0, 1, 2, 3, 4}));
  co_return true;
}

TEST_P(EnvContract, sleeps_end_in_the_order_of_their_deadlines) {
  run([](Env& env) -> Task<void> {
    constexpr int attempts = 100;
    for (int n = 0; n < attempts; ++n) {
      const bool conclusive = co_await sleep_in_order(env);
      if (conclusive) co_return;
    }
    ADD_FAILURE() << "no sleep began in time in " << attempts << " attempts";
  });
}

TEST_P(EnvContract, equal_deadlines_are_all_met) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Order order;
    const MonoTime at = env.clock.now() + moment;
    for (int n = 0; n < 100; ++n) group.spawn(sleep_then_note(env, at, n, &order));
    co_await group.join();
    EXPECT_EQ(order.ends.size(), 100U);
  });
}

TEST_P(EnvContract, many_deadlines_in_any_order_are_met_and_never_early) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Order order;
    const MonoTime start = env.clock.now();
    for (std::uint64_t n = 0; n < 2000; ++n) {
      const Nanos d(between(mix64(n), 0, 20'000'000));
      group.spawn(sleep_then_note(env, start + d, 0, &order));
    }
    co_await group.join();
    EXPECT_EQ(order.ends.size(), 2000U);
  });
}

TEST_P(EnvContract, an_event_has_no_memory) {
  run([](Env& env) -> Task<void> {
    Event event(env.waits);
    EXPECT_FALSE(event.notify_one());
    event.notify_all();
    const Outcome waited = co_await event.wait(env.clock.now() + moment);
    EXPECT_EQ(waited.code, Errc::no_reply);
  });
}

struct Waiter {
  Event* event;
  Order* order;
};

Task<void> wait_then_note(Waiter waiter, int name, MonoTime deadline) {
  const Outcome waited = co_await waiter.event->wait(deadline);
  if (waited) waiter.order->ends.push_back(name);
}

/// Lets everything run that can, one after the other.
Task<void> settle(Env& env) { co_await env::sleep_for(env, milliseconds(1)); }

TEST_P(EnvContract, notify_one_wakes_the_one_that_has_waited_longest) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Event event(env.waits);
    Order order;
    for (int n = 0; n < 4; ++n) {
      group.spawn(wait_then_note({&event, &order}, n, never));
      co_await settle(env);
    }
    for (int n = 0; n < 4; ++n) {
      EXPECT_TRUE(event.notify_one());
      EXPECT_EQ(order.ends.size(), static_cast<std::size_t>(n));  // later, never inside the call
      co_await settle(env);
    }
    EXPECT_EQ(order.ends, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_FALSE(event.notify_one());
    co_await group.join();
  });
}

TEST_P(EnvContract, notify_all_wakes_all) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Event event(env.waits);
    Order order;
    for (int n = 0; n < 200; ++n) group.spawn(wait_then_note({&event, &order}, n, never));
    co_await settle(env);
    EXPECT_TRUE(event.has_waiters());
    event.notify_all();
    EXPECT_FALSE(event.has_waiters());
    co_await group.join();
    EXPECT_EQ(order.ends.size(), 200U);
  });
}

TEST_P(EnvContract, a_waiter_whose_deadline_passed_takes_no_notification) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Event event(env.waits);
    Order order;
    group.spawn(wait_then_note({&event, &order}, 0, env.clock.now() + moment));
    co_await settle(env);
    group.spawn(wait_then_note({&event, &order}, 1, never));
    co_await env::sleep_for(env, 2 * moment);
    EXPECT_TRUE(event.notify_one());
    co_await group.join();
    EXPECT_EQ(order.ends, std::vector<int>{1});
  });
}

Task<void> note_outcome(Event* event, std::optional<Errc>* ended) {
  const Outcome waited = co_await event->wait();
  *ended = waited.code;
}

TEST_P(EnvContract, a_destroyed_event_closes_its_waiters) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    std::optional<Event> event(std::in_place, env.waits);
    std::optional<Errc> ended;
    group.spawn(note_outcome(&*event, &ended));
    co_await settle(env);
    event.reset();
    co_await group.join();
    EXPECT_EQ(ended, Errc::closed);
  });
}

/// Suspends under the test's own hand.
Task<Outcome> held(Env& env, env::PendingOp** op) {
  return env::suspend_as(
      env.waits,
      [](env::PendingOp& suspended, env::Waits* waits, env::PendingOp** out) {
        *out = &suspended;
        waits->suspend(suspended, never, Errc::no_reply);
      },
      &env.waits, op);
}

Task<void> note_held(Env& env, env::PendingOp** op, std::optional<Outcome>* ended) {
  *ended = co_await held(env, op);
}

TEST_P(EnvContract, the_first_reason_to_wake_counts) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    env::PendingOp* op = nullptr;
    std::optional<Outcome> ended;
    group.spawn(note_held(env, &op, &ended));
    co_await settle(env);
    env.waits.wake(*op, {Errc::ok, 7});
    env.waits.wake(*op, {Errc::closed, 8});
    env.waits.cancel(*op);
    EXPECT_FALSE(ended);  // later, never inside the call
    co_await group.join();
    EXPECT_TRUE(ended && *ended);
    EXPECT_EQ(ended->n, 7U);
  });
}

TEST_P(EnvContract, a_cancelled_wait_cannot_be_woken) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    env::PendingOp* op = nullptr;
    std::optional<Outcome> ended;
    group.spawn(note_held(env, &op, &ended));
    co_await settle(env);
    env.waits.cancel(*op);
    env.waits.wake(*op, {Errc::ok, 7});
    co_await group.join();
    EXPECT_EQ(name_of(ended->code), "cancelled");
  });
}

}  // namespace
}  // namespace lockstep::conformance
