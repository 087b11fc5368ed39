// The verbs on clocks and services, what they count, and the end of all faults.
#include <gtest/gtest.h>

#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

constexpr FaultId fault{3};

NodeSpec idle() {
  return program("a", [](NodeRun&, env::TaskGroup&) {});
}

TEST(Clocks, a_change_of_drift_moves_armed_timers) {
  World world({.seed = Seed{1}});
  Nanos woke{};
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](NodeRun& r, Nanos* at) -> Task<void> {
      co_await env::sleep_for(r.env(), seconds(10));
      *at = r.world().now();
    }(run, &woke));
  }));
  world.at(seconds(5), [&] { world.drift(fault, a, PartsPerMillion{-500'000}); });
  world.run_until(seconds(60));
  EXPECT_EQ(woke, seconds(15));
  EXPECT_EQ(world.count(fault).effective, 1U);
}

TEST(Clocks, a_drift_does_not_touch_latencies_nor_count_them) {
  Seen seen;
  World world({.seed = Seed{1}});
  const NodeId server = world.add_node(service(seen, true));
  const NodeId a = world.add_node(idle());
  world.run_until(seconds(1));
  world.drift(fault, server, PartsPerMillion{500'000});
  world.drift(fault, a, PartsPerMillion{500'000});
  EXPECT_EQ(world.count(fault).fired, 2U);
  EXPECT_EQ(world.count(fault).effective, 0U);
  world.drift(fault, a, PartsPerMillion{500'000});  // no change
  EXPECT_EQ(world.count(fault).effective, 0U);
}

TEST(Clocks, a_drift_without_timers_is_effective_once_a_clock_is_read) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(idle());
  world.drift(fault, a, PartsPerMillion{100});
  EXPECT_EQ(world.count(fault).effective, 0U);
  (void)world.node(a).run->env().clock.now();
  EXPECT_EQ(world.count(fault).effective, 1U);
  (void)world.node(a).run->env().clock.wall();
  EXPECT_EQ(world.count(fault).effective, 1U);
}

TEST(Clocks, a_step_of_the_wall_clock_is_effective_once_that_is_read) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(idle());
  env::Clock& clock = world.node(a).run->env().clock;
  const WallTime before = clock.wall();
  world.step_wall(fault, a, seconds(-3));
  world.step_wall(fault, a, seconds(-4));
  (void)clock.now();
  EXPECT_EQ(world.count(fault).effective, 0U);
  EXPECT_EQ(clock.wall(), before - seconds(7));
  EXPECT_EQ(world.count(fault).fired, 2U);
  EXPECT_EQ(world.count(fault).effective, 1U);
}

TEST(Clocks, a_slewed_wall_clock_returns_to_true_time) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(idle());
  const auto off = [&] {
    const WallTime wall = world.node(a).run->env().clock.wall();
    return wall.time_since_epoch() - NodeClock::wall_epoch - world.now();
  };
  world.step_wall(fault, a, milliseconds(10));
  world.slew_wall(fault, a);
  EXPECT_EQ(off(), milliseconds(10));
  world.run_until(seconds(10));
  EXPECT_EQ(off(), milliseconds(5));
  world.run_until(seconds(30));
  EXPECT_EQ(off(), Nanos(0));
}

TEST(Verbs, a_service_counts_what_its_verb_touched_and_an_unknown_one_is_refused) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(program("a", [](NodeRun& run, env::TaskGroup&) {
    run.on_verb("evict", [](std::string_view keys) { return keys.size(); });
  }));
  EXPECT_TRUE(world.service(fault, a, "evict", "abc"));
  EXPECT_TRUE(world.service(fault, a, "evict", ""));
  EXPECT_EQ(world.count(fault).fired, 2U);
  EXPECT_EQ(world.count(fault).effective, 3U);
  const auto unknown = world.service(fault, a, "explode", "");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::invalid_argument);
  EXPECT_EQ(unknown.error().detail, "a/0 knows no verb 'explode'");
  EXPECT_EQ(world.count(fault).fired, 2U);
}

TEST(Verbs, crash_and_restart_fire_only_where_there_is_something_to_do) {
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(idle());
  world.restart(fault, a);
  EXPECT_EQ(world.count(fault).fired, 0U);
  world.crash(fault, a);
  EXPECT_EQ(world.count(fault).fired, 1U);
  EXPECT_EQ(world.count(fault).effective, 0U);  // it had nothing to lose
  world.crash(fault, a);
  EXPECT_EQ(world.count(fault).fired, 1U);
  world.restart(fault, a);
  EXPECT_EQ(world.count(fault).fired, 2U);
  EXPECT_EQ(world.count(fault).effective, 1U);
}

TEST(Verbs, without_a_fault_are_not_counted) {
  Pair p;
  p.world.cut(World::no_fault, {p.client, p.server});
  p.world.pause(World::no_fault, p.server);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.world.count(FaultId{0}).fired, 0U);
  EXPECT_EQ(p.world.count(World::no_fault).fired, 0U);
}

TEST(HealAll, ends_everything_that_lasts_and_restarts_everybody) {
  Pair p;
  World& w = p.world;
  w.run_until(milliseconds(100));
  w.cut(fault, {p.client, p.server});
  w.cut(fault, {p.client, p.server});
  w.clog(fault, {p.server, p.client});
  w.slow(fault, {p.server, p.client}, seconds(100));
  w.refuse(fault, p.server, true);
  w.drift(fault, p.client, PartsPerMillion{300'000});
  w.step_wall(fault, p.client, milliseconds(1));
  w.pause(fault, p.server);
  w.pause(fault, p.server);
  w.crash(fault, p.client);
  w.run_until(seconds(1));
  const FaultCount before = w.count(fault);
  w.heal_all();
  const int answered = p.said.answered;
  w.run_until(seconds(2));
  EXPECT_GT(p.said.answered, answered + 80);
  EXPECT_EQ(w.node(p.client).clock.rate().value, 0);
  w.run_until(seconds(600));
  const Nanos wall = w.node(p.client).clock.wall(w.now()).time_since_epoch();
  EXPECT_EQ(wall - NodeClock::wall_epoch, w.now());
  EXPECT_EQ(w.count(fault).fired, before.fired);
}

}  // namespace
}  // namespace lockstep::sim
