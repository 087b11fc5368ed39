#include "impl/relay/relay_metrics.hpp"

namespace lockstep::relay {
namespace {

MetricSet set_of(const RelayMetrics& of, const std::string& outbox) {
  MetricSeries series{
      .label = outbox,
      .numbers = {{"leading", of.leading, "1 while this relay works.", true},
                  {"takeovers", of.takeovers, "Leases under which work began."},
                  {"fetched", of.fetched, "Entries read from the store."},
                  {"published", of.published, "Entries accepted by the publisher."},
                  {"republished", of.republished, "Entries published after a call of unknown end."},
                  {"marked", of.marked, "Entries marked as published."},
                  {"failures", of.failures, "Entries that the publisher turned down."},
                  {"blocked", of.blocked, "Entries that failed too often."},
                  {"errors", of.errors, "Calls of store and publisher that failed."},
                  {"refused", of.refused, "Calls refused for a newer leader."},
                  {"backlog", of.backlog, "Entries not marked, as of the last look.", true}},
      .durations = {{"lag", of.lag, "Time from the commit to the publication."}},
  };
  return {.prefix = "lockstep_relay_", .list = "relays", .label = "outbox", .series = {series}};
}

}  // namespace

std::string to_json(const RelayMetrics& metrics, const std::string& outbox) {
  return to_json(set_of(metrics, outbox));
}
std::string to_prometheus(const RelayMetrics& metrics, const std::string& outbox) {
  return to_prometheus(set_of(metrics, outbox));
}

}  // namespace lockstep::relay
