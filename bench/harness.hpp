// What every benchmark program is made of: flags, registration, ratios for scripts/bench, and an
// exit code that says whether every answer was right.
//
//   int main(int argc, char** argv) { return bench::run(argc, argv, {.about, .add, .ratios}); }
//
// Rates are compared by scripts/bench, which reads the ratios from the context of the JSON output
// (--benchmark_out): one place computes them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace lockstep::bench {

/// What the command line asked for, beside the flags of Google Benchmark.
struct Settings {
  /// Fewer sizes, shorter runs: every program within half a minute.
  bool quick = false;
  /// redis:// URLs to measure against, instead of servers that the program starts itself.
  std::vector<std::string> redis;
};
/// Valid once run() called `add`.
[[nodiscard]] const Settings& settings();

/// Ours against its ceiling, or against what it is compared with.
struct Ratio {
  std::string what;
  std::string ours;     ///< names of two benchmarks, as they are printed
  std::string ceiling;  ///< empty: `counter` of `ours` itself is held to the target
  double target = 0;    ///< 0: reported, nothing is demanded
  std::string counter = "items_per_second";
  bool at_most = false;  ///< the smaller the better
};

struct Program {
  std::string about;          ///< a line for --help
  std::function<void()> add;  ///< registers the benchmarks
  std::vector<Ratio> ratios;
  int repetitions = 7;
};

/// Own flags are --quick and --redis=URL (repeatable). Repetitions are interleaved at random.
/// @return 0; 1: a benchmark failed, or nothing ran; 64: a flag is wrong.
int run(int argc, char** argv, const Program& program);

/// One repetition. Its rate is items / elapsed; set-up and checks are not in `elapsed`.
struct Measured {
  std::uint64_t items = 0;
  std::int64_t elapsed_ns = 0;
  Latencies latencies;                     ///< of operations; may be empty
  std::map<std::string, double> counters;  ///< what else is worth knowing
};
/// Checks its own answer: give_up() if it is wrong.
using Body = std::function<Measured()>;
/// Registers `name`. Shown with it: the rate, the latencies' p50, p99, p99.9, and how much memory
/// the repetition took at most.
void add(const std::string& name, Body body);

}  // namespace lockstep::bench
