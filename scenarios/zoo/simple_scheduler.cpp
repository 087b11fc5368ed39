#include "scenarios/zoo/simple_scheduler.hpp"

#include <algorithm>

namespace lockstep::scenarios {

env::Task<void> LeaderKeptOnError::run() {
  while (!stopping_.requested()) {
    co_await become_leader();
    if (!is_leader_) continue;
    renewals_.spawn(renew());
    co_await lead();
    renewals_.stop();
    co_await renewals_.join();
    is_leader_ = false;
    const auto released = co_await parts_.backend.release(lease_.key, lease_.token);
    static_cast<void>(released);
  }
}

env::Task<void> LeaderKeptOnError::become_leader() {
  const lock::DistributedLockConfig& config = parts_.config.lock;
  lock::AcquireRequest request =
      parts_.backend.draw(parts_.config.key, parts_.config.owner, config.ttl);
  const auto outcome = co_await parts_.backend.acquire(request);
  if (outcome) {
    if (const auto* acquired = std::get_if<lock::Acquired>(&*outcome)) {
      lease_ = acquired->lease;
      is_leader_ = true;
      co_return;
    }
  }
  const Nanos wait =
      config.retry_interval + env::jitter(parts_.env.random, Nanos(1), config.retry_jitter);
  co_await stopping_.token().wait(saturating_add(parts_.env.clock.now(), wait));
}

env::Task<void> LeaderKeptOnError::renew() {
  while (true) {
    const env::Outcome woken =
        co_await env::sleep_for(parts_.env, parts_.config.lock.refresh_interval);
    if (woken.code == Errc::cancelled) co_return;
    const auto outcome = co_await parts_.backend.renew(lease_, parts_.config.lock.ttl);
    if (!outcome) co_return;  // logged, and forgotten
    if (std::holds_alternative<lock::Lost>(*outcome)) is_leader_ = false;
    if (!is_leader_) co_return;
  }
}

env::Task<void> LeaderKeptOnError::lead() {
  while (is_leader_ && !stopping_.requested()) {
    const WallTime wall = parts_.env.clock.wall();
    Nanos wait = parts_.config.look_every;
    for (const work::BeatTask& task : parts_.tasks) {
      const std::int64_t number = task.ticks.at(wall);
      const auto [last, is_new] = done_.try_emplace(task.name, number - 1);
      wait = std::min(wait, task.ticks.begin(number + 1) - wall);
      if (last->second >= number) continue;
      last->second = number;
      const work::Fence fence{lease_.key, lease_.fence};
      const auto dispatched = co_await parts_.dispatcher.dispatch(task.name, number, fence);
      static_cast<void>(dispatched);
    }
    co_await stopping_.token().wait(saturating_add(parts_.env.clock.now(), wait));
  }
}

}  // namespace lockstep::scenarios
