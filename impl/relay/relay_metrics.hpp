// What a relay did, counted, and as JSON and in Prometheus' text format.
#pragma once

#include <cstdint>
#include <string>

#include "impl/lock/metrics.hpp"

namespace lockstep::relay {

/// Counted since the relay was made.
struct RelayMetrics {
  std::uint64_t leading = 0;      ///< a gauge: 1 while it works
  std::uint64_t takeovers = 0;    ///< leases under which work began
  std::uint64_t fetched = 0;      ///< entries, those that were in hand already included
  std::uint64_t published = 0;    ///< entries accepted by the publisher
  std::uint64_t republished = 0;  ///< of these, after a call of unknown end: likely duplicates
  std::uint64_t marked = 0;
  std::uint64_t failures = 0;  ///< entries that the publisher turned down
  std::uint64_t blocked = 0;   ///< entries that failed too often
  std::uint64_t errors = 0;    ///< calls of store and publisher that failed; each was tried again
  std::uint64_t refused = 0;   ///< a fence said that there is a newer leader
  std::uint64_t backlog = 0;   ///< a gauge: entries not marked, as of the last full look
  /// From the commit, on the store's clock, to the publication, on this node's.
  lock::DurationHistogram lag;

  friend bool operator==(const RelayMetrics&, const RelayMetrics&) = default;
};

/// As impl/base/metrics.hpp says: lockstep_relay_published_total{outbox="name"} and so on.
[[nodiscard]] std::string to_json(const RelayMetrics& metrics, const std::string& outbox);
[[nodiscard]] std::string to_prometheus(const RelayMetrics& metrics, const std::string& outbox);

}  // namespace lockstep::relay
