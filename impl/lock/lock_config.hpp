// DistributedLockConfig: how long a lease lasts and how often it is renewed, checked as a whole.
#pragma once

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::lock {

class DistributedLockConfigBuilder;

struct DistributedLockConfig {
  bool enabled = true;  ///< false: one instance only; workers run without any lease
  Nanos ttl = seconds(30);
  Nanos refresh_interval = seconds(10);  ///< from one successful renewal to the next attempt
  Nanos retry_interval = seconds(5);     ///< between attempts while it is held elsewhere
  /// Drawn anew per attempt and added to retry_interval. Above 0: lock-step retries of several
  /// instances would meet for ever.
  Nanos retry_jitter = milliseconds(500);
  /// After a renewal that failed without an answer; they go on until the deadline.
  Nanos renew_retry_interval = seconds(1);
  /// How long before the local deadline the worker is told to stop. Negative: ttl/10.
  Nanos stop_grace = Nanos(-1);

  [[nodiscard]] Nanos effective_stop_grace() const {
    return stop_grace.count() < 0 ? ttl / 10 : stop_grace;
  }

  [[nodiscard]] static DistributedLockConfig disabled();
  [[nodiscard]] static DistributedLockConfigBuilder builder();
  /// Defaults scaled to a ttl: refresh ttl/3, renewal retries ttl/30.
  [[nodiscard]] static DistributedLockConfig for_ttl(Nanos ttl);
};

/// Every way to run a keeper checks this; nothing is checked when disabled.
/// @param operation_timeout  Of the backend, e.g. DistributedLockBackend::operation_timeout().
/// Errors: `invalid_argument` - names the field, its value and what is demanded: ttl in range;
/// intervals and jitter positive; refresh_interval < ttl/2; refresh_interval + operation_timeout <
/// ttl - margin - stop_grace, so that one renewal can be lost before the worker is stopped.
[[nodiscard]] Result<void> validate(const DistributedLockConfig& config, Nanos operation_timeout);

class DistributedLockConfigBuilder {
 public:
  DistributedLockConfigBuilder& ttl(Nanos value);
  DistributedLockConfigBuilder& refresh_interval(Nanos value);
  DistributedLockConfigBuilder& retry_interval(Nanos value);
  DistributedLockConfigBuilder& retry_jitter(Nanos value);
  DistributedLockConfigBuilder& renew_retry_interval(Nanos value);
  DistributedLockConfigBuilder& stop_grace(Nanos value);
  /// Errors: as validate().
  [[nodiscard]] Result<DistributedLockConfig> build(Nanos operation_timeout = Nanos(0)) const;

 private:
  DistributedLockConfig config_;
};

}  // namespace lockstep::lock
