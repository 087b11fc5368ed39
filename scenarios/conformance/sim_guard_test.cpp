// The determinism guard of sim/guard: simulated code that touches the operating system ends the
// program, with a stack that names it; whoever runs no world does not notice the guard.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "scenarios/conformance/planted.hpp"
#include "sim/guard/in_world.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::conformance {
namespace {

using env::Env;
using env::Task;
using sim::World;

using Act = std::function<void()>;

Planted planted_by(std::string_view planter) {
  for (const Planted& planted : all_planted()) {
    if (planter == planted.planter) return planted;
  }
  ADD_FAILURE() << planter;
  return {};
}
const Planted steady_clock_reading = planted_by("plants_steady_clock");

void read_the_clock() { EXPECT_TRUE(steady_clock_reading.act()); }

/// What the guard should say and show.
std::string refusal_of(const Planted& planted) {
  return std::string("determinism guard: simulated code called ") + planted.called +
         "(\\([^;]*)?; instead: .*" + planted.planter;
}
const std::string clock_refusal = refusal_of(steady_clock_reading);

Task<void> act_later(Env& env, Act act) {
  co_await env::sleep_for(env, milliseconds(3));
  act();
}

/// A world whose one node does that after a while.
void run_with(const Act& act) {
  World world({.seed = Seed{1}});
  world.add_node(sim::program("client", [&act](sim::NodeRun& run, env::TaskGroup& group) {
    group.spawn(act_later(run.env(), act));
  }));
  ASSERT_EQ(world.run_until(seconds(1)), sim::Stop::time_reached);
}

class Guard : public testing::TestWithParam<Planted> {};

TEST_P(Guard, ends_a_world_and_names_the_function_and_who_called_it) {
  const Planted planted = GetParam();
  ASSERT_TRUE(planted.act()) << planted;
  EXPECT_DEATH(run_with([&planted] { static_cast<void>(planted.act()); }), refusal_of(planted));
}

INSTANTIATE_TEST_SUITE_P(Planted, Guard,
                         testing::ValuesIn(all_planted().begin(), all_planted().end()),
                         [](const auto& test) { return std::string(test.param.planter); });

TEST(GuardOfWorlds, nobody_else_notices_it) {
  for (const Planted& planted : all_planted()) EXPECT_TRUE(planted.act()) << planted;
  run_with([] {});
  for (const Planted& planted : all_planted()) EXPECT_TRUE(planted.act()) << planted;
}

TEST(GuardOfWorlds, other_threads_go_on_while_this_one_runs_a_world) {
  std::atomic<int> rounds{0};
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      for (const Planted& planted : all_planted()) EXPECT_TRUE(planted.act()) << planted;
      ++rounds;
    }
  });
  while (rounds < 3) {
    sim::Pair pair;
    EXPECT_EQ(pair.world.run_until(seconds(5)), sim::Stop::time_reached);
  }
  over = true;
  other.join();
}

TEST(GuardOfWorlds, several_threads_with_worlds_are_all_guarded) {
  const auto on_two_threads = [] {
    std::thread quiet([] { run_with([] {}); });
    std::thread planting([] { run_with(read_the_clock); });
    quiet.join();
    planting.join();
  };
  EXPECT_DEATH(on_two_threads(), clock_refusal);
}

TEST(GuardOfWorlds, knows_when_a_world_is_on_the_stack) {
  EXPECT_FALSE(sim::in_world());
  bool inside = false;
  bool inside_after_another = false;
  run_with([&] {
    inside = sim::in_world();
    run_with([] {});
    inside_after_another = sim::in_world();
  });
  EXPECT_TRUE(inside);
  EXPECT_TRUE(inside_after_another);
  EXPECT_FALSE(sim::in_world());
}

TEST(GuardOfWorlds, an_allowance_ends_where_it_was_given) {
  run_with([] {
    {
      const sim::OutOfWorld allowed("this test says so");
      read_the_clock();
    }
    EXPECT_TRUE(sim::in_world());
  });
  const Act after = [] {
    {
      const sim::OutOfWorld allowed("this test says so");
    }
    read_the_clock();
  };
  EXPECT_DEATH(run_with(after), clock_refusal);
}

TEST(GuardOfWorlds, a_world_has_one_processor_on_every_machine) {
  unsigned int processors = 0;
  run_with([&processors] { processors = std::thread::hardware_concurrency(); });
  EXPECT_EQ(processors, 1U);
}

// ---- where simulated code runs

TEST(GuardOfWorlds, covers_the_start_of_a_program) {
  const auto start = [] {
    World world({.seed = Seed{1}});
    world.add_node(
        sim::program("client", [](sim::NodeRun&, env::TaskGroup&) { read_the_clock(); }));
  };
  EXPECT_DEATH(start(), clock_refusal);
}

struct ReadsTheClockAtItsEnd {
  ReadsTheClockAtItsEnd() = default;
  ReadsTheClockAtItsEnd(const ReadsTheClockAtItsEnd&) = delete;
  ReadsTheClockAtItsEnd& operator=(const ReadsTheClockAtItsEnd&) = delete;
  ~ReadsTheClockAtItsEnd() { read_the_clock(); }
};

Task<void> waits_with_a_destructor(Env& env) {
  const ReadsTheClockAtItsEnd at_end;
  co_await env::sleep_for(env, seconds(60));
}

NodeId add_waiter(World& world) {
  return world.add_node(sim::program("client", [](sim::NodeRun& run, env::TaskGroup& group) {
    group.spawn(waits_with_a_destructor(run.env()));
  }));
}

TEST(GuardOfWorlds, covers_what_a_crash_destroys) {
  const auto crash = [] {
    World world({.seed = Seed{1}});
    const NodeId node = add_waiter(world);
    world.run_until(seconds(1));
    world.crash(World::no_fault, node);
    std::_Exit(0);  // not by the end of the world
  };
  EXPECT_DEATH(crash(), clock_refusal);
}

TEST(GuardOfWorlds, covers_what_the_end_of_a_world_destroys) {
  const auto end = [] {
    World world({.seed = Seed{1}});
    add_waiter(world);
    world.run_until(seconds(1));
  };
  EXPECT_DEATH(end(), clock_refusal);
}

TEST(GuardOfWorlds, covers_faults_and_verbs) {
  const auto fault = [] {
    World world({.seed = Seed{1}});
    world.at(seconds(1), [] { read_the_clock(); });
    world.run_until(seconds(2));
  };
  EXPECT_DEATH(fault(), clock_refusal);
  const auto verb = [] {
    World world({.seed = Seed{1}});
    const NodeId node =
        world.add_node(sim::program("client", [](sim::NodeRun& run, env::TaskGroup&) {
          run.on_verb("look", [](std::string_view) -> std::uint64_t {
            read_the_clock();
            return 1;
          });
        }));
    static_cast<void>(world.service(World::no_fault, node, "look", ""));
  };
  EXPECT_DEATH(verb(), clock_refusal);
}

/// Logs with the time of day, as loggers do.
struct TimedLog final : sim::TraceSink, env::Observer {
  void on(const sim::TraceRecord&) override { read_the_clock(); }
  void on(const env::Observation&) override { read_the_clock(); }
};

TEST(GuardOfWorlds, covers_log_statements) {
  const auto traced = [] {
    TimedLog log;
    sim::Pair pair;
    pair.world.trace().set_sink(&log);
    pair.world.run_until(seconds(1));
  };
  EXPECT_DEATH(traced(), clock_refusal);
  const auto observed = [] {
    TimedLog log;
    World world({.seed = Seed{1}});
    sim::NodeSpec spec = sim::program("client", [](sim::NodeRun& run, env::TaskGroup&) {
      run.env().observer.on({env::Signal::connected, "server-0:7"});
    });
    spec.observer = &log;
    world.add_node(std::move(spec));
  };
  EXPECT_DEATH(observed(), clock_refusal);
}

}  // namespace
}  // namespace lockstep::conformance
