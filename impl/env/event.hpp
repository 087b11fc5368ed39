// Event: coroutines of one node wait until another of the same node tells them to look again.
// It has no memory, like a condition variable: check the condition, wait, check again.
#pragma once

#include "impl/env/wait.hpp"

namespace lockstep::env {

class Event {
 public:
  explicit Event(Waits& waits) : waits_(waits) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { wake_all({Errc::closed}); }

  /// @return `ok` when notified, `no_reply` at `deadline`, `cancelled`, `closed` when the Event was
  ///         destroyed meanwhile.
  [[nodiscard]] Task<Outcome> wait(MonoTime deadline = never) {
    return suspend_as(
        waits_,
        [](PendingOp& op, Event* event, MonoTime t) {
          event->waiters_.push_back(op);
          event->waits_.suspend(op, t, Errc::no_reply);
        },
        this, deadline);
  }

  /// Wakes the one that has waited longest; false if nobody waits.
  bool notify_one() { return wake_one({}); }
  void notify_all() { wake_all({}); }
  [[nodiscard]] bool has_waiters() const { return !waiters_.empty(); }

 private:
  bool wake_one(Outcome outcome) {
    if (waiters_.empty()) return false;
    PendingOp& op = waiters_.front();
    waiters_.pop_front();
    waits_.wake(op, outcome);
    return true;
  }
  void wake_all(Outcome outcome) {
    while (wake_one(outcome)) {
    }
  }

  Waits& waits_;
  OpQueue waiters_;
};

}  // namespace lockstep::env
