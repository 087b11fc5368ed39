#include "impl/facade/shared_loop.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::facade {

SharedLoop::SharedLoop(std::string root)
    : node_(loop_, {.root = std::move(root), .storage = live::StorageThread::loop}) {}

SharedLoop::~SharedLoop() {
  ASSERT(!has_leader_ && waiting_.empty());
  node_.end();
}

void SharedLoop::wait(Waiter& waiter) {
  ASSERT(!loop_.runs_here());  // it would wait for itself
  std::unique_lock lock(mutex_);
  if (waiter.is_done) return;
  if (has_leader_) {
    waiting_.push_back(&waiter);
    waiter.woken.wait(lock, [&waiter] { return waiter.is_done || waiter.is_leader; });
  } else {
    has_leader_ = true;
    waiter.is_leader = true;
  }
  if (!waiter.is_leader) return;
  lock.unlock();
  while (!waiter.is_done) loop_.run_one();
  lock.lock();
  has_leader_ = !waiting_.empty();
  if (waiting_.empty()) return;
  Waiter& next = *waiting_.front();
  waiting_.pop_front();
  next.is_leader = true;
  next.woken.notify_one();
}

/// On the thread that runs the loop; perhaps before the task's own thread has come to wait.
void SharedLoop::ended(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  waiter.is_done = true;
  if (waiter.is_leader) return;
  const auto at = std::find(waiting_.begin(), waiting_.end(), &waiter);
  if (at == waiting_.end()) return;
  waiting_.erase(at);
  waiter.woken.notify_one();
}

}  // namespace lockstep::facade
