// TaskGroup: the coroutines of one owner. Spawn, stop, join; nothing runs on unowned.
#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"

namespace lockstep::env {

class TaskGroup {
 public:
  explicit TaskGroup(Env& env);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  /// Demands that nothing runs any more, unless the node is dead: stop() and join() first.
  ~TaskGroup();

  /// Starts `task` from the loop, not inside this call. A task that lets `operation_aborted` escape
  /// has been cancelled, which is how stop() ends it; any other exception is a programmer error.
  void spawn(Task<void> task);
  /// As above; `keep` is let go when the task has ended and is no longer of the group. So it may
  /// own the group: an object whose own task outlives the last that its users hold of it.
  void spawn(Task<void> task, std::shared_ptr<void> keep);

  /// Asks every running task to end: its present wait ends with `cancelled`, and its next co_await
  /// throws `operation_aborted`, unless it reset its cancellation state. Idempotent.
  void stop();

  /// Waits until no task of the group runs, through cancellations of the caller too (they take
  /// effect at the caller's next co_await). A caller that may be cancelled already must first
  /// `co_await asio::this_coro::throw_if_cancelled(false)`, or calling join() itself throws.
  [[nodiscard]] Task<void> join();

  /// As join(), but a cancellation of the caller, an earlier one included, is passed on: it stops
  /// the group's tasks.
  [[nodiscard]] Task<void> supervise();

  [[nodiscard]] std::size_t running() const;

 private:
  [[nodiscard]] Task<void> wait_for_end(bool pass_on);

  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lockstep::env
