// How fast whole scenarios turn: seeds per second with faults, judged, on one thread and two; crash
// points per second; and protocol events per second without faults, beside idle timers that stir
// the event queue. A seed whose verdict is not valid ends the program.
#include <string>
#include <thread>
#include <vector>

#include "bench/harness.hpp"
#include "bench/measure.hpp"
#include "impl/env/task_group.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/lock_world/lock_world.hpp"
#include "scenarios/run.hpp"

namespace lockstep::bench {
namespace {

/// The scenario that performance targets are stated for: 60 virtual seconds, faults, a write every
/// 500 ms of hold, some 750 operations.
constexpr std::string_view paused_holders = R"json({
  "schema": 1, "name": "bench_holder_paused", "about": "bench",
  "workload": {"kind": "lock", "clients": 5, "keys": 2, "hold": "200ms..2s", "think": "50ms..500ms",
               "guarded": "fenced", "write_every": "500ms", "write_delay": "0..20ms"},
  "lock": {"backend": "redis", "ttl": "3s", "refresh_interval": "1s", "retry_interval": "500ms"},
  "topology": {"redis": {"nodes": 1, "persistence": "aof-always"}},
  "clocks": {"skew": "0..200ms", "drift_ppm": "-200..200"},
  "duration": "60s",
  "faults": [{"kind": "pause", "target": "client", "every": "5s..15s", "for": "1s..8s"}],
  "implementation": "reference", "require": ["grant"], "expect": {"verdict": "valid"}
})json";

/// 20 clients that hardly rest, no faults.
constexpr std::string_view busy_clients = R"json({
  "schema": 1, "name": "bench_busy", "about": "bench",
  "workload": {"kind": "lock", "clients": 20, "keys": 10, "hold": "5ms..50ms", "think": "1ms..5ms",
               "guarded": "fenced", "write_every": "10ms"},
  "lock": {"backend": "redis", "ttl": "3s", "refresh_interval": "1s", "retry_interval": "20ms",
           "retry_jitter": "10ms"},
  "topology": {"redis": {"nodes": 1, "persistence": "aof-always"}},
  "strategy": "fifo", "duration": "10s",
  "implementation": "reference", "require": ["grant"], "expect": {"verdict": "valid"}
})json";

/// Real RocksDB and some five power cuts: the promise of the durable queue. Some 2,500 operations a
/// seed; `busy`: 8,000.
std::string queue_with_cuts(bool busy) {
  return R"json({
  "schema": 1, "name": "bench_queue", "about": "bench",
  "workload": {"kind": "queue", "producers": 4, "consumers": 4, "hold": "0..50ms",
               "think": ")json" +
         std::string(busy ? "5ms..40ms" : "50ms..450ms") +
         R"json(", "rotate": "5s..15s", "payload": "0..2000", "nack_percent": 10},
  "queue": {"push": "sync", "ack": "sync"},
  "duration": "30s",
  "faults": [{"kind": "crash", "target": "client", "every": "4s..8s", "for": "100ms..1s"}],
  "implementation": "reference", "require": ["pushed", "delivered", "acked"],
  "expect": {"verdict": "valid"}
})json";
}

/// The power fails in one call that changes the disk; a seed is one such call.
/// `is_long`: of four lives, as scenarios/queue/queue_crash_points.json; else of one short life.
std::string crash_points(bool is_long) {
  const std::string lives =
      is_long ? R"json("rotate": "300ms..600ms", )json" : R"json("rotate": "1s", )json";
  return R"json({
  "schema": 1, "name": "bench_crash_points", "about": "bench",
  "workload": {"kind": "queue", "producers": 2, "consumers": 2, "hold": "0..20ms",
               "think": "5ms..40ms", )json" +
         lives + R"json("payload": "0..2000", "nack_percent": 10},
  "queue": {"push": "sync", "ack": "sync"}, "sweep": {"calls": 1000},
  "duration": ")json" +
         std::string(is_long ? "2s" : "400ms") + R"json(", "liveness": "8s", "faults": [],
  "implementation": "reference", "require": ["pushed", "delivered", "acked", "crash_recovered"],
  "expect": {"verdict": "valid"}
})json";
}

scenarios::Scenario scenario_of(std::string_view text) {
  auto parsed = scenarios::parse_scenario(text, "bench");
  if (!parsed) give_up(parsed.error().found);
  return std::move(*parsed);
}

struct Totals {
  std::uint64_t operations = 0;
  std::uint64_t events = 0;
  Latencies ns;
};

Totals run_seeds(const scenarios::Scenario& scenario, std::uint64_t first, std::uint64_t count) {
  Totals totals;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto began = Clock::now();
    const scenarios::Plan plan = scenarios::expand(scenario, Seed{seed});
    const auto result = scenarios::run_plan(plan, {});
    if (!result || result->judgement.verdict() != checkers::Verdict::valid) {
      give_up("seed " + std::to_string(seed) + " is not valid");
    }
    totals.operations += result->operations;
    totals.events += result->events;
    totals.ns.push_back(ns_since(began));
  }
  return totals;
}

/// Items are seeds, `each` of them on every thread.
Measured seeds(std::string_view text, std::uint64_t each, std::size_t threads) {
  const scenarios::Scenario scenario = scenario_of(text);
  if (settings().quick) each = std::max<std::uint64_t>(each / 4, 2);
  std::vector<Totals> totals(threads);
  const auto work = [&](std::size_t who) {
    totals[who] = run_seeds(scenario, std::uint64_t{who} << 32U, each);
  };
  Measured measured;
  measured.items = each * threads;
  const auto began = Clock::now();
  std::vector<std::thread> others;
  for (std::size_t who = 1; who < threads; ++who) others.emplace_back(work, who);
  work(0);
  for (std::thread& one : others) one.join();
  measured.elapsed_ns = ns_since(began);
  double operations = 0;
  for (const Totals& one : totals) {
    operations += static_cast<double>(one.operations);
    measured.latencies.insert(measured.latencies.end(), one.ns.begin(), one.ns.end());
  }
  measured.counters["operations_per_second"] =
      operations / static_cast<double>(measured.elapsed_ns) * 1e9;
  measured.counters["operations_per_seed"] = operations / static_cast<double>(measured.items);
  return measured;
}

struct IdleTimers : sim::Incarnation {
  IdleTimers(sim::NodeRun& run, std::int64_t timers) : tasks(run.env()) {
    for (std::int64_t i = 0; i < timers; ++i) tasks.spawn(doze(run.env(), seconds(3600 + i)));
  }
  static env::Task<void> doze(env::Env& e, Nanos time) { co_await env::sleep_for(e, time); }
  env::TaskGroup tasks;
};

/// Events of a world in which every message is made by a client, parsed by the server, answered,
/// recorded: from the socket's bytes to the history, while so many timers are armed.
Measured protocol_events(std::int64_t timers) {
  const scenarios::Scenario scenario = scenario_of(busy_clients);
  const scenarios::Plan plan = scenarios::expand(scenario, Seed{1});
  checkers::History history;
  scenarios::LockWorld world(plan, history);
  sim::NodeSpec idle;
  idle.role = "idle";
  idle.program = [&](sim::NodeRun& run) { return std::make_unique<IdleTimers>(run, timers); };
  world.world().add_node(std::move(idle));
  Measured measured;
  const auto began = Clock::now();
  world.run(nullptr);
  measured.elapsed_ns = ns_since(began);
  if (world.log().completed() == 0) give_up("nothing was done");
  measured.items = world.world().trace().events();
  measured.counters["operations_per_second"] =
      static_cast<double>(world.log().completed()) / static_cast<double>(measured.elapsed_ns) * 1e9;
  return measured;
}

std::string with(const std::string& what, std::int64_t count) {
  return what + std::to_string(count);
}

void add_seeds(const std::string& name, const std::string& text, std::uint64_t each) {
  for (const std::size_t threads : {1U, 2U}) {
    add("seeds/" + name + "/threads:" + std::to_string(threads),
        [=] { return seeds(text, each, threads); });
  }
}

void add_all() {
  add_seeds("lock", std::string(paused_holders), 200);
  add_seeds("queue", queue_with_cuts(false), 60);
  add_seeds("queue_busy", queue_with_cuts(true), 24);
  add_seeds("crash_points", crash_points(false), 200);
  add_seeds("crash_points_long", crash_points(true), 60);
  for (const std::int64_t timers : {20, 1'000, 20'000}) {
    add(with("protocol/timers:", timers), [=] { return protocol_events(timers); });
  }
}

std::vector<Ratio> ratios() {
  std::vector<Ratio> all;
  for (const std::string name : {"lock", "queue", "crash_points"}) {
    const std::string one = "seeds/" + name + "/threads:1";
    all.push_back({name + " seeds, 2 threads against 1", "seeds/" + name + "/threads:2", one, 1.9});
    const double target = name == "lock" ? 200 : name == "queue" ? 60 : 500;
    all.push_back({name + " seeds/s per core", one, "", target});
  }
  all.push_back(
      {"lock operations/s per core", "seeds/lock/threads:1", "", 2e5, "operations_per_second"});
  all.push_back({"protocol events/s, 20 idle timers", "protocol/timers:20", "", 2e6});
  return all;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(argc, argv,
                              {"Whole scenarios: seeds, crash points, protocol events per second.",
                               lockstep::bench::add_all, lockstep::bench::ratios(), 5});
}
