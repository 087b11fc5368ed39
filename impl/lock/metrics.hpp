// LockMetrics: what a lease keeper did, counted; and a whole set of them as JSON and in Prometheus'
// text format.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "impl/base/metrics.hpp"

namespace lockstep::lock {

using lockstep::DurationHistogram;

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

/// As impl/base/metrics.hpp says, in the list "locks" and with the prefix lockstep_lock_.
[[nodiscard]] std::string to_json(const MetricsByKey& metrics);
[[nodiscard]] std::string to_prometheus(const MetricsByKey& metrics);

}  // namespace lockstep::lock
