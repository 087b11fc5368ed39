// What a queue did, counted, and as JSON and in Prometheus' text format.
#pragma once

#include <cstdint>
#include <string>

#include "impl/queue/types.hpp"

namespace lockstep::queue {

/// Counted since open().
struct QueueMetrics {
  std::uint64_t pushed = 0;
  std::uint64_t delivered = 0;    ///< hand-outs
  std::uint64_t redelivered = 0;  ///< of these, of attempt 2 and above
  std::uint64_t acked = 0;
  std::uint64_t absent = 0;  ///< acks of what was not there
  std::uint64_t nacked = 0;
  std::uint64_t extended = 0;
  std::uint64_t stale = 0;  ///< receipts refused
  std::uint64_t buried = 0;
  std::uint64_t redriven = 0;
  std::uint64_t refused = 0;  ///< pushes, by a bound or for want of space
  std::uint64_t damaged = 0;  ///< ranges found that cannot be read
  std::uint64_t writes = 0;   ///< to the database; several changes share one
  std::uint64_t changes = 0;  ///< calls that these served
};

/// As impl/base/metrics.hpp says, with what is in the queue now:
/// lockstep_queue_ready{queue="name"}.
[[nodiscard]] std::string to_json(const QueueMetrics& metrics, const QueueCounts& counts,
                                  const std::string& queue);
[[nodiscard]] std::string to_prometheus(const QueueMetrics& metrics, const QueueCounts& counts,
                                        const std::string& queue);

}  // namespace lockstep::queue
