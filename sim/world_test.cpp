#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>

#include "impl/env/channel.hpp"
#include "impl/env/task_group.hpp"

namespace lockstep::sim {
namespace {

using env::Env;
using env::Outcome;
using env::Task;

/// A program made of one function that spawns what it likes.
struct Spawner : Incarnation {
  explicit Spawner(NodeRun& run) : group(run.env()) {}
  env::TaskGroup group;
};

template <class F>
NodeSpec program(std::string role, F start) {
  NodeSpec spec;
  spec.role = std::move(role);
  spec.program = [start](NodeRun& run) {
    auto made = std::make_unique<Spawner>(run);
    start(run, made->group);
    return made;
  };
  return spec;
}

Task<void> tick(Env& env, Nanos period, std::vector<MonoTime>* seen, int times) {
  for (int i = 0; i < times; ++i) {
    co_await env::sleep_for(env, period);
    seen->push_back(env.clock.now());
  }
}

TEST(World, virtual_time_jumps_from_event_to_event) {
  World world({Seed{1}});
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
    World world({Seed{1}});
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

TEST(World, a_change_of_drift_moves_armed_timers) {
  World world({Seed{1}});
  std::vector<MonoTime> seen;
  Nanos woke{};
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](NodeRun& r, Nanos* at) -> Task<void> {
      co_await env::sleep_for(r.env(), seconds(10));
      *at = r.world().now();
    }(run, &woke));
  }));
  world.at(seconds(5), [&] { world.drift(FaultId{0}, a, PartsPerMillion{-500'000}); });
  world.run_until(seconds(60));
  EXPECT_EQ(woke, seconds(15));
  EXPECT_EQ(world.count(FaultId{0}).effective, 1U);
}

TEST(World, the_same_seed_gives_the_same_hash_and_another_a_different_one) {
  const auto hash = [](std::uint64_t seed, StrategyKind strategy) {
    World world({.seed = Seed{seed}, .strategy = strategy});
    std::vector<MonoTime> seen;
    for (int i = 0; i < 5; ++i) {
      world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
        group.spawn([](Env& e, std::vector<MonoTime>* out) -> Task<void> {
          for (int n = 0; n < 50; ++n) {
            const Nanos pause = env::jitter(e.random, Nanos(0), milliseconds(5));
            co_await env::sleep_for(e, pause);
            out->push_back(e.clock.now());
          }
        }(run.env(), &seen));
      }));
    }
    world.run_until(seconds(1));
    return world.trace().hash().hex();
  };
  for (const auto strategy :
       {StrategyKind::fifo, StrategyKind::random, StrategyKind::pct, StrategyKind::delay_bounded}) {
    EXPECT_EQ(hash(7, strategy), hash(7, strategy));
    EXPECT_NE(hash(7, strategy), hash(8, strategy));
  }
}

TEST(World, strategies_order_events_of_one_instant_differently) {
  const auto order = [](StrategyKind strategy) {
    World world({.seed = Seed{3}, .strategy = strategy});
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
  };
  EXPECT_EQ(order(StrategyKind::fifo), "abcdefgh");
  EXPECT_NE(order(StrategyKind::random), "abcdefgh");
  EXPECT_NE(order(StrategyKind::pct), "abcdefgh");
}

/// Echoes what it is sent.
struct Echo : Incarnation, Acceptor, PeerHandler {
  explicit Echo(NodeRun& run) { run.listen(7, *this); }
  void on_accept(Peer& peer) override { peer.set_handler(this); }
  void on_bytes(Peer& peer, std::string_view bytes) override { peer.send(bytes); }
  void on_closed(Peer&) override { ++closed; }
  static inline int closed = 0;
};

NodeSpec echo() {
  NodeSpec spec;
  spec.role = "server";
  spec.program = [](NodeRun& run) { return std::make_unique<Echo>(run); };
  return spec;
}

env::Endpoint server_endpoint() { return {"server-0", 7, std::nullopt}; }

struct Talk {
  int answered = 0;
  Errc ended = Errc::ok;
};

Task<void> talk(Env& env, Talk* said) {
  const MonoTime deadline = env.clock.now() + seconds(1);
  auto stream = co_await env.network.connect(server_endpoint(), deadline);
  if (!stream) {
    said->ended = stream.error().code;
    co_return;
  }
  for (;;) {
    const std::span<const std::byte> ping = std::as_bytes(std::span("ping", 4));
    const Outcome wrote = co_await env::write_all(**stream, ping);
    std::array<std::byte, 16> buffer{};
    const std::span<std::byte> into(buffer);
    const MonoTime patience = env.clock.now() + seconds(2);
    const Outcome read = co_await env::read_some(**stream, into, patience);
    if (!wrote || !read) {
      said->ended = read.code;
      co_return;
    }
    ++said->answered;
    co_await env::sleep_for(env, milliseconds(10));
  }
}

struct Pair {
  World world{{Seed{5}}};
  NodeId server = world.add_node(echo());
  Talk said;
  NodeId client = world.add_node(program("client", [this](NodeRun& run, env::TaskGroup& group) {
    group.spawn(talk(run.env(), &said));
  }));
};

TEST(Network, bytes_arrive_and_come_back) {
  Pair p;
  p.world.run_until(seconds(10));
  EXPECT_GT(p.said.answered, 800);
  EXPECT_EQ(p.said.ended, Errc::ok);
}

TEST(Network, a_crashed_server_resets_its_peers_and_refuses_until_it_restarts) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.crash(FaultId{0}, p.server);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.said.ended, Errc::connection_lost);
  p.world.crash(FaultId{0}, p.client);
  p.world.restart(FaultId{0}, p.client);
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.said.ended, Errc::refused);
  p.world.restart(FaultId{0}, p.server);
  p.world.crash(FaultId{0}, p.client);
  p.world.restart(FaultId{0}, p.client);
  const int before = p.said.answered;
  p.world.run_until(seconds(4));
  EXPECT_GT(p.said.answered, before);
}

TEST(Network, a_cut_is_silence_and_an_unreachable_server) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.cut(FaultId{0}, {p.client, p.server});
  p.world.run_until(seconds(6));
  EXPECT_EQ(p.said.ended, Errc::no_reply);
  p.world.crash(FaultId{1}, p.client);
  p.world.restart(FaultId{1}, p.client);
  p.world.run_until(seconds(9));
  EXPECT_EQ(p.said.ended, Errc::unreachable);
  EXPECT_GE(p.world.count(FaultId{0}).effective, 2U);
}

TEST(Network, a_clog_holds_and_releases_in_order) {
  Pair p;
  p.world.run_until(seconds(1));
  const int before = p.said.answered;
  p.world.clog(FaultId{0}, {p.server, p.client});
  p.world.run_until(milliseconds(2500));
  EXPECT_LE(p.said.answered, before + 1);
  p.world.unclog(FaultId{0}, {p.server, p.client});
  p.world.run_until(seconds(4));
  EXPECT_GT(p.said.answered, before + 50);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
}

TEST(Network, a_reset_is_seen_by_both_ends) {
  Pair p;
  p.world.run_until(seconds(1));
  const int closed = Echo::closed;
  p.world.reset(FaultId{0}, p.client, p.server);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.said.ended, Errc::connection_lost);
  EXPECT_EQ(Echo::closed, closed + 1);
}

TEST(Node, a_paused_node_does_nothing_and_catches_up_with_its_clock) {
  World world({Seed{1}});
  std::vector<MonoTime> seen;
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 100));
  }));
  world.run_until(milliseconds(2500));
  world.pause(FaultId{0}, a);
  world.run_until(milliseconds(7500));
  EXPECT_EQ(seen.size(), 2U);
  world.resume(FaultId{0}, a);
  world.run_until(milliseconds(7600));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[2] - seen[1], milliseconds(5500));
  EXPECT_EQ(world.count(FaultId{0}).effective, 1U);
}

/// Owns what a frame waits on, and counts its own end.
struct Witness {
  explicit Witness(int* n) : ended(n) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ++*ended; }
  int* ended;
};

Task<void> wait_on_sleep(Env& env, int* ended) {
  const Witness w(ended);
  co_await env::sleep_for(env, seconds(100));
}
Task<void> wait_on_event(Env& env, int* ended) {
  const Witness w(ended);
  env::Event event(env.waits);
  co_await event.wait();
}
Task<void> wait_on_channel(Env& env, int* ended) {
  const Witness w(ended);
  env::Channel<std::unique_ptr<int>> channel(env.waits, 1);
  auto got = co_await channel.receive();
}
Task<void> wait_on_read(Env& env, int* ended) {
  const Witness w(ended);
  auto stream = co_await env.network.connect(server_endpoint(), never);
  std::array<std::byte, 16> buffer{};
  const std::span<std::byte> into(buffer);
  co_await env::read_some(**stream, into);
}
Task<void> wait_on_connect(Env& env, int* ended) {
  const Witness w(ended);
  env::Endpoint deaf;
  deaf.host = "deaf-0";
  auto stream = co_await env.network.connect(deaf, never);
}
Task<void> wait_on_offload(Env& env, int* ended) {
  const Witness w(ended);
  for (;;) {
    std::function<void()> nothing = [] {};
    co_await env.storage.offload(nothing, never);
  }
}
Task<void> wait_on_join(Env& env, int* ended) {
  const Witness w(ended);
  env::TaskGroup group(env);
  group.spawn(wait_on_sleep(env, ended));
  co_await group.join();
}

TEST(Node, a_crash_in_every_kind_of_wait_destroys_every_frame_and_leaks_none) {
  int ended = 0;
  {
    World world({Seed{1}});
    world.add_node(echo());
    NodeSpec deaf;
    deaf.role = "deaf";
    const NodeId deaf_node = world.add_node(std::move(deaf));
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
      group.spawn(wait_on_sleep(run.env(), &ended));
      group.spawn(wait_on_event(run.env(), &ended));
      group.spawn(wait_on_channel(run.env(), &ended));
      group.spawn(wait_on_read(run.env(), &ended));
      group.spawn(wait_on_connect(run.env(), &ended));
      group.spawn(wait_on_offload(run.env(), &ended));
      group.spawn(wait_on_join(run.env(), &ended));
    }));
    world.cut(FaultId{9}, {a, deaf_node});
    world.run_until(seconds(1));
    EXPECT_EQ(ended, 0);
    world.crash(FaultId{0}, a);
    EXPECT_EQ(ended, 8);
    EXPECT_GT(world.count(FaultId{0}).effective, 0U);
    world.run_until(seconds(2));
  }
  EXPECT_EQ(ended, 8);
}

TEST(Node, a_thousand_frames_die_at_once_and_a_node_may_kill_itself) {
  int ended = 0;
  World world({Seed{1}});
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    for (int i = 0; i < 1000; ++i) group.spawn(wait_on_event(run.env(), &ended));
    group.spawn([](NodeRun& r) -> Task<void> {
      co_await env::sleep_for(r.env(), seconds(1));
      r.world().crash(FaultId{0}, r.id());
      co_await env::sleep_for(r.env(), seconds(1));
      ADD_FAILURE() << "a dead node ran on";
    }(run));
  }));
  world.run_until(seconds(3));
  EXPECT_EQ(ended, 1000);
  EXPECT_FALSE(world.node(a).up());
}

struct UnlockAtEnd {
  env::Stream* stream;
  env::Event* event;
  ~UnlockAtEnd() {
    event->notify_all();
    stream->close();
  }
};

TEST(Node, what_destructors_of_a_crashed_node_send_never_leaves_it) {
  World world({Seed{1}});
  world.add_node(echo());
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e) -> Task<void> {
      auto stream = co_await e.network.connect(server_endpoint(), never);
      env::Event event(e.waits);
      const UnlockAtEnd guard{stream->get(), &event};
      co_await event.wait();
    }(run.env()));
  }));
  world.run_until(seconds(1));
  const std::uint64_t before = world.trace().events();
  world.crash(FaultId{0}, a);
  world.run_until(seconds(2));
  EXPECT_EQ(world.trace().events(), before + 1);  // the reset that the peer sees, nothing else
}

TEST(World, an_empty_queue_with_a_waiting_coroutine_is_a_deadlock) {
  int ended = 0;
  World world({Seed{1}});
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(wait_on_event(run.env(), &ended));
  }));
  EXPECT_EQ(world.run_until(seconds(1)), Stop::deadlock);
}

TEST(World, a_loop_that_never_sleeps_is_a_livelock) {
  WorldOptions options{Seed{1}};
  options.events_per_instant_max = 1000;
  World world(options);
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e) -> Task<void> {
      for (;;) co_await env::sleep_for(e, Nanos(0));
    }(run.env()));
  }));
  EXPECT_EQ(world.run_until(seconds(1)), Stop::livelock);
}

}  // namespace
}  // namespace lockstep::sim
