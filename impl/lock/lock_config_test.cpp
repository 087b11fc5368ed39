#include "impl/lock/lock_config.hpp"

#include <gtest/gtest.h>

#include <string>

#include "impl/lock/lease.hpp"

namespace lockstep::lock {
namespace {

std::string complaint(const DistributedLockConfig& config, Nanos timeout = milliseconds(500)) {
  const Result<void> valid = validate(config, timeout);
  if (valid) return "valid";
  EXPECT_EQ(valid.error().code, Errc::invalid_argument);
  EXPECT_FALSE(valid.error().indefinite());
  return valid.error().detail;
}

TEST(DistributedLockConfig, the_defaults_are_the_documented_ones_and_valid) {
  const DistributedLockConfig config;
  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.ttl, seconds(30));
  EXPECT_EQ(config.refresh_interval, seconds(10));
  EXPECT_EQ(config.retry_interval, seconds(5));
  EXPECT_EQ(config.effective_stop_grace(), seconds(3));
  EXPECT_EQ(complaint(config), "valid");
}

TEST(DistributedLockConfig, every_bad_field_is_named_with_what_was_expected) {
  DistributedLockConfig config;
  config.ttl = Nanos(0);
  EXPECT_EQ(complaint(config), "the ttl is 0s, expected 1ms to 315360000s");
  config = {};
  config.refresh_interval = seconds(15);
  EXPECT_EQ(complaint(config),
            "lock config: refresh_interval is 15s, expected less than half the ttl (15s)");
  config = {};
  config.refresh_interval = seconds(0);
  EXPECT_EQ(complaint(config), "lock config: refresh_interval is 0s, expected more than 0");
  config = {};
  config.retry_interval = seconds(-1);
  EXPECT_EQ(complaint(config), "lock config: retry_interval is -1s, expected more than 0");
  config = {};
  config.retry_jitter = seconds(0);
  EXPECT_EQ(complaint(config), "lock config: retry_jitter is 0s, expected more than 0");
  config = {};
  config.renew_retry_interval = seconds(0);
  EXPECT_EQ(complaint(config), "lock config: renew_retry_interval is 0s, expected more than 0");
  config = {};
  config.stop_grace = seconds(30);
  EXPECT_EQ(complaint(config), "lock config: stop_grace is 30s, expected less than the ttl");
}

TEST(DistributedLockConfig, a_lost_renewal_must_fit_before_the_worker_is_stopped) {
  DistributedLockConfig config;
  config.ttl = seconds(3);
  config.refresh_interval = seconds(1);
  // usable: 3 s - 32 ms - 300 ms = 2668 ms
  EXPECT_EQ(complaint(config, milliseconds(1667)), "valid");
  EXPECT_EQ(
      complaint(config, milliseconds(1668)),
      "lock config: refresh_interval is 1s, expected refresh_interval + the operation timeout "
      "(1.668s) to be less than ttl - margin - stop_grace (2.668s)");
  EXPECT_NE(complaint(config, Nanos::max()), "valid");
}

TEST(DistributedLockConfig, disabled_is_valid_whatever_it_holds) {
  DistributedLockConfig config = DistributedLockConfig::disabled();
  config.ttl = Nanos(0);
  EXPECT_EQ(complaint(config), "valid");
}

TEST(DistributedLockConfig, the_builder_validates) {
  const auto good = DistributedLockConfig::builder()
                        .ttl(seconds(6))
                        .refresh_interval(seconds(2))
                        .retry_interval(seconds(1))
                        .retry_jitter(milliseconds(100))
                        .renew_retry_interval(milliseconds(200))
                        .stop_grace(milliseconds(600))
                        .build(milliseconds(500));
  ASSERT_TRUE(good);
  EXPECT_EQ(good->ttl, seconds(6));
  EXPECT_EQ(good->stop_grace, milliseconds(600));
  EXPECT_FALSE(DistributedLockConfig::builder().ttl(seconds(-1)).build());
  EXPECT_FALSE(DistributedLockConfig::builder().refresh_interval(seconds(20)).build());
}

TEST(DistributedLockConfig, for_ttl_is_valid_from_small_to_large) {
  for (const Nanos ttl :
       {Nanos(milliseconds(60)), Nanos(seconds(3)), Nanos(seconds(3600)), ttl_max}) {
    DistributedLockConfig config = DistributedLockConfig::for_ttl(ttl);
    EXPECT_EQ(complaint(config, ttl / 5), "valid") << ttl.count();
  }
}

}  // namespace
}  // namespace lockstep::lock
