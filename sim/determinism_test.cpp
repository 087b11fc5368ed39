// One seed, one run: again, on any compiler, and beside other worlds on other threads.
#include <gtest/gtest.h>

#include <thread>

#include "impl/base/draw.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

/// Asks an echo service for as many bytes as it draws, over TLS or not, with a storage call and a
/// drawn pause between; connects again when that fails.
Task<void> busy_client(Env& env, std::uint64_t* bytes_read) {
  for (;;) {
    const std::uint64_t with_tls = env.random.next();
    const MonoTime connect_by = env.clock.now() + milliseconds(300);
    auto stream = co_await env.network.connect(server_endpoint(with_tls % 2 == 0), connect_by);
    while (stream) {
      const std::uint64_t size = env.random.next();
      std::vector<std::byte> buffer(1 + size % 3000);
      const MonoTime deadline = env.clock.now() + milliseconds(200);
      const std::span<const std::byte> from(buffer);
      const Outcome wrote = co_await env::write_all(**stream, from, deadline);
      const std::span<std::byte> into(buffer);
      const Outcome read = co_await env::read_some(**stream, into, deadline);
      if (!wrote || !read) break;
      *bytes_read += read.n;
      std::function<void()> call = [bytes_read] { ++*bytes_read; };
      const Outcome ran = co_await env.storage.offload(std::move(call), deadline);
      if (!ran) break;
      const Nanos pause = env::jitter(env.random, Nanos(0), milliseconds(8));
      co_await env::sleep_for(env, pause);
    }
    co_await env::sleep_for(env, milliseconds(5));
  }
}

/// Ticks with everybody else, so that there is much to choose from in one instant.
Task<void> metronome(Env& env) {
  for (;;) co_await env::sleep_for(env, milliseconds(1));
}

/// Does one drawn thing to the world, and undoes it a while later.
void disturb(World& world, std::uint64_t n) {
  const auto drawn = [&world, n](std::uint64_t field) {
    return draw(world.seed(), DrawStream::test, n, field);
  };
  const FaultId fault{static_cast<std::uint32_t>(n)};
  const NodeId node{static_cast<std::uint32_t>(below(drawn(0), world.node_count()))};
  const NodeId other{static_cast<std::uint32_t>(below(drawn(1), world.node_count()))};
  const Direction direction{node, other};
  std::function<void()> undo = [] {};
  switch (below(drawn(2), 9)) {
    case 0:
      world.crash(fault, node);
      undo = [&world, fault, node] { world.restart(fault, node); };
      break;
    case 1:
      world.pause(fault, node);
      undo = [&world, fault, node] { world.resume(fault, node); };
      break;
    case 2:
      world.cut(fault, direction);
      undo = [&world, fault, direction] { world.heal(fault, direction); };
      break;
    case 3:
      world.clog(fault, direction);
      undo = [&world, fault, direction] { world.unclog(fault, direction); };
      break;
    case 4:
      world.slow(fault, direction, milliseconds(3));
      undo = [&world, fault, direction] { world.slow(fault, direction, Nanos(0)); };
      break;
    case 5: world.reset(fault, node, other); break;
    case 6: world.drift(fault, node, {between(drawn(3), -500'000, 500'000)}); break;
    case 7: world.step_wall(fault, node, Nanos(between(drawn(4), -5'000'000, 5'000'000))); break;
    default: world.slew_wall(fault, node); break;
  }
  const Nanos later = world.now() + between(drawn(5), Nanos(0), milliseconds(400));
  world.at(later, std::move(undo));
}

/// A run in which everything that a world does happens. The hash says what came of it.
std::string rich_run(std::uint64_t seed, StrategyKind strategy) {
  WorldOptions options{.seed = Seed{seed}, .strategy = strategy, .strategy_depth = 2000};
  World world(options);
  Seen seen;
  std::uint64_t bytes = 0;
  world.add_node(service(seen, true));
  for (int i = 0; i < 4; ++i) {
    NodeSpec spec = program("client", [&bytes](NodeRun& run, env::TaskGroup& group) {
      group.spawn(busy_client(run.env(), &bytes));
      group.spawn(busy_client(run.env(), &bytes));
      group.spawn(metronome(run.env()));
    });
    spec.clock.drift = PartsPerMillion{100 * (i / 3)};
    world.add_node(std::move(spec));
  }
  for (std::uint64_t n = 0; n < 60; ++n) {
    world.at(milliseconds(50) * static_cast<std::int64_t>(n), [&world, n] { disturb(world, n); });
  }
  world.at(seconds(3), [&world] { world.heal_all(); });
  EXPECT_EQ(world.run_until(seconds(4)), Stop::time_reached);
  EXPECT_GT(bytes, 500'000U);
  return world.trace().hash().hex() + " " + std::to_string(bytes);
}

constexpr std::array<StrategyKind, 4> strategies{StrategyKind::fifo, StrategyKind::random,
                                                 StrategyKind::pct, StrategyKind::delay_bounded};

TEST(Determinism, the_same_seed_gives_the_same_run_and_another_a_different_one) {
  for (const StrategyKind strategy : strategies) {
    EXPECT_EQ(rich_run(7, strategy), rich_run(7, strategy));
    EXPECT_NE(rich_run(7, strategy), rich_run(8, strategy));
  }
}

/// Recorded once; every compiler, optimisation and sanitizer must reach it. Who changes the order
/// or number of events on purpose records it anew.
TEST(Determinism, a_run_reaches_the_recorded_hash) {
  EXPECT_EQ(rich_run(1, StrategyKind::fifo), "3b965baeaa8dc3f3989ec799e5ff2ec1 7655275");
  EXPECT_EQ(rich_run(1, StrategyKind::random), "ae66a2b5a31869d51fd0058511b794f1 7651160");
  EXPECT_EQ(rich_run(1, StrategyKind::pct), "2ce49c5ae9d76072fb99248f5f22c277 7660877");
  EXPECT_EQ(rich_run(1, StrategyKind::delay_bounded), "9e01aed9b003153387fbc4995642c0e1 7655275");
}

TEST(Determinism, worlds_on_several_threads_run_as_each_does_alone) {
  constexpr std::uint64_t worlds = 16;
  std::vector<std::string> alone(worlds);
  std::vector<std::string> together(worlds);
  for (std::uint64_t i = 0; i < worlds; ++i) alone[i] = rich_run(i, strategies[i % 4]);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&together, t] {
      for (std::uint64_t i = t; i < worlds; i += 4) together[i] = rich_run(i, strategies[i % 4]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

}  // namespace
}  // namespace lockstep::sim
