// Metrics of any kind as text: numbers and durations, in series told apart by a label, as JSON and
// in Prometheus' text format.
//
// Not here: a server that hands them out, rates, percentiles (they are read off the buckets).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/time.hpp"

namespace lockstep {

/// How long something took, in buckets with fixed upper bounds, so that those of a fleet can be
/// added up where they are collected.
class DurationHistogram {
 public:
  /// Upper bounds, from a command on the next machine to the ttl of a minute.
  static constexpr std::array<Nanos, 15> bounds{
      microseconds(500), milliseconds(1),   milliseconds(2),  milliseconds(5),
      milliseconds(10),  milliseconds(25),  milliseconds(50), milliseconds(100),
      milliseconds(250), milliseconds(500), seconds(1),       milliseconds(2500),
      seconds(5),        seconds(15),       seconds(60)};

  void add(Nanos duration);

  /// Durations of at most bounds[i]; `i` one beyond: all.
  [[nodiscard]] std::uint64_t at_most(std::size_t i) const;
  [[nodiscard]] std::uint64_t count() const { return at_most(bounds.size()); }
  [[nodiscard]] Nanos sum() const { return sum_; }
  [[nodiscard]] Nanos max() const { return max_; }
  friend bool operator==(const DurationHistogram&, const DurationHistogram&) = default;

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};  // the last: above all bounds
  Nanos sum_{};
  Nanos max_{};
};

struct MetricNumber {
  std::string_view name;
  std::uint64_t value = 0;
  std::string_view about;  ///< a sentence
  bool is_gauge = false;   ///< else a counter
};

struct MetricDuration {
  std::string_view name;
  DurationHistogram value;
  std::string_view about;
};

/// The same numbers and durations in each.
struct MetricSeries {
  std::string label;
  std::vector<MetricNumber> numbers;
  std::vector<MetricDuration> durations;
};

struct MetricSet {
  std::string_view prefix;  ///< "lockstep_lock_"
  std::string_view list;    ///< of the series, in JSON: "locks"
  std::string_view label;   ///< what a series is known by: "key"
  std::vector<MetricSeries> series;
};

/// {"locks":[{"key":"k","held":1,...,"renew_latency":{"count":2,"sum_ns":3,"max_ns":2,
/// "buckets":[{"le_ns":500000,"count":2},...]}}]}; buckets are cumulative.
[[nodiscard]] std::string to_json(const MetricSet& set);

/// Prometheus text format 0.0.4: lockstep_lock_held{key="k"} and so on, counters with _total,
/// durations as histograms in seconds.
/// Source: prometheus.io, "Exposition formats".
[[nodiscard]] std::string to_prometheus(const MetricSet& set);

}  // namespace lockstep
