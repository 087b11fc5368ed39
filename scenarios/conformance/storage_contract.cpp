// Offloaded storage calls.
#include <atomic>
#include <memory>
#include <vector>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::TaskGroup;

/// What offloaded calls have done; they may run on another thread, and after everybody has left.
struct Calls {
  std::atomic<int> running{0};
  std::atomic<int> at_once_max{0};
  std::atomic<int> done{0};
  std::vector<int> order;  // written by one call at a time, read after the last
};
using CallsPtr = std::shared_ptr<Calls>;

std::function<void()> call(CallsPtr calls, int name, std::function<void()> work) {
  return [calls, name, work] {
    const int now = ++calls->running;
    if (now > calls->at_once_max) calls->at_once_max = now;
    work();
    calls->order.push_back(name);
    --calls->running;
    ++calls->done;
  };
}

Task<void> offload_one(Env& env, std::function<void()> fn) {
  const Outcome ran = co_await env.storage.offload(std::move(fn), never);
  EXPECT_EQ(ran.code, Errc::ok);
}

Task<void> offload_many(Env& env, std::function<void()> work) {
  TaskGroup group(env);
  const auto calls = std::make_shared<Calls>();
  for (int n = 0; n < 50; ++n) {
    std::function<void()> fn = call(calls, n, work);
    group.spawn(offload_one(env, std::move(fn)));
    co_await env::sleep_for(env, Nanos(1));  // so that they are asked for in order
  }
  co_await group.join();
  EXPECT_EQ(calls->done, 50);
  EXPECT_EQ(calls->at_once_max, 1);
  EXPECT_TRUE(std::is_sorted(calls->order.begin(), calls->order.end()));
}

TEST_P(EnvContract, storage_calls_run_in_order_and_one_at_a_time) {
  std::function<void()> work = world().storage_call(microseconds(100));
  run([work](Env& env) { return offload_many(env, work); });
}

Task<void> ok_means_done(Env& env) {
  int value = 0;
  for (int i = 1; i <= 20; ++i) {
    std::function<void()> fn = [&value, i] { value = i; };
    const Outcome ran = co_await env.storage.offload(std::move(fn), never);
    EXPECT_EQ(ran.code, Errc::ok);
    EXPECT_EQ(value, i);
  }
}

TEST_P(EnvContract, ok_says_that_the_call_has_run) {
  run([](Env& env) { return ok_means_done(env); });
}

Task<void> deadline_then_run(Env& env, std::function<void()> work) {
  const auto calls = std::make_shared<Calls>();
  const MonoTime deadline = env.clock.now() + microseconds(5);
  std::function<void()> fn = call(calls, 1, work);
  const Outcome ran = co_await env.storage.offload(std::move(fn), deadline);
  EXPECT_EQ(name_of(ran.code), name_of(Errc::no_reply));
  EXPECT_GE(env.clock.now(), deadline);
  const std::function<bool()> has_run = [calls] { return calls->done == 1; };
  co_await eventually(env, has_run);
}

TEST_P(EnvContract, a_storage_call_past_its_deadline_still_runs) {
  std::function<void()> work = world().storage_call(10 * moment);
  run([work](Env& env) { return deadline_then_run(env, work); });
}

TEST_P(EnvContract, the_root_of_a_node_stays) {
  run([](Env& env) -> Task<void> {
    const std::string root = env.storage.root();
    co_await env::sleep_for(env, moment);
    EXPECT_EQ(env.storage.root(), root);
  });
}

}  // namespace
}  // namespace lockstep::conformance
