// What only the live supplier has: threads, the loop, several nodes on one. What it shares with the
// world is in scenarios/conformance.
#include "impl/live/node.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <set>

#include "impl/env/channel.hpp"
#include "impl/env/event.hpp"
#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"

namespace lockstep::live {
namespace {

using env::Env;
using env::Task;
using env::TaskGroup;

Task<int> add_after(Env& env, Nanos d, int a, int b) {
  co_await env::sleep_for(env, d);
  co_return a + b;
}

Task<void> sleep_long(Env& env) { co_await env::sleep_for(env, seconds(1000)); }

Task<int> throw_something(Env& env) {
  co_await env::sleep_for(env, Nanos(0));
  throw std::runtime_error("thrown");
}

TEST(Node, runs_a_task_to_its_value) {
  Loop loop;
  Node node(loop);
  EXPECT_EQ(run_until_complete(node, add_after(node.env(), milliseconds(1), 2, 3), seconds(10)), 5);
  EXPECT_EQ(run_until_complete(node, add_after(node.env(), Nanos(0), 4, 5), seconds(10)), 9);
}

TEST(Node, a_task_that_outlives_its_limit_stays_suspended) {
  Loop loop;
  Node node(loop);
  const auto late = run_until_complete(node, sleep_long(node.env()), milliseconds(10));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::no_reply);
  EXPECT_TRUE(late.error().indefinite());
  EXPECT_EQ(run_until_complete(node, add_after(node.env(), Nanos(0), 4, 5), seconds(10)), 9);
}

TEST(Node, what_a_task_throws_reaches_the_caller) {
  Loop loop;
  Node node(loop);
  const auto ends_well = [&node] {
    return run_until_complete(node, throw_something(node.env()), seconds(10)).has_value();
  };
  EXPECT_THROW(EXPECT_FALSE(ends_well()), std::runtime_error);
}

TEST(Node, may_end_without_ever_having_run_and_twice) {
  Loop loop;
  Node idle(loop);
  Node node(loop);
  TaskGroup group(node.env());
  group.spawn(sleep_long(node.env()));
  node.end();
  node.end();
}

/// Counts the frames that live.
class Alive {
 public:
  explicit Alive(int* n) : n_(n) { ++*n_; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --*n_; }

 private:
  int* n_;
};

Task<void> live_on(Env& env, int* alive) {
  const Alive here(alive);
  for (;;) co_await env::sleep_for(env, milliseconds(1));
}

TEST(Node, one_of_several_on_a_loop_ends_while_the_others_go_on) {
  Loop loop;
  Node survivor(loop);
  auto doomed = std::make_unique<Node>(loop);
  TaskGroup group(survivor.env());
  auto doomed_group = std::make_unique<TaskGroup>(doomed->env());
  int alive = 0;
  int doomed_alive = 0;
  for (int i = 0; i < 10; ++i) {
    group.spawn(live_on(survivor.env(), &alive));
    doomed_group->spawn(live_on(doomed->env(), &doomed_alive));
  }
  loop.run_for(milliseconds(20));
  EXPECT_EQ(alive, 10);
  EXPECT_EQ(doomed_alive, 10);
  loop.post([&] {  // as a crash of one node, from the loop
    doomed->end();
    doomed_group.reset();
    doomed.reset();
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(doomed_alive, 0);
  EXPECT_EQ(
      run_until_complete(survivor, add_after(survivor.env(), milliseconds(5), 1, 1), seconds(10)),
      2);
  EXPECT_EQ(alive, 10);
  survivor.end();
  EXPECT_EQ(alive, 0);
}

TEST(Loop, stop_before_run_counts) {
  Loop loop;
  loop.stop();
  loop.run();
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  EXPECT_TRUE(loop.run_for(seconds(10)));
  EXPECT_TRUE(ran);
  EXPECT_FALSE(loop.run_for(milliseconds(5)));
}

TEST(Loop, tasks_from_many_threads_run_on_its_own) {
  Loop loop;
  Node node(loop);
  loop.start_thread();
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        sum += submit(node, add_after(node.env(), microseconds(10), 1, 1)).get();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 1600);
  submit(node, [](Env& env) -> Task<void> { co_await env::sleep_for(env, Nanos(1)); }(node.env()))
      .get();
  loop.stop_thread();
  loop.stop_thread();
}

TEST(Loop, what_was_submitted_to_a_node_that_ends_breaks_its_promise) {
  Loop loop;
  auto node = std::make_unique<Node>(loop);
  loop.start_thread();
  std::future<int> never_ends = submit(*node, add_after(node->env(), seconds(1000), 1, 1));
  EXPECT_EQ(never_ends.wait_for(milliseconds(10)), std::future_status::timeout);
  loop.stop_thread();
  node.reset();
  EXPECT_THROW(never_ends.get(), std::future_error);
}

TEST(Loop, functions_keep_the_order_of_one_thread) {
  Loop loop;
  Node node(loop);
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) {
    asio::post(node.env().executor, [&order, i] { order.push_back(i); });
  }
  asio::post(node.env().executor, [&loop] { loop.stop(); });
  EXPECT_TRUE(loop.run_for(seconds(10)));
  EXPECT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

Task<void> yield_forever(Env& env) {
  for (;;) co_await env::sleep_for(env, Nanos(0));
}

TEST(Loop, coroutines_that_never_rest_starve_neither_deadlines_nor_other_threads) {
  Loop loop;
  Node node(loop);
  TaskGroup group(node.env());
  for (int i = 0; i < 3; ++i) group.spawn(yield_forever(node.env()));
  EXPECT_EQ(run_until_complete(node, add_after(node.env(), milliseconds(5), 1, 1), seconds(10)), 2);
  loop.start_thread();
  EXPECT_EQ(submit(node, add_after(node.env(), milliseconds(5), 2, 2)).get(), 4);
  loop.stop_thread();
  node.end();
}

struct Owned {
  explicit Owned(std::atomic<int>* n) : alive(n) { ++*alive; }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { --*alive; }
  std::atomic<int>* alive;
};

Task<int> offload_owner(Env& env, std::atomic<int>* alive) {
  auto owned = std::make_shared<Owned>(alive);
  std::function<void()> fn = [owned] { EXPECT_EQ(*owned->alive, 1); };
  owned.reset();
  const env::Outcome ran = co_await env.storage.offload(std::move(fn), never);
  EXPECT_TRUE(ran);
  co_return alive->load();
}

TEST(Storage, what_a_call_owns_is_gone_when_its_caller_goes_on) {
  Loop loop;
  Node node(loop, {.root = "here"});
  EXPECT_EQ(node.env().storage.root(), "here");
  std::atomic<int> alive{0};
  EXPECT_EQ(run_until_complete(node, offload_owner(node.env(), &alive), seconds(10)), 0);
}

/// A frame that must not go while a storage call runs.
class Bystander {
 public:
  Bystander(std::atomic<int>* begun, std::atomic<int>* done) : begun_(begun), done_(done) {}
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  ~Bystander() { EXPECT_EQ(*begun_, *done_); }

 private:
  std::atomic<int>* begun_;
  std::atomic<int>* done_;
};

Task<void> offload_slow(Env& env, std::atomic<int>* begun, std::atomic<int>* done) {
  const Bystander bystander(begun, done);
  std::function<void()> fn = [begun, done] {
    ++*begun;
    std::this_thread::sleep_for(milliseconds(30));
    ++*done;
  };
  co_await env.storage.offload(std::move(fn), never);
  ADD_FAILURE() << "resumed on a dead node";
}

TEST(Storage, the_end_of_a_node_waits_for_the_call_that_runs_and_drops_the_rest) {
  Loop loop;
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  {
    Node node(loop);
    TaskGroup group(node.env());
    for (int i = 0; i < 5; ++i) group.spawn(offload_slow(node.env(), &begun, &done));
    loop.run_for(milliseconds(10));
    node.end();
    EXPECT_EQ(begun, done);
    EXPECT_EQ(done, 1);
  }
  loop.run_for(milliseconds(10));  // the completion that was posted finds nobody
  EXPECT_EQ(done, 1);
}

Task<void> fill_the_queue(Env& env, std::size_t* limited) {
  const auto gate = std::make_shared<std::atomic<bool>>(false);
  std::function<void()> hold = [gate] {
    while (!*gate) std::this_thread::sleep_for(milliseconds(1));
  };
  const MonoTime past = env.clock.now();
  co_await env.storage.offload(hold, past);
  for (std::size_t i = 0; i < LiveStorage::queue_max + 10; ++i) {
    std::function<void()> nothing = [] {};
    const env::Outcome outcome = co_await env.storage.offload(std::move(nothing), past);
    if (outcome.code == Errc::limit) ++*limited;
  }
  *gate = true;
}

TEST(Storage, the_queue_behind_a_stuck_disk_is_bounded) {
  Loop loop;
  Node node(loop);
  std::size_t limited = 0;
  EXPECT_TRUE(run_until_complete(node, fill_the_queue(node.env(), &limited), seconds(30)));
  EXPECT_GE(limited, 9U);
  EXPECT_LE(limited, 11U);
}

TEST(OsRandom, streams_of_two_nodes_do_not_meet) {
  OsRandom a;
  OsRandom b;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 500; ++i) {
    seen.insert(a.next());
    seen.insert(b.next());
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Observer, the_default_one_counts) {
  Loop loop;
  Node node(loop);
  node.env().observer.on({env::Signal::connected, "a:1", 0, Errc::ok});
  node.env().observer.on({env::Signal::connected, "b:1", 0, Errc::ok});
  EXPECT_EQ(node.observed().count(env::Signal::connected), 2U);
  EXPECT_EQ(node.observed().count(env::Signal::lease_lost), 0U);
}

}  // namespace
}  // namespace lockstep::live
