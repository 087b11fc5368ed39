// The loop of a world: time, the order of one instant, its ways to end, and the trace.
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

TEST(World, virtual_time_jumps_from_event_to_event) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(3600), &seen, 3));
  }));
  EXPECT_EQ(world.run_until(seconds(4 * 3600)), Stop::time_reached);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[2] - seen[0], seconds(7200));
  EXPECT_EQ(world.now(), seconds(4 * 3600));
}

TEST(World, sleeps_are_never_early_on_a_drifting_clock) {
  for (const std::int64_t ppm : {-500'000, -200, 200, 333'333}) {
    World world({.seed = Seed{1}});
    std::vector<MonoTime> seen;
    NodeSpec spec = program("a", [&](NodeRun& run, env::TaskGroup& group) {
      group.spawn(tick(run.env(), Nanos(1'000'003), &seen, 100));
    });
    spec.clock.drift = PartsPerMillion{ppm};
    world.add_node(std::move(spec));
    world.run_until(seconds(1));
    ASSERT_EQ(seen.size(), 100U);
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_GE(seen[i] - seen[i - 1], Nanos(1'000'003));
    }
  }
}

std::string order_of_an_instant(const WorldOptions& options) {
  World world(options);
  std::string seen;
  for (char c = 'a'; c < 'i'; ++c) {
    world.add_node(program("n", [&seen, c](NodeRun& run, env::TaskGroup& group) {
      group.spawn([](Env& e, std::string* out, char letter) -> Task<void> {
        co_await env::sleep_for(e, seconds(1));
        out->push_back(letter);
      }(run.env(), &seen, c));
    }));
  }
  world.run_until(seconds(2));
  return seen;
}

TEST(World, strategies_order_events_of_one_instant_differently) {
  const auto order = [](StrategyKind strategy) {
    return order_of_an_instant({.seed = Seed{3}, .strategy = strategy});
  };
  EXPECT_EQ(order(StrategyKind::fifo), "abcdefgh");
  EXPECT_NE(order(StrategyKind::random), "abcdefgh");
  EXPECT_NE(order(StrategyKind::pct), "abcdefgh");
}

TEST(World, a_deeper_strategy_delays_more) {
  const auto order = [](std::uint64_t depth) {
    return order_of_an_instant(
        {.seed = Seed{3}, .strategy = StrategyKind::delay_bounded, .strategy_depth = depth});
  };
  EXPECT_EQ(order(0), "abcdefgh");
  EXPECT_NE(order(Strategy::depth_max), "abcdefgh");
}

Task<void> wait_for_nothing(Env& env) {
  env::Event event(env.waits);
  co_await event.wait();
}

TEST(World, an_empty_queue_with_a_waiting_coroutine_is_a_deadlock) {
  World world({.seed = Seed{1}});
  world.add_node(program(
      "a", [&](NodeRun& run, env::TaskGroup& group) { group.spawn(wait_for_nothing(run.env())); }));
  EXPECT_EQ(world.run_until(seconds(1)), Stop::deadlock);
}

TEST(World, a_paused_node_is_no_deadlock) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(program(
      "a", [&](NodeRun& run, env::TaskGroup& group) { group.spawn(wait_for_nothing(run.env())); }));
  world.pause(FaultId{0}, a);
  EXPECT_EQ(world.run_until(seconds(1)), Stop::time_reached);
}

Task<void> spin(Env& env, std::uint64_t* turns) {
  for (;;) {
    co_await env::sleep_for(env, Nanos(0));
    ++*turns;
  }
}

TEST(World, a_loop_that_never_sleeps_is_a_livelock_and_stays_one) {
  WorldOptions options{.seed = Seed{1}};
  options.events_per_instant_max = 1000;
  World world(options);
  std::uint64_t turns = 0;
  world.add_node(program(
      "a", [&](NodeRun& run, env::TaskGroup& group) { group.spawn(spin(run.env(), &turns)); }));
  EXPECT_EQ(world.run_until(seconds(1)), Stop::livelock);
  EXPECT_GT(turns, 990U);
  const std::uint64_t before = turns;
  EXPECT_EQ(world.run_until(seconds(1)), Stop::livelock);
  EXPECT_EQ(turns, before);
}

TEST(World, a_run_of_more_than_events_max_is_a_livelock) {
  WorldOptions options{.seed = Seed{1}};
  options.events_max = 50;
  World world(options);
  std::vector<MonoTime> seen;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 1000));
  }));
  EXPECT_EQ(world.run_until(seconds(1000)), Stop::livelock);
  EXPECT_EQ(world.trace().events(), 50U);
}

TEST(World, stops_before_a_given_event_and_goes_on) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 100));
  }));
  std::atomic<std::uint64_t> begun{~0ULL};
  world.set_events_begun(&begun);
  world.set_stop_at(5);
  EXPECT_EQ(world.run_until(seconds(50)), Stop::event_reached);
  EXPECT_EQ(world.trace().events(), 5U);
  EXPECT_EQ(begun.load(), 4U);
  world.set_stop_at(~0ULL);
  EXPECT_EQ(world.run_until(seconds(50)), Stop::time_reached);
  EXPECT_EQ(seen.size(), 50U);
}

TEST(World, stops_when_asked_and_loses_nothing) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 100));
  }));
  world.at(milliseconds(2500), [&] { world.stop(); });
  EXPECT_EQ(world.run_until(seconds(50)), Stop::asked);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(world.now(), milliseconds(2500));
  EXPECT_EQ(world.run_until(seconds(50)), Stop::time_reached);
  EXPECT_EQ(seen.size(), 50U);
}

TEST(World, runs_to_the_end_of_time_without_overflow) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  NodeSpec spec = program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), Nanos::max() / 4, &seen, 3));
  });
  spec.clock.drift = PartsPerMillion{500'000};
  world.add_node(std::move(spec));
  EXPECT_EQ(world.run_until(Nanos::max()), Stop::time_reached);
  EXPECT_EQ(world.now(), World::time_max);
  EXPECT_EQ(seen.size(), 1U);
}

struct Lines : TraceSink {
  std::vector<TraceRecord> records;
  void on(const TraceRecord& record) override { records.push_back(record); }
};

TEST(Trace, tells_the_sink_every_event_and_publishes_its_number_before_it_acts) {
  World world({.seed = Seed{1}});
  Lines lines;
  std::atomic<std::uint64_t> begun{0};
  world.trace().set_sink(&lines);
  world.set_events_begun(&begun);
  std::uint64_t during = 0;
  world.at(seconds(1), [] {});
  world.at(seconds(2), [&] { during = begun.load(); });
  world.run_until(seconds(3));
  ASSERT_EQ(lines.records.size(), 2U);
  EXPECT_EQ(lines.records[1].number, 1U);
  EXPECT_EQ(lines.records[1].time, seconds(2));
  EXPECT_EQ(lines.records[1].node, no_node);
  EXPECT_EQ(during, 1U);
  EXPECT_EQ(world.trace().path().size(), 2U);
  EXPECT_EQ(world.trace().path()[1], lines.records[1].path);
  EXPECT_EQ(world.trace().take_path().size(), 2U);
  EXPECT_EQ(world.trace().events(), 2U);
}

TEST(Matching, finds_roles_names_labels_and_any_in_order_of_id) {
  World world({.seed = Seed{1}});
  const auto idle = [](NodeRun&, env::TaskGroup&) {};
  const NodeId a = world.add_node(program("client", idle));
  const NodeId b = world.add_node(program("redis", idle));
  const NodeId c = world.add_node(program("client", idle));
  using Ids = std::vector<NodeId>;
  EXPECT_EQ(world.matching("client"), (Ids{a, c}));
  EXPECT_EQ(world.matching("client/1"), (Ids{c}));
  EXPECT_EQ(world.matching("any"), (Ids{a, b, c}));
  EXPECT_EQ(world.matching("holder"), Ids{});
  world.label(c, "holder", true);
  EXPECT_EQ(world.matching("holder"), (Ids{c}));
  world.crash(FaultId{0}, c);
  EXPECT_EQ(world.matching("holder"), Ids{});
  EXPECT_EQ(world.name_of(c), "client/1");
}

}  // namespace
}  // namespace lockstep::sim
