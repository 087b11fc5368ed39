// Small programs for tests of the world: nodes made of one function, an echo service, a client that
// talks to it. For tests only.
#pragma once

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/env/task_group.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

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

/// Sleeps `times` times for `period` and notes what the clock says then.
inline Task<void> tick(Env& env, Nanos period, std::vector<MonoTime>* seen, int times) {
  for (int i = 0; i < times; ++i) {
    co_await env::sleep_for(env, period);
    seen->push_back(env.clock.now());
  }
}

inline constexpr std::uint16_t test_port = 7;

/// What a test service saw; it outlives the service's incarnations.
struct Seen {
  int accepted = 0;
  int closed = 0;
  std::string bytes;
  std::vector<Peer*> peers;  ///< of all incarnations
};

/// Keeps what it is sent, and says it back if `echoes`.
struct TestService : Incarnation, Acceptor, PeerHandler {
  TestService(NodeRun& run, Seen& to, bool does_echo) : seen(to), echoes(does_echo) {
    run.listen(test_port, *this);
  }
  void on_accept(Peer& peer) override {
    peer.set_handler(this);
    ++seen.accepted;
    seen.peers.push_back(&peer);
  }
  void on_bytes(Peer& peer, std::string_view bytes) override {
    if (echoes) return peer.send(bytes);
    seen.bytes += bytes;
  }
  void on_closed(Peer&) override { ++seen.closed; }

  Seen& seen;
  bool echoes;
};

inline NodeSpec service(Seen& seen, bool echoes) {
  NodeSpec spec;
  spec.role = "server";
  spec.program = [&seen, echoes](NodeRun& run) {
    return std::make_unique<TestService>(run, seen, echoes);
  };
  return spec;
}

inline env::Endpoint server_endpoint(bool tls = false) {
  env::Endpoint endpoint;
  endpoint.host = "server-0";
  endpoint.port = test_port;
  if (tls) endpoint.tls.emplace();
  return endpoint;
}

using StreamPtr = std::unique_ptr<env::Stream>;

/// Connects to server-0 without a deadline; nullptr on failure.
inline Task<StreamPtr> connected(Env& env) {
  auto stream = co_await env.network.connect(server_endpoint(), never);
  co_return stream ? std::move(*stream) : nullptr;
}

struct Talk {
  int answered = 0;
  Errc ended = Errc::ok;
};

/// Says "ping" and waits for the answer, until something ends it. Patience: 1 s to connect, 2 s for
/// each answer.
inline Task<void> talk(Env& env, Talk* said) {
  const MonoTime connect_by = env.clock.now() + seconds(1);
  auto stream = co_await env.network.connect(server_endpoint(), connect_by);
  if (!stream) {
    said->ended = stream.error().code;
    co_return;
  }
  for (;;) {
    const std::span<const std::byte> ping = std::as_bytes(std::span("ping", 4));
    const Outcome wrote = co_await env::write_all(**stream, ping);
    std::array<std::byte, 16> buffer{};
    const std::span<std::byte> into(buffer);
    const MonoTime answer_by = env.clock.now() + seconds(2);
    const Outcome read = co_await env::read_some(**stream, into, answer_by);
    if (!wrote || !read) {
      said->ended = wrote ? read.code : wrote.code;
      co_return;
    }
    ++said->answered;
    co_await env::sleep_for(env, milliseconds(10));
  }
}

/// An echoing server and one client that talks to it.
struct Pair {
  explicit Pair(std::uint64_t seed = 5) : world({.seed = Seed{seed}}) {}

  World world;
  Seen seen;
  NodeId server = world.add_node(service(seen, true));
  Talk said;
  NodeId client = world.add_node(program("client", [this](NodeRun& run, env::TaskGroup& group) {
    group.spawn(talk(run.env(), &said));
  }));

  void restart_client() {
    world.crash(World::no_fault, client);
    world.restart(World::no_fault, client);
  }
};

/// Counts its own end: one per frame shows that a crash destroys them all.
struct Witness {
  explicit Witness(int* n) : ended(n) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ++*ended; }
  int* ended;
};

}  // namespace lockstep::sim
