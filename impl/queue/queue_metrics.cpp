#include "impl/queue/queue_metrics.hpp"

#include "impl/base/metrics.hpp"

namespace lockstep::queue {
namespace {

MetricSet set_of(const QueueMetrics& of, const QueueCounts& now, const std::string& queue) {
  MetricSeries series{
      .label = queue,
      .numbers = {{"ready", now.ready, "Events that wait.", true},
                  {"in_flight", now.in_flight, "Events handed out and not settled.", true},
                  {"delayed", now.delayed, "Events that wait for a delay.", true},
                  {"dead", now.dead, "Dead letters.", true},
                  {"bytes", now.bytes, "Payload bytes of all of these.", true},
                  {"pushed", of.pushed, "Events pushed."},
                  {"delivered", of.delivered, "Events handed out."},
                  {"redelivered", of.redelivered, "Of these, not for the first time."},
                  {"acked", of.acked, "Events acked."},
                  {"absent", of.absent, "Acks of what was not there."},
                  {"nacked", of.nacked, "Events given back."},
                  {"extended", of.extended, "Deliveries extended."},
                  {"stale", of.stale, "Receipts refused."},
                  {"buried", of.buried, "Events that became dead letters."},
                  {"redriven", of.redriven, "Dead letters that became events again."},
                  {"refused", of.refused, "Pushes refused, by a bound or for want of space."},
                  {"damaged", of.damaged, "Ranges found that cannot be read."},
                  {"writes", of.writes, "Writes to the database."},
                  {"changes", of.changes, "Calls that these writes served."}},
      .durations = {},
  };
  return {.prefix = "lockstep_queue_", .list = "queues", .label = "queue", .series = {series}};
}

}  // namespace

std::string to_json(const QueueMetrics& metrics, const QueueCounts& counts,
                    const std::string& queue) {
  return to_json(set_of(metrics, counts, queue));
}
std::string to_prometheus(const QueueMetrics& metrics, const QueueCounts& counts,
                          const std::string& queue) {
  return to_prometheus(set_of(metrics, counts, queue));
}

}  // namespace lockstep::queue
