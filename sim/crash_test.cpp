// Crashes: in every kind of wait, by a node's own hand, inside service verbs, and what is left of a
// dead node.
#include <gtest/gtest.h>

#include "impl/env/channel.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

Task<void> wait_on_sleep(Env& env, int* ended) {
  const Witness w(ended);
  co_await env::sleep_for(env, seconds(1));
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
  const StreamPtr stream = co_await connected(env);
  std::array<std::byte, 16> buffer{};
  const std::span<std::byte> into(buffer);
  co_await env::read_some(*stream, into);
}
/// "peer-0" is a coroutine's stream that nobody reads: the window fills up.
Task<void> wait_on_write(Env& env, int* ended) {
  const Witness w(ended);
  const StreamPtr stream = co_await connected(env);
  const std::vector<std::byte> much(End::window_bytes * 2);
  const std::span<const std::byte> from(much);
  co_await env::write_all(*stream, from);
  ADD_FAILURE() << "nobody reads, and yet all was written";
}
Task<void> wait_on_connect(Env& env, int* ended) {
  const Witness w(ended);
  env::Endpoint deaf;
  deaf.host = "deaf-0";
  auto stream = co_await env.network.connect(deaf, never);
}
/// The server is paused: TCP's handshake ends, TLS's does not.
Task<void> wait_on_tls(Env& env, int* ended) {
  const Witness w(ended);
  env::Endpoint stopped = server_endpoint(true);
  stopped.host = "stopped-0";
  auto stream = co_await env.network.connect(stopped, never);
  ADD_FAILURE() << "a paused server finished a TLS handshake";
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

struct Deaf {
  explicit Deaf(World& world) {
    NodeSpec spec;
    spec.role = "deaf";
    deaf = world.add_node(std::move(spec));
    NodeSpec tls = service(seen, false);
    tls.role = "stopped";
    stopped = world.add_node(std::move(tls));
    world.pause(World::no_fault, stopped);
  }
  Seen seen;
  NodeId deaf;
  NodeId stopped;
};

void spawn_all(Env& env, env::TaskGroup& group, int* ended) {
  group.spawn(wait_on_sleep(env, ended));
  group.spawn(wait_on_event(env, ended));
  group.spawn(wait_on_channel(env, ended));
  group.spawn(wait_on_read(env, ended));
  group.spawn(wait_on_write(env, ended));
  group.spawn(wait_on_connect(env, ended));
  group.spawn(wait_on_tls(env, ended));
  group.spawn(wait_on_offload(env, ended));
  group.spawn(wait_on_join(env, ended));
}
constexpr int frames = 10;  // join holds two

TEST(Crash, in_every_kind_of_wait_destroys_every_frame_and_leaks_none) {
  int ended = 0;
  {
    Seen seen;
    World world({.seed = Seed{1}});
    const NodeId server = world.add_node(service(seen, false));
    const Deaf deaf(world);
    const NodeId a = world.add_node(program(
        "a", [&](NodeRun& run, env::TaskGroup& group) { spawn_all(run.env(), group, &ended); }));
    world.cut(World::no_fault, {a, deaf.deaf});
    world.clog(World::no_fault, {a, server});
    world.run_until(milliseconds(500));
    EXPECT_EQ(ended, 0);
    world.crash(FaultId{0}, a);
    EXPECT_EQ(ended, frames);
    EXPECT_EQ(world.count(FaultId{0}).fired, 1U);
    EXPECT_EQ(world.count(FaultId{0}).effective, 1U);
    world.run_until(seconds(2));
  }
  EXPECT_EQ(ended, frames);
}

TEST(Crash, of_a_paused_node_destroys_what_its_pause_kept_back) {
  int ended = 0;
  Seen seen;
  World world({.seed = Seed{1}});
  const NodeId server = world.add_node(service(seen, true));
  const Deaf deaf(world);
  const NodeId a = world.add_node(program(
      "a", [&](NodeRun& run, env::TaskGroup& group) { spawn_all(run.env(), group, &ended); }));
  world.cut(World::no_fault, {a, deaf.deaf});
  world.clog(World::no_fault, {a, server});
  world.run_until(milliseconds(500));
  world.pause(FaultId{0}, a);
  world.run_until(seconds(2));
  EXPECT_EQ(ended, 0);
  world.crash(FaultId{1}, a);
  EXPECT_EQ(ended, frames);
  world.resume(FaultId{0}, a);
  EXPECT_NE(world.run_until(seconds(3)), Stop::livelock);
}

TEST(Crash, between_resume_and_the_held_events_leaves_nothing_that_dangles) {
  int ended = 0;
  Seen seen;
  World world({.seed = Seed{1}});
  world.add_node(service(seen, true));
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(wait_on_sleep(run.env(), &ended));
    group.spawn(wait_on_offload(run.env(), &ended));
  }));
  world.pause(FaultId{0}, a);
  world.at(milliseconds(150), [&] {
    world.resume(FaultId{0}, a);
    world.crash(FaultId{1}, a);
  });
  world.run_until(milliseconds(200));
  EXPECT_EQ(ended, 0);  // the pause began before the tasks did
  world.restart(FaultId{1}, a);
  world.at(milliseconds(250), [&] { world.pause(FaultId{0}, a); });
  world.at(milliseconds(1350), [&] {
    world.resume(FaultId{0}, a);
    world.crash(FaultId{1}, a);
  });
  world.run_until(milliseconds(1400));
  EXPECT_EQ(ended, 2);
}

TEST(Crash, destroys_a_thousand_frames_at_once_by_the_nodes_own_hand) {
  int ended = 0;
  World world({.seed = Seed{1}});
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

TEST(Crash, by_a_nodes_own_hand_lets_nothing_that_it_still_says_leave_it) {
  Seen seen;
  World world({.seed = Seed{1}});
  world.add_node(service(seen, false));
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](NodeRun& r) -> Task<void> {
      const StreamPtr stream = co_await connected(r.env());
      r.world().crash(FaultId{0}, r.id());
      const std::span<const std::byte> last = std::as_bytes(std::span("last words", 10));
      co_await env::write_all(*stream, last);
    }(run));
  }));
  world.run_until(seconds(1));
  EXPECT_EQ(seen.accepted, 1);
  EXPECT_EQ(seen.bytes, "");
  EXPECT_EQ(seen.closed, 1);
}

TEST(Crash, of_a_service_by_its_own_hand_lets_no_answer_leave_it) {
  struct Suicidal : TestService {
    Suicidal(NodeRun& run, Seen& to) : TestService(run, to, true), node(run) {}
    void on_bytes(Peer& peer, std::string_view bytes) override {
      node.world().crash(FaultId{0}, node.id());
      TestService::on_bytes(peer, bytes);
    }
    NodeRun& node;
  };
  Seen seen;
  World world({.seed = Seed{1}});
  NodeSpec spec;
  spec.role = "server";
  spec.program = [&](NodeRun& run) { return std::make_unique<Suicidal>(run, seen); };
  world.add_node(std::move(spec));
  Talk said;
  world.add_node(program(
      "client", [&](NodeRun& run, env::TaskGroup& group) { group.spawn(talk(run.env(), &said)); }));
  world.run_until(seconds(1));
  EXPECT_EQ(said.answered, 0);
  EXPECT_EQ(said.ended, Errc::connection_lost);
}

NodeSpec with_verb(int* ended, std::function<std::uint64_t(NodeRun&)> act) {
  return program("a", [ended, act](NodeRun& run, env::TaskGroup& group) {
    group.spawn(wait_on_event(run.env(), ended));
    run.on_verb("act", [&run, act](std::string_view) { return act(run); });
  });
}

TEST(Crash, inside_a_service_verb_buries_the_node_when_the_verb_has_returned) {
  int ended = 0;
  World world({.seed = Seed{1}});
  bool returned = false;
  const NodeId a = world.add_node(with_verb(&ended, [&](NodeRun& run) {
    run.world().crash(FaultId{1}, run.id());
    run.world().restart(FaultId{1}, run.id());  // still dying: no effect
    EXPECT_EQ(ended, 0);
    returned = true;
    return std::uint64_t{1};
  }));
  world.run_until(seconds(1));
  EXPECT_TRUE(world.service(FaultId{0}, a, "act", ""));
  EXPECT_TRUE(returned);
  EXPECT_EQ(ended, 1);
  EXPECT_FALSE(world.node(a).up());
  const auto refused = world.service(FaultId{0}, a, "act", "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  world.restart(FaultId{1}, a);
  EXPECT_TRUE(world.node(a).up());
}

TEST(Crash, inside_the_start_of_a_program_buries_the_node_when_that_has_returned) {
  int ended = 0;
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(wait_on_event(run.env(), &ended));
    run.world().crash(FaultId{0}, run.id());
    group.spawn(wait_on_event(run.env(), &ended));
  }));
  EXPECT_FALSE(world.node(a).up());
  EXPECT_EQ(ended, 0);  // neither task had begun
  world.run_until(seconds(1));
}

struct UnlockAtEnd {
  env::Stream* stream;
  env::Event* event;
  ~UnlockAtEnd() {
    event->notify_all();
    stream->close();
  }
};

TEST(Crash, what_destructors_of_a_crashed_node_send_never_leaves_it) {
  Seen seen;
  World world({.seed = Seed{1}});
  world.add_node(service(seen, false));
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e) -> Task<void> {
      const StreamPtr stream = co_await connected(e);
      env::Event event(e.waits);
      const UnlockAtEnd guard{stream.get(), &event};
      co_await event.wait();
    }(run.env()));
  }));
  world.run_until(seconds(1));
  const std::uint64_t before = world.trace().events();
  world.crash(FaultId{0}, a);
  world.run_until(seconds(2));
  EXPECT_EQ(world.trace().events(), before + 1);  // the reset that the peer sees, nothing else
  EXPECT_EQ(seen.closed, 1);
}

TEST(Crash, drops_offloaded_calls_that_wait_with_all_they_own) {
  int ended = 0;
  int ran = 0;
  World world({.seed = Seed{1}});
  const NodeId a = world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    for (int i = 0; i < 100; ++i) {
      group.spawn([](Env& e, int* calls, int* gone) -> Task<void> {
        const auto database = std::make_shared<Witness>(gone);
        std::function<void()> call = [calls, database] { ++*calls; };
        co_await e.storage.offload(std::move(call), never);
      }(run.env(), &ran, &ended));
    }
  }));
  world.run_until(milliseconds(2));
  EXPECT_GT(ran, 0);
  EXPECT_LT(ran, 100);
  world.crash(FaultId{0}, a);
  EXPECT_EQ(ended, 100);
}

struct PortLog : DiskPort {
  std::string calls;
  void power_off() override { calls += "off "; }
  std::uint64_t power_cut(std::uint64_t number) override {
    calls += "cut" + std::to_string(number) + " ";
    return 0;
  }
  Result<void> apply(FaultId, std::string_view verb, std::int64_t) override {
    if (verb == "slow") return {};
    return fail(definite(Errc::invalid_argument));
  }
  [[nodiscard]] std::uint64_t effective(FaultId) const override { return 3; }
  void heal() override { calls += "heal "; }
};

TEST(Crash, turns_the_disk_off_before_anything_unwinds_and_cuts_its_power_after) {
  const auto disk = std::make_shared<PortLog>();
  World world({.seed = Seed{1}});
  struct Closes {
    PortLog* log;
    ~Closes() { log->calls += "unwind "; }
  };
  NodeSpec spec = program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn([](Env& e, PortLog* log) -> Task<void> {
      const Closes closes{log};
      co_await env::sleep_for(e, seconds(1000));
    }(run.env(), disk.get()));
  });
  spec.disk = disk;
  const NodeId a = world.add_node(std::move(spec));
  world.run_until(seconds(1));
  world.crash(FaultId{0}, a);
  EXPECT_EQ(disk->calls, "off unwind cut0 ");
  world.restart(FaultId{0}, a);
  world.run_until(seconds(2));
  world.crash(FaultId{0}, a);
  EXPECT_EQ(disk->calls, "off unwind cut0 off unwind cut1 ");
}

TEST(Disk, verbs_reach_the_port_and_count_only_when_they_apply) {
  World world({.seed = Seed{1}});
  NodeSpec spec = program("a", [](NodeRun&, env::TaskGroup&) {});
  spec.disk = std::make_shared<PortLog>();
  const NodeId a = world.add_node(std::move(spec));
  const NodeId b = world.add_node(program("b", [](NodeRun&, env::TaskGroup&) {}));
  EXPECT_TRUE(world.disk(FaultId{0}, a, "slow", 5));
  EXPECT_TRUE(world.disk(FaultId{0}, a, "slow", -1));
  EXPECT_FALSE(world.disk(FaultId{0}, a, "fast", 5));
  EXPECT_FALSE(world.disk(FaultId{0}, b, "slow", 5));
  EXPECT_EQ(world.count(FaultId{0}).fired, 1U);
  EXPECT_EQ(world.count(FaultId{0}).effective, 3U);
}

}  // namespace
}  // namespace lockstep::sim
