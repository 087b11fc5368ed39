#include "impl/live/storage.hpp"

#include <rocksdb/env.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace lockstep::live {

LiveStorage::LiveStorage(std::shared_ptr<LiveWaits> waits, std::string root, StorageThread where)
    : waits_(std::move(waits)), root_(std::move(root)), where_(where) {}

LiveStorage::~LiveStorage() { stop(); }

rocksdb::Env* LiveStorage::env() { return rocksdb::Env::Default(); }

env::Task<env::Outcome> LiveStorage::offload(std::function<void()> fn, MonoTime deadline) {
  auto job = std::make_shared<Job>();
  job->fn = std::move(fn);
  return env::suspend_as(*waits_, &LiveStorage::start, this, std::move(job), deadline);
}

void LiveStorage::start(env::PendingOp& op, LiveStorage* storage, std::shared_ptr<Job> job,
                        MonoTime deadline) {
  LiveWaits& waits = *storage->waits_;
  job->waiter.push_back(op);
  const bool taken = storage->enqueue(std::move(job));
  waits.suspend(op, taken ? deadline : never, Errc::no_reply);
  if (!taken) waits.wake(op, {Errc::limit});
}

bool LiveStorage::enqueue(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max) return false;
    queue_.push_back(std::move(job));
  }
  if (where_ == StorageThread::loop) {
    asio::post(waits_->loop().context(), [waits = waits_, this] {
      if (waits->alive()) run_on_loop();
    });
    return true;
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
  return true;
}

void LiveStorage::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    std::shared_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    [&job]() noexcept { std::exchange(job->fn, nullptr)(); }();
    asio::post(waits_->loop().context(),
               [waits = waits_, job = std::move(job)] { finish(*waits, *job); });
    lock.lock();
  }
}

/// Not inside a turn: a call may take long, and what became ready before it has run.
void LiveStorage::run_on_loop() {
  const std::shared_ptr<Job> job = std::move(queue_.front());
  queue_.pop_front();
  [&job]() noexcept { std::exchange(job->fn, nullptr)(); }();
  finish(*waits_, *job);
}

/// On the loop's thread: there alone a job's waiter is looked at.
void LiveStorage::finish(LiveWaits& waits, Job& job) {
  if (job.waiter.empty()) return;
  const LiveWaits::Turn turn(waits);
  waits.wake(job.waiter.front(), {});
}

void LiveStorage::stop() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  queue_.clear();
}

}  // namespace lockstep::live
