// How fast the deterministic world turns: timer events and message deliveries per second, at 20,
// 1,000 and 20,000 timers, beside the ceiling of a bare heap of (time, sequence, pointer).

#include <algorithm>
#include <memory>
#include <queue>
#include <vector>

#include "bench/harness.hpp"
#include "bench/measure.hpp"
#include "impl/env/task_group.hpp"
#include "sim/world.hpp"

namespace lockstep::bench {
namespace {

using env::Env;
using env::Task;
using env::TaskGroup;

/// About so many events per run of a world.
std::int64_t events_wanted() { return settings().quick ? 400'000 : 2'000'000; }

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

Measured timers(std::int64_t timers) {
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
  const Nanos limit = milliseconds(1) * std::max<std::int64_t>(events_wanted() / timers, 2);
  Measured measured;
  const auto began = Clock::now();
  world.run_until(limit);
  measured.elapsed_ns = ns_since(began);
  if (count < static_cast<std::uint64_t>(timers)) give_up("timers did not fire");
  measured.items = count;
  return measured;
}

/// The ceiling: a std::priority_queue of (time, sequence, pointer), no coroutine, no trace.
Measured bare_heap(std::int64_t timers) {
  struct Entry {
    std::int64_t time;
    std::uint64_t sequence;
    std::int64_t timer;
    bool operator<(const Entry& other) const {
      return time != other.time ? time > other.time : sequence > other.sequence;
    }
  };
  Measured measured;
  const auto began = Clock::now();
  std::priority_queue<Entry> heap;
  std::uint64_t sequence = 0;
  for (std::int64_t i = 0; i < timers; ++i) heap.push({period_of(i).count(), sequence++, i});
  for (std::int64_t n = 0; n < events_wanted(); ++n) {
    const Entry entry = heap.top();
    heap.pop();
    heap.push({entry.time + period_of(entry.timer).count(), sequence++, entry.timer});
  }
  measured.elapsed_ns = ns_since(began);
  measured.items = static_cast<std::uint64_t>(events_wanted());
  if (heap.top().time <= 0) give_up("the heap did not turn");
  return measured;
}

struct EchoServer : sim::Incarnation, sim::Acceptor, sim::PeerHandler {
  explicit EchoServer(sim::NodeRun& run) { run.listen(7, *this); }
  void on_accept(sim::Peer& peer) override { peer.set_handler(this); }
  void on_bytes(sim::Peer& peer, std::string_view bytes) override { peer.send(bytes); }
  void on_closed(sim::Peer&) override {}
};

Task<void> ping(Env& e, std::uint64_t* answered) {
  const env::Endpoint server{"server-0", 7, std::nullopt};
  auto stream = co_await e.network.connect(server, never);
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
Measured messages(std::int64_t clients) {
  std::uint64_t answered = 0;
  sim::WorldOptions options;
  options.seed = Seed{1};
  sim::World world(options);
  sim::NodeSpec server;
  server.role = "server";
  server.program = [](sim::NodeRun& run) { return std::make_unique<EchoServer>(run); };
  world.add_node(std::move(server));
  for (std::int64_t i = 0; i < clients; ++i) {
    sim::NodeSpec client;
    client.role = "client";
    client.program = [&](sim::NodeRun& run) {
      auto program = std::make_unique<Program>(run);
      program->tasks.spawn(ping(run.env(), &answered));
      return program;
    };
    world.add_node(std::move(client));
  }
  Measured measured;
  const auto began = Clock::now();
  world.run_until(Nanos(seconds(10)) / clients);
  measured.elapsed_ns = ns_since(began);
  if (answered == 0) give_up("nobody answered");
  measured.items = 2 * answered;
  return measured;
}
std::string with(const std::string& what, std::int64_t count) {
  return what + std::to_string(count);
}

void add_all() {
  for (const std::int64_t count : {20, 1'000, 20'000}) {
    add(with("timers/world/", count), [=] { return timers(count); });
    add(with("timers/bare_heap/", count), [=] { return bare_heap(count); });
  }
  for (const std::int64_t count : {1, 20, 1'000}) {
    add(with("messages/clients:", count), [=] { return messages(count); });
  }
}

std::vector<Ratio> ratios() {
  std::vector<Ratio> all;
  for (const std::int64_t count : {20, 1'000, 20'000}) {
    const std::string what = with("simulator, timers against a bare heap, ", count);
    all.push_back({what, with("timers/world/", count), with("timers/bare_heap/", count), 0});
  }
  all.push_back({"simulator, timer events/s, 1,000 timers", "timers/world/1000", "", 5e6});
  all.push_back({"simulator, message deliveries/s, 20 clients", "messages/clients:20", "", 2.6e6});
  return all;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(argc, argv,
                              {"Events of the deterministic world.", lockstep::bench::add_all,
                               lockstep::bench::ratios(), 5});
}
