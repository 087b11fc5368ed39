#include "scenarios/zoo/simple_pipeline.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::scenarios {

SimplePipeline::SimplePipeline(PipelineParts parts, PipelineFlaw flaw)
    : parts_(std::move(parts)),
      flaw_(flaw),
      env_(parts_.env),
      stopping_(env_),
      workers_(env_),
      refreshers_(env_) {}

env::Task<void> SimplePipeline::run() {
  for (const work::Collection& collection : parts_.collections) {
    workers_.spawn(serve(collection));
  }
  co_await workers_.join();
  co_await stopping_.token().wait();  // also with nothing left to do
  refreshers_.stop();
  co_await refreshers_.join();
}

env::Task<env::Outcome> SimplePipeline::pause(Nanos delay) {
  const MonoTime until = saturating_add(env_.clock.now(), delay);
  if (stopping_.requested()) return env::sleep_until(env_.waits, until);
  return stopping_.token().wait(until);
}

bool SimplePipeline::may_step(const Hold& hold) const {
  if (is(PipelineFlaw::worker_survives_loss)) return true;  // nobody tells it
  if (is(PipelineFlaw::refresh_stops_before_drain) && stopping_.requested()) return true;
  if (hold.lost) return false;
  if (is(PipelineFlaw::no_local_deadline)) return true;
  return env_.clock.now() < hold.lease.deadline - parts_.config.lock.effective_stop_grace();
}

// ---- the lock -----------------------------------------------------------------------------------

env::Task<void> SimplePipeline::serve(work::Collection collection) {
  while (!stopping_.requested()) {
    const std::string key = work::lock_key(parts_.config.level, collection);
    const HoldPtr hold = co_await acquire(key);
    if (!hold) co_return;
    refreshers_.spawn(refresh(hold));
    const bool alive = co_await work(collection, hold);
    if (!alive && is(PipelineFlaw::zombie_refresher)) {
      co_await stopping_.token().wait();
    }
    hold->is_done = true;
    co_await release(hold);
    co_await pause(parts_.config.retry_delay);
  }
}

/// nullptr: told to stop; or, by its flaw, that another had it.
env::Task<SimplePipeline::HoldPtr> SimplePipeline::acquire(std::string key) {
  while (!stopping_.requested()) {
    const lock::DistributedLockConfig& config = parts_.config.lock;
    lock::AcquireRequest request = parts_.backend.draw(key, parts_.config.owner, config.ttl);
    const auto outcome = co_await parts_.backend.acquire(request);
    if (!outcome) {
      const auto released = co_await parts_.backend.release(key, request.token);
      static_cast<void>(released);  // what is left ends by its ttl
    } else if (const auto* acquired = std::get_if<lock::Acquired>(&*outcome)) {
      co_return std::make_shared<Hold>(acquired->lease);
    } else if (is(PipelineFlaw::never_retries)) {
      break;
    }
    co_await pause(config.retry_interval + env::jitter(env_.random, Nanos(1), config.retry_jitter));
  }
  co_return nullptr;
}

env::Task<void> SimplePipeline::refresh(HoldPtr hold) {
  Nanos wait = parts_.config.lock.refresh_interval;
  while (true) {
    const MonoTime until = saturating_add(env_.clock.now(), wait);
    const env::Outcome woken = co_await env::sleep_until(env_.waits, until);
    if (woken.code == Errc::cancelled || hold->is_done) co_return;
    if (is(PipelineFlaw::refresh_stops_before_drain) && stopping_.requested()) co_return;
    const auto outcome = co_await parts_.backend.renew(hold->lease, parts_.config.lock.ttl);
    const lock::DistributedLockConfig& config = parts_.config.lock;
    wait = outcome ? config.refresh_interval : config.renew_retry_interval;
    if (!outcome) continue;
    const auto* renewed = std::get_if<lock::Renewed>(&*outcome);
    hold->lost = renewed == nullptr;
    if (hold->lost) co_return;
    hold->lease.deadline = renewed->deadline;
  }
}

env::Task<void> SimplePipeline::release(HoldPtr hold) {
  const auto released = co_await parts_.backend.release(hold->lease.key, hold->lease.token);
  static_cast<void>(released);
}

// ---- the work -----------------------------------------------------------------------------------

/// false: an error that the worker does not survive (zombie_refresher); else its time was over.
env::Task<bool> SimplePipeline::work(work::Collection collection, HoldPtr hold) {
  const work::Fence fence{hold->lease.key, hold->lease.fence};
  const auto raised = co_await parts_.stores.sink.raise(fence);
  if (!raised) co_return false;
  auto loaded = co_await parts_.stores.progress.load(collection, fence);
  if (!loaded) co_return false;
  const auto* start = std::get_if<work::Position>(&*loaded);
  if (start == nullptr) co_return true;
  std::string position = start->text;
  while (!stopping_.requested() && may_step(*hold)) {
    auto batch = co_await parts_.stores.source.read(collection, position, parts_.config.batch_max);
    if (!batch && is(PipelineFlaw::zombie_refresher)) co_return false;
    if (!batch || batch->empty()) {
      co_await pause(parts_.config.poll_interval);
      continue;
    }
    position = batch->back().position;
    const bool written = co_await write_batch(collection, fence, hold, std::move(*batch));
    if (!written) co_return !dead_;
  }
  co_return true;
}

env::Task<bool> SimplePipeline::write_batch(work::Collection collection, work::Fence fence,
                                            HoldPtr hold, std::vector<work::Event> batch) {
  std::span<const work::Event> rest(batch);
  const bool save_first = is(PipelineFlaw::token_before_write);
  while (!rest.empty()) {
    const auto step = rest.first(std::min(parts_.config.step_max, rest.size()));
    rest = rest.subspan(step.size());
    const std::string& position = step.back().position;
    bool good = true;
    if (save_first) good = co_await save(collection, position, fence, hold);
    if (!good) co_return false;
    good = co_await write(collection, step, fence, hold);
    if (!good) co_return false;
    if (!save_first) good = co_await save(collection, position, fence, hold);
    if (!good) co_return false;
  }
  co_return true;
}

env::Task<bool> SimplePipeline::write(const work::Collection& collection,
                                      std::span<const work::Event> step, const work::Fence& fence,
                                      const HoldPtr& hold) {
  while (may_step(*hold)) {
    const auto outcome = co_await parts_.stores.sink.write(collection, step, fence);
    if (outcome) co_return std::holds_alternative<work::Accepted>(*outcome);
    if (is(PipelineFlaw::zombie_refresher)) dead_ = true;
    if (dead_) co_return false;
    co_await pause(parts_.config.retry_delay);
  }
  co_return false;
}

env::Task<bool> SimplePipeline::save(const work::Collection& collection,
                                     const std::string& position, const work::Fence& fence,
                                     const HoldPtr& hold) {
  while (may_step(*hold)) {
    const auto outcome = co_await parts_.stores.progress.save(collection, position, fence);
    if (outcome) co_return std::holds_alternative<work::Accepted>(*outcome);
    co_await pause(parts_.config.retry_delay);
  }
  co_return false;
}

}  // namespace lockstep::scenarios
