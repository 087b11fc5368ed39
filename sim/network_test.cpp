// Connections under every fault of a link, and how connects end.
#include <gtest/gtest.h>

#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

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
  p.restart_client();
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.said.ended, Errc::refused);
  p.world.restart(FaultId{0}, p.server);
  p.restart_client();
  const int before = p.said.answered;
  p.world.run_until(seconds(4));
  EXPECT_GT(p.said.answered, before);
}

TEST(Network, a_crashed_client_resets_its_peers) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.crash(FaultId{0}, p.client);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.seen.closed, 1);
  EXPECT_EQ(p.world.network().open_connections(), 0U);
}

TEST(Network, a_cut_is_silence_and_an_unreachable_server) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.cut(FaultId{0}, {p.client, p.server});
  p.world.run_until(seconds(6));
  EXPECT_EQ(p.said.ended, Errc::no_reply);
  p.restart_client();
  p.world.run_until(seconds(9));
  EXPECT_EQ(p.said.ended, Errc::unreachable);
  EXPECT_GE(p.world.count(FaultId{0}).effective, 2U);
}

TEST(Network, a_cut_of_the_way_back_alone_hides_connections_from_the_server) {
  Pair p;
  p.world.cut(FaultId{0}, {p.server, p.client});
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.said.ended, Errc::unreachable);
  EXPECT_EQ(p.seen.accepted, 0);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
}

TEST(Network, a_cut_of_the_way_back_lets_requests_arrive_without_an_answer) {
  Pair p;
  p.world.run_until(seconds(1));
  const std::uint64_t before = p.world.count(FaultId{0}).effective;
  p.world.cut(FaultId{0}, {p.server, p.client});
  p.world.run_until(seconds(5));
  EXPECT_EQ(p.said.ended, Errc::no_reply);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, before + 1);  // the one answer
  EXPECT_EQ(p.seen.closed, 1);                                 // and the way there was open
}

/// What became of a connection after a cut of 100 ms.
Errc after_a_cut(std::uint64_t seed, int* answered) {
  Pair p(seed);
  p.world.run_until(seconds(1));
  const int before = p.said.answered;
  p.world.cut(FaultId{0}, {p.client, p.server});
  p.world.run_until(milliseconds(1100));
  p.world.heal(FaultId{0}, {p.client, p.server});
  p.world.run_until(seconds(5));
  *answered = p.said.answered - before;
  return p.said.ended;
}

TEST(Network, after_a_cut_about_half_of_the_connections_retransmit_and_the_others_stay_silent) {
  int retransmitted = 0;
  int silent = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    int answered = 0;
    const Errc ended = after_a_cut(seed, &answered);
    if (ended == Errc::ok) {
      ++retransmitted;
      EXPECT_GT(answered, 200);
    } else {
      ++silent;
      EXPECT_EQ(ended, Errc::no_reply);
      EXPECT_LE(answered, 1);
    }
  }
  EXPECT_EQ(retransmitted + silent, 60);
  EXPECT_GT(retransmitted, 15);
  EXPECT_GT(silent, 15);
}

TEST(Network, nested_cuts_end_with_the_last) {
  Pair p;
  p.world.cut(FaultId{0}, {p.client, p.server});
  p.world.cut(FaultId{0}, {p.client, p.server});
  p.world.cut(FaultId{1}, {p.client, p.server});
  p.world.heal(FaultId{0}, {p.client, p.server});
  p.world.heal(FaultId{1}, {p.client, p.server});
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.said.ended, Errc::unreachable);
  p.world.heal(FaultId{0}, {p.client, p.server});
  p.restart_client();
  p.world.run_until(seconds(3));
  EXPECT_GT(p.said.answered, 50);
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

TEST(Network, a_clog_lets_connections_come_about) {
  Pair p;
  p.world.clog(FaultId{0}, {p.server, p.client});
  p.world.clog(FaultId{0}, {p.client, p.server});
  p.world.run_until(milliseconds(1500));
  EXPECT_EQ(p.seen.accepted, 1);
  EXPECT_EQ(p.said.answered, 0);
  p.world.heal_all();
  p.world.run_until(milliseconds(1800));
  EXPECT_GT(p.said.answered, 10);
}

TEST(Network, a_slow_link_adds_its_delay_to_each_message) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.slow(FaultId{0}, {p.client, p.server}, milliseconds(490));
  const int before = p.said.answered;
  p.world.run_until(seconds(11));
  EXPECT_NEAR(p.said.answered - before, 20, 1);
  EXPECT_NEAR(static_cast<double>(p.world.count(FaultId{0}).effective), 20, 1);
  p.world.slow(FaultId{0}, {p.client, p.server}, Nanos(0));
  p.world.run_until(seconds(12));
  EXPECT_GT(p.said.answered - before, 80);
  EXPECT_EQ(p.world.count(FaultId{0}).fired, 1U);
}

TEST(Network, refusal_lasts_until_it_ends_and_leaves_old_connections_alone) {
  Pair p;
  p.world.run_until(milliseconds(100));
  p.world.refuse(FaultId{0}, p.server, true);
  const int before = p.said.answered;
  p.world.run_until(seconds(1));
  EXPECT_GT(p.said.answered, before);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 0U);
  p.restart_client();
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.said.ended, Errc::refused);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
  p.world.refuse(FaultId{0}, p.server, false);
  p.said.ended = Errc::ok;
  p.restart_client();
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.said.ended, Errc::ok);
  EXPECT_EQ(p.world.count(FaultId{0}).fired, 1U);
}

TEST(Network, a_reset_is_seen_by_both_ends) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.reset(FaultId{0}, p.client, p.server);
  p.world.run_until(seconds(2));
  EXPECT_EQ(p.said.ended, Errc::connection_lost);
  EXPECT_EQ(p.seen.closed, 1);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
  p.world.reset(FaultId{0}, p.client, p.server);  // fires, and finds nothing
  EXPECT_EQ(p.world.count(FaultId{0}).fired, 2U);
  EXPECT_EQ(p.world.count(FaultId{0}).effective, 1U);
}

TEST(Network, a_reset_passes_cuts_and_clogs) {
  Pair p;
  p.world.run_until(seconds(1));
  p.world.cut(World::no_fault, {p.client, p.server});
  p.world.clog(World::no_fault, {p.server, p.client});
  p.world.run_until(milliseconds(1100));
  p.world.reset(FaultId{0}, p.client, p.server);
  p.world.run_until(milliseconds(1101));
  EXPECT_EQ(p.said.ended, Errc::connection_lost);
  EXPECT_EQ(p.seen.closed, 1);
  p.world.heal_all();
  p.world.run_until(seconds(3));
  EXPECT_EQ(p.seen.closed, 1);
}

TEST(Network, a_name_moves_to_another_node_for_new_connections_only) {
  Pair p;
  Seen other;
  const NodeId second = p.world.add_node(service(other, true));
  p.world.run_until(seconds(1));
  p.world.network().bind_name("server-0", second);
  p.world.run_until(seconds(2));
  EXPECT_EQ(other.accepted, 0);
  p.restart_client();
  p.world.run_until(seconds(3));
  EXPECT_EQ(other.accepted, 1);
}

Task<void> connect_to(Env& env, env::Endpoint endpoint, Error* error) {
  const MonoTime deadline = env.clock.now() + seconds(1);
  auto stream = co_await env.network.connect(std::move(endpoint), deadline);
  if (!stream) *error = stream.error();
}

TEST(Network, a_name_that_does_not_resolve_and_a_port_without_a_listener_are_refused) {
  World world({.seed = Seed{1}});
  Seen seen;
  world.add_node(service(seen, true));
  Error nowhere;
  Error closed;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(connect_to(run.env(), {"nowhere", 7, std::nullopt}, &nowhere));
    group.spawn(connect_to(run.env(), {"server-0", 8, std::nullopt}, &closed));
  }));
  world.run_until(seconds(1));
  EXPECT_EQ(to_text(nowhere), "refused (definite): nowhere:7: the name does not resolve");
  EXPECT_EQ(to_text(closed), "refused (definite): server-0:8");
}

TEST(Network, faults_of_one_link_leave_the_others_alone) {
  Pair p;
  Talk other;
  const NodeId second = p.world.add_node(program(
      "client", [&](NodeRun& run, env::TaskGroup& g) { g.spawn(talk(run.env(), &other)); }));
  p.world.run_until(seconds(1));
  p.world.cut(FaultId{0}, {second, p.server});
  p.world.reset(FaultId{1}, second, p.server);
  const int before = p.said.answered;
  p.world.run_until(seconds(2));
  EXPECT_GT(p.said.answered, before + 80);
  EXPECT_EQ(p.said.ended, Errc::ok);
  EXPECT_EQ(other.ended, Errc::connection_lost);
}

TEST(Network, connections_that_are_over_are_forgotten) {
  Pair p;
  for (int i = 1; i <= 300; ++i) {
    p.world.run_until(milliseconds(20 * i));
    p.restart_client();
  }
  EXPECT_EQ(p.seen.accepted, 300);
  EXPECT_LE(p.world.network().open_connections(), 2U);
}

}  // namespace
}  // namespace lockstep::sim
