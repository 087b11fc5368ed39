// TaskGroup: spawn, stop, join.
#include <stdexcept>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::TaskGroup;

/// How far a task came.
struct Steps {
  int begun = 0;
  int first_wait = 0;
  int second_wait = 0;
  Errc first_ended = Errc::ok;
};

Task<void> two_sleeps(Env& env, Nanos each, Steps* steps) {
  ++steps->begun;
  const Outcome first = co_await env::sleep_for(env, each);
  steps->first_ended = first.code;
  ++steps->first_wait;
  co_await env::sleep_for(env, each);
  ++steps->second_wait;
}

TEST_P(EnvContract, spawn_starts_from_the_loop_and_join_waits_for_all) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Steps steps;
    for (int i = 0; i < 50; ++i) group.spawn(two_sleeps(env, milliseconds(1), &steps));
    EXPECT_EQ(steps.begun, 0);
    EXPECT_EQ(group.running(), 50U);
    co_await group.join();
    EXPECT_EQ(steps.second_wait, 50);
    EXPECT_EQ(group.running(), 0U);
    co_await group.join();  // of nothing: returns
  });
}

TEST_P(EnvContract, stop_ends_the_present_wait_and_throws_at_the_next) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Steps steps;
    group.spawn(two_sleeps(env, seconds(1000), &steps));
    co_await env::sleep_for(env, moment);
    group.stop();
    EXPECT_EQ(steps.first_wait, 0);  // later, never inside the call
    group.stop();
    co_await group.join();
    EXPECT_EQ(steps.first_wait, 1);
    EXPECT_EQ(steps.first_ended, Errc::cancelled);
    EXPECT_EQ(steps.second_wait, 0);
  });
}

TEST_P(EnvContract, stop_before_the_first_run_still_stops) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Steps steps;
    group.spawn(two_sleeps(env, seconds(1000), &steps));
    group.stop();
    co_await group.join();
    EXPECT_EQ(steps.begun, 0);
  });
}

Task<void> sleep_once(Env& env, MonoTime until, int* ended) {
  co_await env::sleep_until(env.waits, until);
  ++*ended;
}

TEST_P(EnvContract, a_stop_may_meet_tasks_that_are_about_to_end) {
  run([](Env& env) -> Task<void> {
    for (int round = 0; round < 20; ++round) {
      TaskGroup group(env);
      int ended = 0;
      const MonoTime until = env.clock.now() + milliseconds(1);
      for (int i = 0; i < 50; ++i) group.spawn(sleep_once(env, until, &ended));
      co_await env::sleep_until(env.waits, until);
      group.stop();
      co_await group.join();
      EXPECT_EQ(ended, 50);  // cancelled or not, each was waiting and went on
    }
  });
}

TEST_P(EnvContract, a_stopped_group_takes_new_tasks) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Steps stopped;
    group.spawn(two_sleeps(env, seconds(1000), &stopped));
    co_await env::sleep_for(env, moment);
    group.stop();
    Steps steps;
    group.spawn(two_sleeps(env, milliseconds(1), &steps));
    co_await group.join();
    EXPECT_EQ(steps.second_wait, 1);
    EXPECT_EQ(steps.first_ended, Errc::ok);
  });
}

Task<void> spawn_into(TaskGroup* group, Env& env, Steps* steps) {
  co_await env::sleep_for(env, milliseconds(1));
  group->spawn(two_sleeps(env, milliseconds(1), steps));
}

TEST_P(EnvContract, join_waits_for_tasks_that_tasks_spawn) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Steps steps;
    group.spawn(spawn_into(&group, env, &steps));
    co_await group.join();
    EXPECT_EQ(steps.second_wait, 1);
  });
}

struct Nested {
  Steps inner;
  bool joined = false;
  bool ran_on = false;
};

/// Owns tasks of its own and must not end before them, whatever happens to it.
Task<void> owner(Env& env, Nested* nested) {
  TaskGroup inner(env);
  inner.spawn(two_sleeps(env, 2 * moment, &nested->inner));
  co_await inner.join();
  nested->joined = true;
  co_await env::sleep_for(env, milliseconds(1));
  nested->ran_on = true;
}

TEST_P(EnvContract, join_outlasts_the_cancellation_of_its_caller) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Nested nested;
    group.spawn(owner(env, &nested));
    co_await env::sleep_for(env, moment);
    group.stop();
    co_await group.join();
    EXPECT_EQ(nested.inner.second_wait, 1);  // the inner group was not stopped
    EXPECT_TRUE(nested.joined);
    EXPECT_FALSE(nested.ran_on);
  });
}

Task<void> recurse(Env& env, int depth, int* deepest) {
  co_await env::sleep_for(env, milliseconds(1));
  *deepest = depth;
  if (depth < 100) co_await recurse(env, depth + 1, deepest);
}

/// Waits, then leaves two tasks that would sleep for long to a group that it supervises.
Task<void> supervise_two(Env& env, Nanos first, Steps* steps, bool* ended) {
  co_await env::asio::this_coro::throw_if_cancelled(false);
  co_await env::sleep_for(env, first);
  TaskGroup inner(env);
  inner.spawn(two_sleeps(env, seconds(1000), steps));
  inner.spawn(two_sleeps(env, seconds(1000), steps));
  co_await inner.supervise();
  EXPECT_EQ(inner.running(), 0U);
  *ended = true;
}

/// Cancels it a moment later, when `begun` of its tasks run.
Task<void> cancel_supervisor(Env& env, Nanos first, int begun) {
  TaskGroup group(env);
  Steps steps;
  bool ended = false;
  group.spawn(supervise_two(env, first, &steps, &ended));
  co_await env::sleep_for(env, moment);
  EXPECT_EQ(steps.begun, begun);
  group.stop();
  co_await group.join();
  EXPECT_TRUE(ended);
  EXPECT_EQ(steps.first_wait, begun);
  EXPECT_EQ(steps.second_wait, 0);
}

TEST_P(EnvContract, supervise_passes_a_cancellation_on_to_the_tasks) {
  run([](Env& env) { return cancel_supervisor(env, Nanos(0), 2); });
}

TEST_P(EnvContract, supervise_passes_on_a_cancellation_that_came_before_the_tasks) {
  run([](Env& env) { return cancel_supervisor(env, seconds(1000), 0); });
}

TEST_P(EnvContract, a_stop_unwinds_nested_tasks) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    int deepest = 0;
    group.spawn(recurse(env, 0, &deepest));
    while (deepest < 10) co_await env::sleep_for(env, milliseconds(1));
    group.stop();
    co_await group.join();
    EXPECT_LT(deepest, 90);
  });
}

Task<void> throwing() {
  throw std::runtime_error("a programmer's error");
  co_return;
}

Task<void> join_one_that_throws(Env& env) {
  TaskGroup group(env);
  group.spawn(throwing());
  co_await group.join();
}

TEST_P(EnvContractDeathTest, an_exception_from_a_task_ends_the_process_as_an_internal_error) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run(join_one_that_throws), testing::ExitedWithCode(70), "a programmer's error");
}

}  // namespace
}  // namespace lockstep::conformance
