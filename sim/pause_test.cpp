// Pauses: nothing is lost, nothing happens twice, and what was held goes first, in order.
#include <gtest/gtest.h>

#include "impl/env/channel.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

TEST(Pause, does_nothing_meanwhile_and_catches_up_with_its_clock) {
  World world({.seed = Seed{1}});
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
}

TEST(Pause, each_of_two_counts_for_itself_and_the_last_to_go_lets_go) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 100));
    group.spawn(tick(run.env(), milliseconds(2250), &seen, 1));
  }));
  world.run_until(milliseconds(500));
  world.pause(FaultId{0}, a);
  world.run_until(milliseconds(1500));
  world.pause(FaultId{1}, a);
  world.run_until(milliseconds(1600));
  EXPECT_EQ(world.count(FaultId{1}).effective, 0U);
  world.run_until(milliseconds(2500));
  world.resume(FaultId{0}, a);
  world.resume(FaultId{0}, a);  // holds nothing any more
  world.run_until(milliseconds(3000));
  EXPECT_EQ(seen.size(), 0U);
  world.resume(FaultId{1}, a);
  world.run_until(milliseconds(3100));
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(world.count(FaultId{0}).effective, 1U);
  EXPECT_EQ(world.count(FaultId{1}).effective, 1U);
}

TEST(Pause, of_a_node_that_is_down_has_no_effect) {
  World world({.seed = Seed{1}});
  std::vector<MonoTime> seen;
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(tick(run.env(), seconds(1), &seen, 3));
  }));
  world.crash(FaultId{0}, a);
  world.pause(FaultId{1}, a);
  world.restart(FaultId{0}, a);
  world.run_until(seconds(10));
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(world.count(FaultId{1}).fired, 0U);
}

TEST(Pause, held_events_come_in_their_order_and_before_others_of_that_instant) {
  for (const auto strategy : {StrategyKind::fifo, StrategyKind::random, StrategyKind::pct}) {
    World world({.seed = Seed{2}, .strategy = strategy});
    std::string seen;
    const auto note = [&seen](char letter) { return [&seen, letter] { seen += letter; }; };
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup&) {
      for (int i = 0; i < 6; ++i) run.after(seconds(1 + i), note(static_cast<char>('a' + i)));
      run.after(seconds(20), note('z'));  // at the very instant of the resume
    }));
    world.pause(FaultId{0}, a);
    world.at(seconds(20), [&] { world.resume(FaultId{0}, a); });
    world.run_until(seconds(30));
    EXPECT_EQ(seen.substr(0, 6), "abcdef") << name_of(strategy);
    EXPECT_EQ(seen.size(), 7U);
  }
}

Task<void> read_with_patience(Env& env, Nanos patience, std::string* got, Errc* first) {
  const StreamPtr stream = co_await connected(env);
  const std::span<const std::byte> ping = std::as_bytes(std::span("ping", 4));
  co_await env::write_all(*stream, ping);
  std::array<std::byte, 16> buffer{};
  const std::span<std::byte> into(buffer);
  const MonoTime deadline = env.clock.now() + patience;
  Outcome read = co_await env::read_some(*stream, into, deadline);
  *first = read.code;
  while (!read) read = co_await env::read_some(*stream, into);
  got->assign(reinterpret_cast<const char*>(buffer.data()), read.n);
}

/// The answer arrives and then the deadline passes, both during the pause.
TEST(Pause, loses_no_bytes_when_a_deadline_passes_as_well) {
  for (const Nanos patience : {milliseconds(5), milliseconds(500)}) {
    Seen seen;
    World world({.seed = Seed{1}});
    const NodeId server = world.add_node(service(seen, true));
    std::string got;
    Errc first{};
    const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
      group.spawn(read_with_patience(run.env(), patience, &got, &first));
    }));
    world.slow(World::no_fault, {server, a}, milliseconds(50));
    world.at(milliseconds(52), [&] { world.pause(FaultId{0}, a); });
    world.at(seconds(1), [&] { world.resume(FaultId{0}, a); });
    world.run_until(seconds(2));
    EXPECT_EQ(got, "ping");
    EXPECT_EQ(first, patience < milliseconds(50) ? Errc::no_reply : Errc::ok);
  }
}

TEST(Pause, a_connect_that_succeeds_and_times_out_meanwhile_leaves_no_connection_behind) {
  Seen seen;
  World world({.seed = Seed{1}});
  world.add_node(service(seen, true));
  Talk said;
  const NodeId a = world.add_node(program(
      "a", [&](NodeRun& run, env::TaskGroup& group) { group.spawn(talk(run.env(), &said)); }));
  world.at(Nanos(1), [&] { world.pause(FaultId{0}, a); });
  world.at(seconds(5), [&] {
    world.resume(FaultId{0}, a);
    world.at(seconds(6), [&] { world.crash(FaultId{1}, a); });
  });
  world.run_until(seconds(7));
  EXPECT_EQ(seen.accepted, 1);
  EXPECT_EQ(seen.closed, 1);
  EXPECT_EQ(world.network().open_connections(), 0U);
}

TEST(Pause, timers_due_meanwhile_keep_their_place_when_the_drift_changes) {
  World world({.seed = Seed{1}});
  std::string seen;
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup&) {
    run.after(seconds(1), [&] { seen += 'a'; });
    run.after(seconds(2), [&] { seen += 'b'; });
    run.after(seconds(100), [&] { seen += 'c'; });
  }));
  world.pause(FaultId{0}, a);
  world.at(milliseconds(1500), [&] { world.drift(FaultId{1}, a, PartsPerMillion{1000}); });
  world.at(milliseconds(2500), [&] { world.drift(FaultId{1}, a, PartsPerMillion{-1000}); });
  world.at(seconds(10), [&] { world.resume(FaultId{0}, a); });
  world.run_until(seconds(200));
  EXPECT_EQ(seen, "abc");
  EXPECT_EQ(world.count(FaultId{1}).effective, 3U);  // b and c, then c alone
}

TEST(Pause, of_a_server_lets_clients_connect_and_answers_them_later) {
  Pair p;
  p.world.pause(FaultId{0}, p.server);
  p.world.run_until(milliseconds(1900));
  EXPECT_EQ(p.seen.accepted, 0);
  EXPECT_EQ(p.said.ended, Errc::ok);  // neither refused nor unreachable
  p.world.resume(FaultId{0}, p.server);
  p.world.run_until(milliseconds(2100));
  EXPECT_EQ(p.seen.accepted, 1);
  EXPECT_GT(p.said.answered, 10);
}

TEST(Pause, of_a_reader_stops_its_writer_at_the_window) {
  Seen seen;
  World world({.seed = Seed{1}});
  const NodeId server = world.add_node(service(seen, false));
  Errc wrote = Errc::closed;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e, Errc* out) -> Task<void> {
      const StreamPtr stream = co_await connected(e);
      const std::vector<std::byte> much(End::window_bytes + 1);
      const std::span<const std::byte> from(much);
      const Outcome outcome = co_await env::write_all(*stream, from);
      *out = outcome.code;
    }(run.env(), &wrote));
  }));
  world.at(milliseconds(1), [&] { world.pause(FaultId{0}, server); });
  world.run_until(seconds(1));
  EXPECT_EQ(wrote, Errc::closed);
  world.resume(FaultId{0}, server);
  world.run_until(seconds(2));
  EXPECT_EQ(wrote, Errc::ok);
  EXPECT_EQ(seen.bytes.size(), End::window_bytes + 1);
}

TEST(Pause, a_wait_that_is_woken_while_its_deadline_is_held_ends_once_and_as_woken) {
  World world({.seed = Seed{1}});
  std::vector<Errc> ends;
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    const auto event = std::make_shared<env::Event>(run);
    group.spawn([](Env& e, std::shared_ptr<env::Event> on, std::vector<Errc>* out) -> Task<void> {
      const MonoTime deadline = e.clock.now() + seconds(1);
      const Outcome outcome = co_await on->wait(deadline);
      out->push_back(outcome.code);
    }(run.env(), event, &ends));
    run.on_verb("notify", [event](std::string_view) {
      event->notify_all();
      return std::uint64_t{1};
    });
  }));
  world.run_until(milliseconds(1));
  world.pause(FaultId{0}, a);
  world.run_until(seconds(2));  // the deadline is held
  EXPECT_TRUE(world.service(FaultId{1}, a, "notify", ""));
  world.run_until(seconds(3));
  EXPECT_TRUE(ends.empty());
  world.resume(FaultId{0}, a);
  world.run_until(seconds(4));
  EXPECT_EQ(ends, std::vector<Errc>{Errc::ok});
}

}  // namespace
}  // namespace lockstep::sim
