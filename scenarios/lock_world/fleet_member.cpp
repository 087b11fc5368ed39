#include "scenarios/lock_world/fleet_member.hpp"

#include <utility>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {

namespace {

/// Keys draw_now() apart from the draws of operations.
constexpr std::uint64_t now_key = 1U << 21U;

}  // namespace

lock::DistributedLockConfig keeper_config_of(const PlanConfig& config) {
  lock::DistributedLockConfig keeper = lock::DistributedLockConfig::for_ttl(config.lock.ttl);
  keeper.refresh_interval = config.lock.refresh_interval;
  keeper.retry_interval = config.lock.retry_interval;
  keeper.retry_jitter = config.lock.retry_jitter;
  keeper.renew_retry_interval = config.lock.renew_retry_interval;
  if (config.lock.stop_grace) keeper.stop_grace = *config.lock.stop_grace;
  return keeper;
}

redis::Options redis_options_of(const PlanConfig& config, redis::Options server) {
  server.connect_timeout = config.lock.connect_timeout;
  server.command_timeout = config.lock.command_timeout;
  return server;
}

FleetMember::FleetMember(ClientNode node, ClientJob& job)
    : node_(std::move(node)),
      env_(node_.env),
      job_(job),
      log_(*job.log, node_.name),
      backend_(connect()),
      lock_(*backend_, log_),
      sink_client_(env_, redis_options(guarded() ? *job.sink : job.lock_servers.at(0))) {}

std::unique_ptr<lock::DistributedLockBackend> FleetMember::connect() {
  std::vector<redis::Client*> clients;
  for (const redis::Options& server : job_.lock_servers) {
    clients.push_back(&redis_.emplace_back(env_, redis_options(server)));
  }
  return job_.implementation->make(env_, clients);
}

redis::Options FleetMember::redis_options(redis::Options server) const {
  return redis_options_of(config(), std::move(server));
}

lock::Fencing FleetMember::fencing() const {
  return workload().guarded == Guarded::fenced ? lock::Fencing::enforced : lock::Fencing::recorded;
}

Nanos FleetMember::draw_now(DurationRange range) {
  const std::uint64_t bits =
      draw(config().seed, DrawStream::workload, job_.client, job_.drawn++, now_key);
  return between(bits, range.low, range.high);
}

}  // namespace lockstep::scenarios
