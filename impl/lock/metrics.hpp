// LockMetrics: what a lease keeper did, counted; and a whole set of them as JSON and in Prometheus'
// text format.
//
// Not here: a server that hands them out, rates, percentiles (they are read off the buckets).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "impl/base/time.hpp"

namespace lockstep::lock {

/// How long something took, in buckets with fixed upper bounds, so that those of a fleet can be
/// added up where they are collected.
class DurationHistogram {
 public:
  /// Upper bounds, both ends of what a lock meets: a command on the next machine, a ttl of a
  /// minute.
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

/// Counted since the keeper was made.
struct LockMetrics {
  std::uint64_t held = 0;            ///< a gauge: leases held now; falls on loss
  std::uint64_t acquired = 0;        ///< leases granted
  std::uint64_t contended = 0;       ///< attempts refused, as somebody else held it
  std::uint64_t acquire_failed = 0;  ///< attempts that ended with an error
  std::uint64_t refreshed = 0;       ///< renewals that succeeded
  std::uint64_t renew_failed = 0;    ///< renewals that ended with an error; the lease may live on
  std::uint64_t lost = 0;            ///< leases that ended under their worker
  std::uint64_t released = 0;        ///< leases that the store confirmed as given back
  DurationHistogram renew_latency;   ///< of renewals that succeeded
  /// From the first refusal of a wait to the grant that ended it: how long this process waited for
  /// another's lease to end.
  DurationHistogram handover;

  friend bool operator==(const LockMetrics&, const LockMetrics&) = default;
};

/// By lock key. Every key is a time series: keep them few.
using MetricsByKey = std::map<std::string, LockMetrics>;

/// {"locks":[{"key":"k","held":1,...,"renew_latency":{"count":2,"sum_ns":3,"max_ns":2,
/// "buckets":[{"le_ns":500000,"count":2},...]},"handover":{...}}]}; buckets are cumulative.
[[nodiscard]] std::string to_json(const MetricsByKey& metrics);

/// Prometheus text format 0.0.4: lockstep_lock_held{key="k"} and so on, counters with _total,
/// histograms in seconds.
/// Source: prometheus.io, "Exposition formats".
[[nodiscard]] std::string to_prometheus(const MetricsByKey& metrics);

}  // namespace lockstep::lock
