// The metrics of a lock in both formats, to the letter.
#include "impl/lock/metrics.hpp"

#include <gtest/gtest.h>

namespace lockstep::lock {
namespace {

TEST(DurationHistogram, a_duration_counts_in_every_bucket_from_its_own_on) {
  DurationHistogram histogram;
  histogram.add(milliseconds(1));  // a bound belongs to its bucket
  histogram.add(milliseconds(1) + Nanos(1));
  histogram.add(seconds(61));
  EXPECT_EQ(histogram.at_most(0), 0U);
  EXPECT_EQ(histogram.at_most(1), 1U);
  EXPECT_EQ(histogram.at_most(2), 2U);
  EXPECT_EQ(histogram.at_most(DurationHistogram::bounds.size() - 1), 2U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.sum(), seconds(61) + milliseconds(2) + Nanos(1));
  EXPECT_EQ(histogram.max(), seconds(61));
}

TEST(DurationHistogram, bounds_rise) {
  for (std::size_t i = 1; i < DurationHistogram::bounds.size(); ++i) {
    EXPECT_LT(DurationHistogram::bounds[i - 1], DurationHistogram::bounds[i]);
  }
}

LockMetrics sample() {
  LockMetrics metrics;
  metrics.held = 1;
  metrics.acquired = 2;
  metrics.contended = 3;
  metrics.acquire_failed = 4;
  metrics.refreshed = 5;
  metrics.renew_failed = 6;
  metrics.lost = 7;
  metrics.released = 8;
  metrics.renew_latency.add(microseconds(1500));
  metrics.handover.add(seconds(90));
  return metrics;
}

TEST(LockMetrics, are_json) {
  const std::string json = to_json({{"k\"\n", sample()}});
  EXPECT_TRUE(json.starts_with(
      R"({"locks":[{"key":"k\"\u000a","held":1,"acquired":2,"contended":3,"acquire_failed":4,)"
      R"("refreshed":5,"renew_failed":6,"lost":7,"released":8,)"
      R"("renew_latency":{"count":1,"sum_ns":1500000,"max_ns":1500000,"buckets":[)"
      R"({"le_ns":500000,"count":0},{"le_ns":1000000,"count":0},{"le_ns":2000000,"count":1},)"))
      << json;
  EXPECT_TRUE(json.ends_with(R"({"le_ns":60000000000,"count":0}]}}]})")) << json;
  EXPECT_EQ(to_json({}), R"({"locks":[]})");
}

TEST(LockMetrics, are_prometheus_text) {
  const std::string text = to_prometheus({{"a", LockMetrics()}, {"k\"\\\n", sample()}});
  EXPECT_TRUE(
      text.starts_with("# HELP lockstep_lock_held Leases held now.\n"
                       "# TYPE lockstep_lock_held gauge\n"
                       "lockstep_lock_held{key=\"a\"} 0\n"
                       "lockstep_lock_held{key=\"k\\\"\\\\\\n\"} 1\n"
                       "# HELP lockstep_lock_acquired_total Leases granted.\n"
                       "# TYPE lockstep_lock_acquired_total counter\n"
                       "lockstep_lock_acquired_total{key=\"a\"} 0\n"))
      << text;
  const auto has = [&text](const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
  };
  const std::string name = "lockstep_lock_renew_latency_seconds";
  const std::string key = "{key=\"k\\\"\\\\\\n\"";
  EXPECT_TRUE(has("# TYPE " + name + " histogram"));
  EXPECT_TRUE(has(name + "_bucket" + key + ",le=\"0.001\"} 0"));
  EXPECT_TRUE(has(name + "_bucket" + key + ",le=\"0.002\"} 1"));
  EXPECT_TRUE(has(name + "_bucket" + key + ",le=\"2.5\"} 1"));
  EXPECT_TRUE(has(name + "_bucket" + key + ",le=\"+Inf\"} 1"));
  EXPECT_TRUE(has(name + "_sum" + key + "} 0.0015"));
  EXPECT_TRUE(has(name + "_count" + key + "} 1"));
  EXPECT_TRUE(has("lockstep_lock_handover_seconds_sum" + key + "} 90"));
}

}  // namespace
}  // namespace lockstep::lock
