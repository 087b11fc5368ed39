// How fast whole lock scenarios turn: seeds per second with faults, judged (one thread and two),
// and protocol events per second without faults, beside idle timers that stir the event queue.
//
// Every benchmark checks its own answer: a seed whose verdict is not valid fails it.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "impl/env/task_group.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/lock_world/lock_world.hpp"
#include "scenarios/run.hpp"

namespace {

using namespace lockstep;

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

scenarios::Scenario scenario_of(std::string_view text) {
  auto parsed = scenarios::parse_scenario(text, "bench");
  if (!parsed) {
    std::fputs((parsed.error().found + "\n").c_str(), stderr);
    std::exit(1);
  }
  return std::move(*parsed);
}

using Counter = benchmark::Counter;

void lock_scenario(benchmark::State& state) {
  const scenarios::Scenario scenario = scenario_of(paused_holders);
  std::uint64_t operations = 0;
  std::uint64_t events = 0;
  auto seed = static_cast<std::uint64_t>(state.thread_index()) << 32U;
  for (auto _ : state) {
    const scenarios::Plan plan = scenarios::expand(scenario, Seed{seed++});
    const auto result = scenarios::run_plan(plan, {});
    if (!result || result->judgement.verdict() != checkers::Verdict::valid) {
      state.SkipWithError("a seed is not valid");
      break;
    }
    operations += result->operations;
    events += result->events;
  }
  state.counters["seeds"] = Counter(static_cast<double>(state.iterations()), Counter::kIsRate);
  state.counters["lock_ops"] = Counter(static_cast<double>(operations), Counter::kIsRate);
  state.counters["events"] = Counter(static_cast<double>(events), Counter::kIsRate);
  state.counters["ops_per_seed"] =
      Counter(static_cast<double>(operations) / static_cast<double>(state.iterations()),
              Counter::kAvgThreads);
}
BENCHMARK(lock_scenario)->Threads(1)->Threads(2)->UseRealTime()->Unit(benchmark::kMillisecond);

struct IdleTimers : sim::Incarnation {
  IdleTimers(sim::NodeRun& run, std::int64_t timers) : tasks(run.env()) {
    for (std::int64_t i = 0; i < timers; ++i) tasks.spawn(doze(run.env(), seconds(3600 + i)));
  }
  static env::Task<void> doze(env::Env& e, Nanos time) { co_await env::sleep_for(e, time); }
  env::TaskGroup tasks;
};

/// Events of a world in which every message is made by a client, parsed by the server, answered,
/// recorded: from the socket's bytes to the history, while so many timers are armed.
void protocol_events(benchmark::State& state) {
  const scenarios::Scenario scenario = scenario_of(busy_clients);
  const scenarios::Plan plan = scenarios::expand(scenario, Seed{1});
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  for (auto _ : state) {
    state.PauseTiming();
    checkers::History history;
    scenarios::LockWorld world(plan, history);
    sim::NodeSpec idle;
    idle.role = "idle";
    idle.program = [&](sim::NodeRun& run) {
      return std::make_unique<IdleTimers>(run, state.range(0));
    };
    world.world().add_node(std::move(idle));
    state.ResumeTiming();
    world.run(nullptr);
    if (world.log().completed() == 0) state.SkipWithError("nothing was done");
    events += world.world().trace().events();
    operations += world.log().completed();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["lock_ops"] = Counter(static_cast<double>(operations), Counter::kIsRate);
}
BENCHMARK(protocol_events)->Arg(20)->Arg(1000)->Arg(20000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
