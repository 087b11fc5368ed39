#include "bench/harness.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

namespace lockstep::bench {
namespace {

Settings& mutable_settings() {
  static Settings settings;
  return settings;
}

/// Prints as usual, and remembers what went wrong.
class Reporter final : public benchmark::ConsoleReporter {
 public:
  Reporter() : ConsoleReporter(OO_Tabular) {}
  /// Where this was measured is said by scripts/bench; the context also holds what people do not
  /// read.
  bool ReportContext(const Context& context) override {
    name_field_width_ = context.name_field_width;
    return true;
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    ran_ += runs.size();
    for (const Run& run : runs) failed_ += run.error_occurred ? 1 : 0;
  }
  [[nodiscard]] int exit_code() const {
    if (ran_ == 0) std::fprintf(stderr, "no benchmark of that name\n");
    if (failed_ > 0) std::fprintf(stderr, "%zu runs failed: no rate of them counts\n", failed_);
    return ran_ > 0 && failed_ == 0 ? 0 : 1;
  }

 private:
  std::size_t ran_ = 0;
  std::size_t failed_ = 0;
};

constexpr std::string_view redis_flag = "--redis=";

/// Takes the flags that are ours; the others stay for Google Benchmark.
std::vector<char*> take_settings(int argc, char** argv) {
  std::vector<char*> rest;
  for (char* word : std::vector<char*>(argv, argv + argc)) {
    const std::string_view text(word);
    if (text == "--quick") {
      mutable_settings().quick = true;
    } else if (text.starts_with(redis_flag)) {
      mutable_settings().redis.emplace_back(text.substr(redis_flag.size()));
    } else {
      rest.push_back(word);
    }
  }
  return rest;
}

bool says(const std::vector<char*>& words, std::string_view beginning) {
  return std::ranges::any_of(
      words, [&](const char* word) { return std::string_view(word).starts_with(beginning); });
}

std::string ratios_json(const std::vector<Ratio>& ratios) {
  nlohmann::json all = nlohmann::json::array();
  for (const Ratio& one : ratios) {
    all.push_back({{"what", one.what},
                   {"ours", one.ours},
                   {"ceiling", one.ceiling},
                   {"target", one.target},
                   {"counter", one.counter},
                   {"at_most", one.at_most}});
  }
  return all.dump();
}

void show(benchmark::State& state, Measured& measured) {
  state.SetItemsProcessed(static_cast<std::int64_t>(measured.items));
  for (const auto& [name, value] : measured.counters) state.counters[name] = value;
  Latencies& ns = measured.latencies;
  if (ns.empty()) return;
  std::sort(ns.begin(), ns.end());
  state.counters["p50_us"] = quantile_us(ns, 0.5);
  state.counters["p99_us"] = quantile_us(ns, 0.99);
  state.counters["p999_us"] = quantile_us(ns, 0.999);
}

int help(const Program& program) {
  std::printf(
      "%s\n\n  --quick            fewer sizes, shorter runs\n"
      "  --redis=URL        measure against this server; several: the servers of Redlock\n"
      "  --benchmark_filter=REGEX, --benchmark_list_tests, --benchmark_repetitions=N,\n"
      "  --benchmark_out=FILE and the other flags of Google Benchmark\n\n"
      "scripts/bench runs all programs and compares the rates.\n",
      program.about.c_str());
  return 0;
}

}  // namespace

const Settings& settings() { return mutable_settings(); }

void add(const std::string& name, Body body) {
  const auto run_once = [body = std::move(body)](benchmark::State& state) {
    for (auto _ : state) {
      const MemoryMark mark;
      Measured measured = body();
      state.SetIterationTime(static_cast<double>(measured.elapsed_ns) / 1e9);
      show(state, measured);
      state.counters["peak_MiB"] = mark.peak_MiB();
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), run_once)
      ->Iterations(1)  // a body sizes itself
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

int run(int argc, char** argv, const Program& program) {
  std::vector<char*> words = take_settings(argc, argv);
  if (says(words, "--help")) return help(program);
  std::string times =
      "--benchmark_repetitions=" + std::to_string(settings().quick ? 3 : program.repetitions);
  std::string order = "--benchmark_enable_random_interleaving=true";
  std::string brief = "--benchmark_report_aggregates_only=true";
  if (!says(words, "--benchmark_repetitions")) {
    for (std::string* one : {&times, &order, &brief}) words.push_back(one->data());
  }
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  if (benchmark::ReportUnrecognizedArguments(count, words.data())) return 64;
  benchmark::AddCustomContext("lockstep_ratios", ratios_json(program.ratios));
  program.add();
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return reporter.exit_code();
}

}  // namespace lockstep::bench
