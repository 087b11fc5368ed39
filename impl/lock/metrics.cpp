#include "impl/lock/metrics.hpp"

namespace lockstep::lock {
namespace {

MetricSeries series_of(const std::string& key, const LockMetrics& of) {
  return {
      .label = key,
      .numbers = {{"held", of.held, "Leases held now.", true},
                  {"acquired", of.acquired, "Leases granted."},
                  {"contended", of.contended, "Attempts refused, as somebody else held the lock."},
                  {"acquire_failed", of.acquire_failed, "Attempts to acquire that failed."},
                  {"refreshed", of.refreshed, "Renewals that succeeded."},
                  {"renew_failed", of.renew_failed, "Renewals that failed."},
                  {"lost", of.lost, "Leases that ended under their worker."},
                  {"released", of.released, "Leases given back."}},
      .durations = {{"renew_latency", of.renew_latency, "Time that successful renewals took."},
                    {"handover", of.handover,
                     "Time from the first refusal of a wait to the grant."}},
  };
}

MetricSet set_of(const MetricsByKey& metrics) {
  MetricSet set{.prefix = "lockstep_lock_", .list = "locks", .label = "key", .series = {}};
  for (const auto& [key, of] : metrics) set.series.push_back(series_of(key, of));
  return set;
}

}  // namespace

std::string to_json(const MetricsByKey& metrics) { return to_json(set_of(metrics)); }
std::string to_prometheus(const MetricsByKey& metrics) { return to_prometheus(set_of(metrics)); }

}  // namespace lockstep::lock
