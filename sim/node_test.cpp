// What a node is given: timers, dial(), offloaded calls, randomness; handshakes of all kinds.
#include <gtest/gtest.h>

#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

/// What dial() answered.
struct Dialled {
  int answers = 0;
  Errc error = Errc::ok;
  Peer* peer = nullptr;
};

NodeSpec dialler(Dialled& dialled, Nanos timeout) {
  return program("a", [&dialled, timeout](NodeRun& run, env::TaskGroup&) {
    run.dial("server-0", test_port, timeout, [&dialled](Result<Peer*> peer) {
      ++dialled.answers;
      if (peer) dialled.peer = *peer;
      if (!peer) dialled.error = peer.error().code;
    });
  });
}

TEST(Dial, answers_once_with_a_peer_and_leaves_no_timer) {
  World world({.seed = Seed{1}});
  Seen seen;
  Dialled dialled;
  world.add_node(service(seen, false));
  world.add_node(dialler(dialled, seconds(1)));
  world.run_until(milliseconds(10));
  ASSERT_NE(dialled.peer, nullptr);
  dialled.peer->send("hello");
  world.run_until(milliseconds(20));
  EXPECT_EQ(seen.bytes, "hello");
  EXPECT_EQ(world.queue().size(), 0U);
  world.run_until(seconds(5));
  EXPECT_EQ(dialled.answers, 1);
}

TEST(Dial, a_refusal_and_a_timeout_are_told_apart) {
  for (const bool cut : {false, true}) {
    World world({.seed = Seed{1}});
    Dialled dialled;
    NodeSpec idle;
    idle.role = "server";
    const NodeId server = world.add_node(std::move(idle));
    world.cut(World::no_fault, {NodeId{1}, cut ? server : NodeId{1}});
    world.add_node(dialler(dialled, seconds(1)));
    world.run_until(seconds(5));
    EXPECT_EQ(dialled.answers, 1);
    EXPECT_EQ(dialled.error, cut ? Errc::unreachable : Errc::refused);
  }
}

TEST(Dial, closes_a_connection_that_comes_after_its_timeout) {
  World world({.seed = Seed{1}});
  Seen seen;
  Dialled dialled;
  const NodeId server = world.add_node(service(seen, false));
  world.slow(World::no_fault, {server, NodeId{1}}, seconds(2));
  world.add_node(dialler(dialled, seconds(1)));
  world.run_until(milliseconds(1500));
  EXPECT_EQ(dialled.error, Errc::unreachable);
  EXPECT_EQ(seen.accepted, 1);
  world.run_until(seconds(4));
  EXPECT_EQ(dialled.answers, 1);
  EXPECT_EQ(seen.closed, 1);
  EXPECT_EQ(world.network().open_connections(), 0U);
}

TEST(Dial, of_a_node_that_dies_is_never_answered) {
  World world({.seed = Seed{1}});
  Seen seen;
  Dialled dialled;
  world.add_node(service(seen, false));
  const NodeId a = world.add_node(dialler(dialled, seconds(1)));
  world.run_until(microseconds(50));  // the SYN is on its way
  world.crash(FaultId{0}, a);
  world.run_until(seconds(3));
  EXPECT_EQ(dialled.answers, 0);
  EXPECT_EQ(seen.accepted, 0);
}

/// How a connect ended, and after how long.
struct Connecting {
  bool connected = false;
  Errc error = Errc::ok;
  Nanos took{0};
};

Task<void> connect_with_tls(Env& env, bool verify, Connecting* out) {
  const MonoTime start = env.clock.now();
  env::Endpoint endpoint = server_endpoint(true);
  endpoint.tls->verify = verify;
  const auto stream = co_await env.network.connect(endpoint, start + seconds(1));
  out->connected = stream.has_value();
  if (!stream) out->error = stream.error().code;
  out->took = env.clock.now() - start;
  co_await env::sleep_for(env, seconds(100));
}

struct TlsPair {
  explicit TlsPair(bool verify = true) : checks(verify) {}
  bool checks;
  World world{{.seed = Seed{1}}};
  Seen seen;
  NodeId server = world.add_node(service(seen, true));
  Connecting how;
  NodeId client = world.add_node(program("client", [this](NodeRun& run, env::TaskGroup& group) {
    group.spawn(connect_with_tls(run.env(), checks, &how));
  }));
};

TEST(Tls, takes_two_more_trips_than_a_plain_connect) {
  TlsPair p;
  p.world.run_until(seconds(1));
  EXPECT_TRUE(p.how.connected);
  EXPECT_GE(p.how.took, 4 * microseconds(100));
  EXPECT_EQ(p.seen.accepted, 1);
}

TEST(Tls, a_bad_certificate_is_told_to_the_client_and_hidden_from_the_service) {
  TlsPair p;
  p.world.bad_certificate(FaultId{0}, p.server, true);
  p.world.run_until(seconds(1));
  EXPECT_EQ(p.how.error, Errc::bad_certificate);
  EXPECT_EQ(p.seen.accepted, 0);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
  EXPECT_EQ(p.world.network().open_connections(), 0U);
}

TEST(Tls, a_bad_certificate_does_not_matter_to_who_does_not_verify) {
  TlsPair p(false);
  p.world.bad_certificate(FaultId{0}, p.server, true);
  p.world.run_until(seconds(1));
  EXPECT_TRUE(p.how.connected);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 0U);
}

TEST(Tls, a_paused_server_accepts_and_does_not_shake_hands) {
  TlsPair p;
  p.world.pause(FaultId{0}, p.server);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.how.error, Errc::unreachable);
  p.world.resume(FaultId{0}, p.server);
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.seen.accepted, 1);  // of a client that has gone
  EXPECT_EQ(p.seen.closed, 1);
  EXPECT_EQ(p.world.network().open_connections(), 0U);
}

TEST(Handshake, a_crash_of_the_server_in_the_midst_of_it_is_a_refusal) {
  for (const Nanos when : {microseconds(150), microseconds(250)}) {
    TlsPair p;
    p.world.at(when, [&] { p.world.crash(FaultId{0}, p.server); });
    p.world.run_until(seconds(2));
    EXPECT_FALSE(p.how.connected);
    EXPECT_EQ(p.how.error, Errc::refused);
    EXPECT_EQ(p.world.network().open_connections(), 0U);
  }
}

TEST(Handshake, a_crash_of_the_client_in_the_midst_of_it_leaves_no_connection) {
  for (int i = 1; i < 40; ++i) {
    Pair p;
    p.world.at(microseconds(20 * i), [&] { p.world.crash(FaultId{0}, p.client); });
    p.world.run_until(seconds(2));
    EXPECT_EQ(p.seen.accepted, p.seen.closed);
    EXPECT_EQ(p.world.network().open_connections(), 0U);
  }
}

TEST(Handshake, a_restarted_server_knows_nothing_of_the_old_ones) {
  for (int i = 1; i < 40; ++i) {
    Pair p;
    p.world.at(microseconds(20 * i), [&] {
      p.world.crash(FaultId{0}, p.server);
      p.world.restart(FaultId{0}, p.server);
    });
    p.world.run_until(seconds(2));
    const bool survived = p.said.answered > 100;
    EXPECT_TRUE(survived || p.said.ended == Errc::connection_lost || p.said.ended == Errc::refused);
    EXPECT_EQ(p.world.network().open_connections(), survived ? 1U : 0U);
  }
}

/// A service that speaks first.
struct Greeter : Incarnation, Acceptor {
  explicit Greeter(NodeRun& run) { run.listen(test_port, *this); }
  void on_accept(Peer& peer) override { peer.send("hello"); }
};

TEST(Handshake, a_greeting_is_heard_however_soon_it_comes) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    World world({.seed = Seed{seed}, .strategy = StrategyKind::random});
    NodeSpec greeter;
    greeter.role = "server";
    greeter.program = [](NodeRun& run) { return std::make_unique<Greeter>(run); };
    world.add_node(std::move(greeter));
    std::string heard;
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
      group.spawn([](Env& e, std::string* out) -> Task<void> {
        const StreamPtr stream = co_await connected(e);
        out->resize(5);
        const std::span<std::byte> into = std::as_writable_bytes(std::span(*out));
        const MonoTime deadline = e.clock.now() + seconds(1);
        const Outcome read = co_await env::read_some(*stream, into, deadline);
        if (!read) out->clear();
      }(run.env(), &heard));
    }));
    if (seed % 2 == 0) {
      world.at(Nanos(1), [&] { world.pause(FaultId{0}, a); });
      world.at(milliseconds(100), [&] { world.resume(FaultId{0}, a); });
    }
    world.run_until(seconds(2));
    EXPECT_EQ(heard, "hello");
  }
}

Task<void> call(Env& env, std::vector<int>* order, int n) {
  std::function<void()> append = [order, n] { order->push_back(n); };
  const Outcome ran = co_await env.storage.offload(std::move(append), never);
  EXPECT_TRUE(ran);
  order->push_back(-n);
}

TEST(Offload, runs_calls_in_order_and_answers_each_after_its_effect) {
  World world({.seed = Seed{1}});
  std::vector<int> order;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    for (int n = 1; n <= 5; ++n) group.spawn(call(run.env(), &order, n));
  }));
  world.run_until(seconds(1));
  EXPECT_EQ(order, (std::vector<int>{1, -1, 2, -2, 3, -3, 4, -4, 5, -5}));
}

TEST(Offload, a_caller_that_gave_up_does_not_keep_its_call_from_running) {
  World world({.seed = Seed{1}});
  std::vector<int> ran;
  Errc code{};
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e, std::vector<int>* out, Errc* ended) -> Task<void> {
      std::function<void()> append = [out] { out->push_back(1); };
      const MonoTime deadline = e.clock.now() + microseconds(1);
      const Outcome outcome = co_await e.storage.offload(std::move(append), deadline);
      *ended = outcome.code;
      EXPECT_TRUE(out->empty());
    }(run.env(), &ran, &code));
  }));
  world.run_until(seconds(1));
  EXPECT_EQ(code, Errc::no_reply);
  EXPECT_EQ(ran, std::vector<int>{1});
}

TEST(Offload, a_crash_may_fall_between_the_effect_and_the_answer) {
  int effects_without_answer = 0;
  for (std::int64_t us = 20; us < 400; us += 2) {
    World world({.seed = Seed{3}});
    std::vector<int> order;
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
      group.spawn(call(run.env(), &order, 1));
    }));
    world.at(microseconds(us), [&] { world.crash(FaultId{0}, a); });
    world.run_until(milliseconds(1));
    if (order == std::vector<int>{1}) ++effects_without_answer;
  }
  EXPECT_GE(effects_without_answer, 1);
}

TEST(Randomness, of_an_incarnation_depends_on_nothing_but_it) {
  const auto first_draws = [](bool alone, int crashes) {
    World world({.seed = Seed{1}});
    std::vector<std::uint64_t> drawn;
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup&) {
      drawn = {run.env().random.next()};
      drawn.push_back(run.env().random.next());
    }));
    if (!alone)
      world.add_node(
          program("b", [](NodeRun& run, env::TaskGroup&) { (void)run.env().random.next(); }));
    for (int i = 0; i < crashes; ++i) {
      world.crash(FaultId{0}, a);
      world.restart(FaultId{0}, a);
    }
    return drawn;
  };
  EXPECT_EQ(first_draws(true, 0), first_draws(false, 0));
  EXPECT_EQ(first_draws(true, 2), first_draws(false, 2));
  EXPECT_NE(first_draws(true, 0), first_draws(true, 1));
}

}  // namespace
}  // namespace lockstep::sim
