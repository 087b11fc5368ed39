// How long the fifo checker takes for a history of a million operations: half of them pushes, by
// sixteen clients at a time. Not a test: nothing here fails for being slow.
#include <benchmark/benchmark.h>

#include "checkers/fifo.hpp"
#include "checkers/fifo_world.hpp"

namespace {

using namespace lockstep;
using namespace lockstep::checkers;

constexpr std::int64_t operations = 1'000'000;

History history_of(std::int64_t unknown) {
  FifoWorldOptions options;
  options.clients = 16;
  options.pushes = 52;
  options.unknown = unknown;
  FifoWorld world(options);
  world.run(operations);
  return world.timeline().history();
}

/// Of so many of 100 operations the client never knows what became of them.
void judges_a_million_operations(benchmark::State& state) {
  const History history = history_of(state.range(0));
  for (auto _ : state) {
    const Report report = check_fifo(history, history.header.params, Judge::black_box);
    if (report.verdict != Verdict::valid) state.SkipWithError("not valid");
    benchmark::DoNotOptimize(report);
  }
  state.counters["events"] = static_cast<double>(history.events.size());
}
BENCHMARK(judges_a_million_operations)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
