#include "scenarios/lock_world/lock_client.hpp"

#include <utility>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {

namespace {

/// Keys the draws of pauses before a write, apart from those of the operation itself.
constexpr std::uint64_t write_delay_key = 1U << 20U;

}  // namespace

LockClient::LockClient(ClientNode node, ClientJob& job)
    : FleetMember(std::move(node), job),
      sink_(sink_client_, fencing()),
      store_(sink_, log_),
      tasks_(env_) {
  tasks_.spawn(live());
}

env::Task<void> LockClient::live() {
  job_.done = false;
  while (!job_.operations.empty()) {
    const Operation operation = job_.take_next();
    co_await env::sleep_for(env_, operation.think);
    lock::LeaseKeeper keeper(env_, lock_, keeper_config_of(config()));
    const std::string key = "k" + std::to_string(operation.key);
    lock::LeaseKeeper::Job keep;
    keep.key = key;
    keep.owner = name();
    keep.worker = [this, operation, key](lock::LeaseGuard guard) {
      return work(operation, key, std::move(guard));
    };
    const auto ended = co_await keeper.run(std::move(keep));
    ASSERT(ended.has_value());  // run_plan() validated the configuration
  }
  job_.done = true;
}

env::Task<void> LockClient::work(Operation operation, std::string key, lock::LeaseGuard guard) {
  const HolderLabel label(node_);
  const MonoTime until = saturating_add(env_.clock.now(), operation.hold);
  if (guarded()) {
    store_.set_lease(guard.lease());
    const auto raised = co_await store_.raise(key, guard.fence());
    if (raised && std::holds_alternative<lock::StoreRefused>(*raised)) co_return;
  }
  for (std::uint64_t number = 0;; ++number) {
    const MonoTime next = saturating_add(env_.clock.now(), workload().write_every);
    const env::Outcome stop = co_await guard.stop().wait(std::min(next, until));
    if (stop.code != Errc::no_reply || env_.clock.now() >= until) co_return;
    if (!guarded()) continue;
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
  const std::uint64_t bits = draw(config().seed, DrawStream::workload, operation.client,
                                  operation.n, write_delay_key + number);
  return between(bits, workload().write_delay.low, workload().write_delay.high);
}

}  // namespace lockstep::scenarios
