#include "scenarios/lock_world/lock_client.hpp"

#include <utility>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::uint16_t redis_port = 6379;
/// Keys the draws of pauses before a write, apart from those of the operation itself.
constexpr std::uint64_t write_delay_key = 1U << 20U;

lock::Fencing fencing_of(Guarded guarded) {
  return guarded == Guarded::fenced ? lock::Fencing::enforced : lock::Fencing::recorded;
}

/// Marks the node as a holder while it lives, so that faults can aim at it.
class HolderLabel {
 public:
  explicit HolderLabel(sim::NodeRun& run) : run_(run) { set(true); }
  HolderLabel(const HolderLabel&) = delete;
  HolderLabel& operator=(const HolderLabel&) = delete;
  ~HolderLabel() { set(false); }

 private:
  void set(bool present) { run_.world().label(run_.id(), "holder", present); }
  sim::NodeRun& run_;
};

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

LockClient::LockClient(sim::NodeRun& run, ClientJob& job)
    : run_(run),
      env_(run.env()),
      job_(job),
      log_(*job.log, run.node().name),
      backend_(connect()),
      lock_(*backend_, log_),
      sink_client_(env_, redis_options(job.sink_host.empty() ? job.lock_hosts[0] : job.sink_host)),
      sink_(sink_client_, fencing_of(job.plan->config.workload.guarded)),
      store_(sink_, log_),
      tasks_(env_) {
  tasks_.spawn(live());
}

std::unique_ptr<lock::DistributedLockBackend> LockClient::connect() {
  std::vector<redis::Client*> clients;
  for (const std::string& host : job_.lock_hosts) {
    clients.push_back(&redis_.emplace_back(env_, redis_options(host)));
  }
  return job_.implementation->make(env_, clients);
}

redis::Options LockClient::redis_options(const std::string& host) const {
  redis::Options options;
  options.endpoint.host = host;
  options.endpoint.port = redis_port;
  options.connect_timeout = job_.plan->config.lock.connect_timeout;
  options.command_timeout = job_.plan->config.lock.command_timeout;
  return options;
}

env::Task<void> LockClient::live() {
  while (!job_.operations.empty()) {
    const Operation operation = job_.operations.front();
    job_.operations.pop_front();
    co_await env::sleep_for(env_, operation.think);
    lock::LeaseKeeper keeper(env_, lock_, keeper_config_of(job_.plan->config));
    const std::string key = "k" + std::to_string(operation.key);
    lock::LeaseKeeper::Job keep;
    keep.key = key;
    keep.owner = run_.node().name;
    keep.worker = [this, operation, key](lock::LeaseGuard guard) {
      return work(operation, key, std::move(guard));
    };
    const auto ended = co_await keeper.run(std::move(keep));
    ASSERT(ended.has_value());  // run_plan() validated the configuration
  }
}

env::Task<void> LockClient::work(Operation operation, std::string key, lock::LeaseGuard guard) {
  const HolderLabel label(run_);
  const WorkloadSettings& workload = job_.plan->config.workload;
  const bool guarded = !job_.sink_host.empty();
  const MonoTime until = saturating_add(env_.clock.now(), operation.hold);
  if (guarded) {
    store_.set_lease(guard.lease());
    const auto raised = co_await store_.raise(key, guard.fence());
    if (raised && std::holds_alternative<lock::StoreRefused>(*raised)) co_return;
  }
  for (std::uint64_t number = 0;; ++number) {
    const MonoTime next = saturating_add(env_.clock.now(), workload.write_every);
    const env::Outcome stop = co_await guard.stop().wait(std::min(next, until));
    if (stop.code != Errc::no_reply || env_.clock.now() >= until) co_return;
    if (!guarded) continue;
    const bool go_on = co_await write_once(key, guard, number, operation);
    if (!go_on) co_return;
  }
}

/// Asks the guard, dawdles, writes. What happens in between is what fencing is for.
env::Task<bool> LockClient::write_once(const std::string& key, const lock::LeaseGuard& guard,
                                       std::uint64_t number, Operation operation) {
  if (!guard.check()) co_return false;
  co_await env::sleep_for(env_, write_delay(operation, number));
  const std::string value = std::to_string(log_.run().new_value());
  const auto wrote = co_await store_.write(key, guard.fence(), value);
  if (wrote && std::holds_alternative<lock::StoreRefused>(*wrote)) co_return false;
  co_return guard.check();
}

Nanos LockClient::write_delay(const Operation& operation, std::uint64_t number) const {
  const PlanConfig& config = job_.plan->config;
  const std::uint64_t bits = draw(config.seed, DrawStream::workload, operation.client, operation.n,
                                  write_delay_key + number);
  return between(bits, config.workload.write_delay.low, config.workload.write_delay.high);
}

}  // namespace lockstep::scenarios
