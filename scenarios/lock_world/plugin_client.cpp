#include "scenarios/lock_world/plugin_client.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::scenarios {

namespace {

constexpr int release_attempts = 2;  // a lost reply is worth one more; then the ttl frees it

}  // namespace

PluginClient::PluginClient(ClientNode node, ClientJob& job)
    : FleetMember(std::move(node), job),
      holds_(lock_, node_, *job.log),
      locks_(env_, holds_),
      sink_(sink_client_, fencing()),
      store_(sink_, log_),
      tasks_(env_) {
  tasks_.spawn(live());
}

env::Task<void> PluginClient::live() {
  job_.done = false;
  while (!job_.operations.empty()) {
    const Operation operation = job_.take_next();
    co_await env::sleep_for(env_, operation.think);
    lock::LockHandle handle = co_await take("k" + std::to_string(operation.key));
    co_await use(operation, handle);
    co_await give_back(std::move(handle));
  }
  job_.done = true;
}

env::Task<lock::LockHandle> PluginClient::take(std::string key) {
  while (true) {
    auto handle = co_await locks_.try_lock(key, config().lock.ttl);
    if (handle && *handle) co_return std::move(**handle);
    const Nanos jitter = draw_now({Nanos(1), config().lock.retry_jitter});
    co_await env::sleep_for(env_, config().lock.retry_interval + jitter);
  }
}

bool PluginClient::holds(const lock::LockHandle& handle) const {
  const std::optional<MonoTime> deadline = locks_.deadline(handle);
  return deadline && env_.clock.now() < *deadline;
}

env::Task<void> PluginClient::use(Operation operation, lock::LockHandle handle) {
  const MonoTime until = saturating_add(env_.clock.now(), operation.hold);
  MonoTime renew_at = saturating_add(env_.clock.now(), config().lock.refresh_interval);
  MonoTime write_at = saturating_add(env_.clock.now(), workload().write_every);
  if (guarded()) {
    const work::Fence fence{handle.key, handle.fence};
    store_.set_lease(holds_.lease_of(fence));
    const auto raised = co_await store_.raise(handle.key, handle.fence);
    if (raised && std::holds_alternative<lock::StoreRefused>(*raised)) co_return;
  }
  while (holds(handle) && env_.clock.now() < until) {
    const MonoTime next = std::min({renew_at, write_at, until});
    co_await env::sleep_until(env_.waits, next);
    if (env_.clock.now() >= renew_at) {
      const Result<bool> renewed = co_await locks_.renew(handle);
      if (renewed && !*renewed) co_return;
      const Nanos pause =
          renewed ? config().lock.refresh_interval : config().lock.renew_retry_interval;
      renew_at = saturating_add(env_.clock.now(), pause);
    }
    if (env_.clock.now() < write_at) continue;
    write_at = saturating_add(env_.clock.now(), workload().write_every);
    if (!guarded()) continue;
    const bool go_on = co_await write_once(handle);
    if (!go_on) co_return;
  }
}

env::Task<bool> PluginClient::write_once(lock::LockHandle handle) {
  if (!holds(handle)) co_return false;
  co_await env::sleep_for(env_, draw_now(workload().write_delay));
  const std::string value = std::to_string(log_.run().new_value());
  const auto wrote = co_await store_.write(handle.key, handle.fence, value);
  co_return !wrote || std::holds_alternative<lock::StoreAccepted>(*wrote);
}

env::Task<void> PluginClient::give_back(lock::LockHandle handle) {
  for (int attempt = 0; attempt < release_attempts; ++attempt) {
    const Result<void> released = co_await locks_.release(handle);
    if (released) co_return;
  }
}

}  // namespace lockstep::scenarios
