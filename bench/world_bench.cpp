// How fast the deterministic world turns: timer events and message deliveries per second, at 20,
// 1,000 and 20,000 timers, beside the ceiling of a bare heap of function pointers.
//
// Each benchmark checks its own count, so that a fast wrong thing does not win.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <queue>
#include <vector>

#include "impl/env/task_group.hpp"
#include "sim/world.hpp"

namespace {

using lockstep::milliseconds;
using lockstep::Nanos;
using lockstep::seconds;
using lockstep::Seed;
using lockstep::env::Env;
using lockstep::env::Task;
using lockstep::env::TaskGroup;
namespace sim = lockstep::sim;
namespace env = lockstep::env;

/// About so many events per run of a world.
constexpr std::int64_t events_wanted = 400'000;

struct Program : sim::Incarnation {
  explicit Program(sim::NodeRun& run) : tasks(run.env()) {}
  TaskGroup tasks;
};

Task<void> tick(Env& e, Nanos period, std::uint64_t* count) {
  for (;;) {
    co_await env::sleep_for(e, period);
    ++*count;
  }
}

/// Every timer has a period of its own, so that the heap is stirred.
Nanos period_of(std::int64_t i) { return Nanos(1'000'000 + (i * 7919) % 100'000); }

void timers(benchmark::State& state) {
  const std::int64_t timers = state.range(0);
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::uint64_t count = 0;
    sim::WorldOptions options;
    options.seed = Seed{1};
    sim::World world(options);
    sim::NodeSpec spec;
    spec.role = "n";
    spec.program = [&](sim::NodeRun& run) {
      auto program = std::make_unique<Program>(run);
      for (std::int64_t i = 0; i < timers; ++i) {
        program->tasks.spawn(tick(run.env(), period_of(i), &count));
      }
      return program;
    };
    world.add_node(std::move(spec));
    world.run_until(Nanos(0));  // the spawns
    const Nanos limit = milliseconds(1) * std::max<std::int64_t>(events_wanted / timers, 2);
    state.ResumeTiming();
    world.run_until(limit);
    if (count < static_cast<std::uint64_t>(timers)) state.SkipWithError("timers did not fire");
    events += count;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(timers)->Arg(20)->Arg(1000)->Arg(20000)->Unit(benchmark::kMillisecond);

/// The ceiling: a std::priority_queue of (time, sequence, pointer), no coroutine, no trace.
void bare_heap(benchmark::State& state) {
  struct Entry {
    std::int64_t time;
    std::uint64_t sequence;
    std::int64_t timer;
    bool operator<(const Entry& other) const {
      return time != other.time ? time > other.time : sequence > other.sequence;
    }
  };
  const std::int64_t timers = state.range(0);
  std::uint64_t events = 0;
  for (auto _ : state) {
    std::priority_queue<Entry> heap;
    std::uint64_t sequence = 0;
    for (std::int64_t i = 0; i < timers; ++i) heap.push({period_of(i).count(), sequence++, i});
    for (std::int64_t n = 0; n < events_wanted; ++n) {
      const Entry entry = heap.top();
      heap.pop();
      heap.push({entry.time + period_of(entry.timer).count(), sequence++, entry.timer});
    }
    events += events_wanted;
    benchmark::DoNotOptimize(heap.top());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(bare_heap)->Arg(20)->Arg(1000)->Arg(20000)->Unit(benchmark::kMillisecond);

struct EchoServer : sim::Incarnation, sim::Acceptor, sim::PeerHandler {
  explicit EchoServer(sim::NodeRun& run) { run.listen(7, *this); }
  void on_accept(sim::Peer& peer) override { peer.set_handler(this); }
  void on_bytes(sim::Peer& peer, std::string_view bytes) override { peer.send(bytes); }
  void on_closed(sim::Peer&) override {}
};

Task<void> ping(Env& e, std::uint64_t* answered) {
  const env::Endpoint server{"server-0", 7, std::nullopt};
  auto stream = co_await e.network.connect(server, lockstep::never);
  if (!stream) co_return;
  std::array<std::byte, 64> buffer{};
  const std::span<std::byte> into(buffer);
  const std::span<const std::byte> message(buffer.data(), 32);
  for (;;) {
    co_await env::write_all(**stream, message);
    const env::Outcome read = co_await env::read_some(**stream, into);
    if (!read) co_return;
    ++*answered;
  }
}

/// Two deliveries per round trip, each over a stream with drawn latency.
void messages(benchmark::State& state) {
  std::uint64_t deliveries = 0;
  for (auto _ : state) {
    std::uint64_t answered = 0;
    sim::WorldOptions options;
    options.seed = Seed{1};
    sim::World world(options);
    sim::NodeSpec server;
    server.role = "server";
    server.program = [](sim::NodeRun& run) { return std::make_unique<EchoServer>(run); };
    world.add_node(std::move(server));
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      sim::NodeSpec client;
      client.role = "client";
      client.program = [&](sim::NodeRun& run) {
        auto program = std::make_unique<Program>(run);
        program->tasks.spawn(ping(run.env(), &answered));
        return program;
      };
      world.add_node(std::move(client));
    }
    world.run_until(Nanos(seconds(10)) / state.range(0));
    if (answered == 0) state.SkipWithError("nobody answered");
    deliveries += 2 * answered;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(deliveries));
}
BENCHMARK(messages)->Arg(1)->Arg(20)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
