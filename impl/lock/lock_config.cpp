#include "impl/lock/lock_config.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "impl/base/duration.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::lock {

namespace {

std::unexpected<Error> bad(std::string_view field, Nanos value, const std::string& expected) {
  return fail(definite(Errc::invalid_argument, "lock config: " + std::string(field) + " is " +
                                                   lockstep::to_text(value) + ", expected " +
                                                   expected));
}

Result<void> check_positive(const DistributedLockConfig& config) {
  for (const auto& [name, value] :
       {std::pair("refresh_interval", config.refresh_interval),
        std::pair("retry_interval", config.retry_interval),
        std::pair("retry_jitter", config.retry_jitter),
        std::pair("renew_retry_interval", config.renew_retry_interval)}) {
    if (value.count() <= 0) return bad(name, value, "more than 0");
  }
  if (config.retry_interval > ttl_max || config.retry_jitter > ttl_max) {
    return bad("retry_interval or retry_jitter", config.retry_interval, "at most 3650 days");
  }
  return {};
}

}  // namespace

DistributedLockConfig DistributedLockConfig::disabled() {
  DistributedLockConfig config;
  config.enabled = false;
  return config;
}

DistributedLockConfigBuilder DistributedLockConfig::builder() { return {}; }

DistributedLockConfig DistributedLockConfig::for_ttl(Nanos ttl) {
  DistributedLockConfig config;
  config.ttl = ttl;
  config.refresh_interval = ttl / 3;
  config.renew_retry_interval = ttl / 30;
  return config;
}

Result<void> validate(const DistributedLockConfig& config, Nanos operation_timeout) {
  if (!config.enabled) return {};
  if (Result<void> ttl = check_ttl(config.ttl); !ttl) return ttl;
  if (Result<void> positive = check_positive(config); !positive) return positive;
  if (config.refresh_interval >= config.ttl / 2) {
    return bad("refresh_interval", config.refresh_interval,
               "less than half the ttl (" + lockstep::to_text(config.ttl / 2) + ")");
  }
  const Nanos grace = config.effective_stop_grace();
  if (grace >= config.ttl) return bad("stop_grace", grace, "less than the ttl");
  const Nanos usable = config.ttl - margin_of(config.ttl) - grace;
  if (operation_timeout >= usable || config.refresh_interval >= usable - operation_timeout) {
    return bad("refresh_interval", config.refresh_interval,
               "refresh_interval + the operation timeout (" + lockstep::to_text(operation_timeout) +
                   ") to be less than ttl - margin - stop_grace (" + lockstep::to_text(usable) +
                   ")");
  }
  return {};
}

DistributedLockConfigBuilder& DistributedLockConfigBuilder::ttl(Nanos value) {
  config_.ttl = value;
  return *this;
}
DistributedLockConfigBuilder& DistributedLockConfigBuilder::refresh_interval(Nanos value) {
  config_.refresh_interval = value;
  return *this;
}
DistributedLockConfigBuilder& DistributedLockConfigBuilder::retry_interval(Nanos value) {
  config_.retry_interval = value;
  return *this;
}
DistributedLockConfigBuilder& DistributedLockConfigBuilder::retry_jitter(Nanos value) {
  config_.retry_jitter = value;
  return *this;
}
DistributedLockConfigBuilder& DistributedLockConfigBuilder::renew_retry_interval(Nanos value) {
  config_.renew_retry_interval = value;
  return *this;
}
DistributedLockConfigBuilder& DistributedLockConfigBuilder::stop_grace(Nanos value) {
  config_.stop_grace = value;
  return *this;
}

Result<DistributedLockConfig> DistributedLockConfigBuilder::build(Nanos operation_timeout) const {
  if (Result<void> valid = validate(config_, operation_timeout); !valid) {
    return fail(std::move(valid.error()));
  }
  return config_;
}

}  // namespace lockstep::lock
