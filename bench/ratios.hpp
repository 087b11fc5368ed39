// The medians of a Google Benchmark run, compared: ours against its ceiling, beside the target.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace lockstep::bench {

struct Ratio {
  std::string ours;     ///< names of benchmarks, as they are printed, without "/real_time"
  std::string ceiling;  ///< both count items
  double at_least = 0;
  std::string what;
};

/// Prints as usual, and keeps the rate of every benchmark: the median of its repetitions.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;
  /// A line per ratio whose two benchmarks ran.
  void print(const std::vector<Ratio>& ratios) const;

 private:
  std::map<std::string, double> rates_;  ///< items per second
};

/// Initializes, runs and prints. Without --benchmark_repetitions it takes `repetitions`,
/// interleaved in random order.
int run_with_ratios(int argc, char** argv, int repetitions, const std::vector<Ratio>& ratios);

}  // namespace lockstep::bench
