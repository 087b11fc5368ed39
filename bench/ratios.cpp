#include "bench/ratios.hpp"

#include <algorithm>
#include <cstdio>

namespace lockstep::bench {
namespace {

std::string plain_name(std::string name) {
  for (const char* const ending : {"_median", "/real_time"}) {
    const std::size_t at = name.rfind(ending);
    if (at != std::string::npos) name.resize(at);
  }
  return name;
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs) {
    const bool is_median = run.run_type == Run::RT_Aggregate && run.aggregate_name == "median";
    const bool is_only = run.run_type == Run::RT_Iteration && run.repetitions <= 1;
    const auto rate = run.counters.find("items_per_second");
    if ((!is_median && !is_only) || rate == run.counters.end()) continue;
    std::string name = run.benchmark_name();
    if (const std::size_t at = name.find("/repeats:"); at != std::string::npos) {
      name.erase(at, name.find_first_of("/_", at + 1) - at);
    }
    rates_[plain_name(name)] = rate->second.value;
  }
}

void RatioReporter::print(const std::vector<Ratio>& ratios) const {
  std::printf("\n%-46s %12s %12s %7s %7s\n", "ours / ceiling (medians)", "ours/s", "ceiling/s",
              "ratio", "target");
  for (const Ratio& one : ratios) {
    const auto ours = rates_.find(one.ours);
    const auto ceiling = rates_.find(one.ceiling);
    if (ours == rates_.end() || ceiling == rates_.end()) continue;
    const double ratio = ours->second / ceiling->second;
    std::printf("%-46s %12.0f %12.0f %7.3f %7.2f%s\n", one.what.c_str(), ours->second,
                ceiling->second, ratio, one.at_least, ratio < one.at_least ? "  below" : "");
  }
}

int run_with_ratios(int argc, char** argv, int repetitions, const std::vector<Ratio>& ratios) {
  const std::string wanted = "--benchmark_repetitions";
  std::vector<char*> words(argv, argv + argc);
  std::string times = wanted + "=" + std::to_string(repetitions);
  std::string order = "--benchmark_enable_random_interleaving=true";
  std::string brief = "--benchmark_report_aggregates_only=true";
  const bool is_told = std::any_of(words.begin(), words.end(), [&](const char* word) {
    return std::string(word).starts_with(wanted);
  });
  if (!is_told) {
    for (std::string* one : {&times, &order, &brief}) words.push_back(one->data());
  }
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  if (benchmark::ReportUnrecognizedArguments(count, words.data())) return 1;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print(ratios);
  return 0;
}

}  // namespace lockstep::bench
