#include "impl/env/task_group.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace lockstep::env {

struct TaskGroup::State {
  struct Running {
    asio::cancellation_signal signal;
    bool started = false;
    bool stopped = false;
  };
  explicit State(Env& e) : env(e), ended(e.waits) {}

  /// Asio's own first step of a spawned coroutine lets cancellation escape as an exception, so a
  /// signal is emitted only to tasks that have begun; the others find out here.
  struct OnEnd;
  static Task<void> root(Running* self, Task<void> task) {
    self->started = true;
    if (self->stopped) co_return;
    co_await std::move(task);
  }

  Env& env;
  std::list<Running> running;
  Event ended;
};

namespace {

/// Anything but cancellation that reaches the root of a task is a programmer error.
void demand_cancelled(const std::exception_ptr& failure) noexcept {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    ASSERT(error.code() == asio::error::operation_aborted);
  } catch (const std::exception& error) {
    assert_failed(error.what(), __FILE__, __LINE__);
  } catch (...) {
    assert_failed("an exception of no known type", __FILE__, __LINE__);
  }
}

}  // namespace

TaskGroup::TaskGroup(Env& env) : state_(std::make_shared<State>(env)) {}

TaskGroup::~TaskGroup() { ASSERT(state_->running.empty() || !state_->env.waits.alive()); }

/// What co_spawn calls at the end of a task. It names its cancellation slot itself: wrapped in
/// asio::bind_cancellation_slot() it would have an associated executor, and then Asio 1.81 posts
/// cancellation with a bare pointer into a signal that may be gone by then.
struct TaskGroup::State::OnEnd {
  using cancellation_slot_type = asio::cancellation_slot;
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return self->signal.slot();
  }

  void operator()(const std::exception_ptr& failure) const {
    demand_cancelled(failure);
    state->running.erase(self);
    if (state->running.empty()) state->ended.notify_all();
  }

  std::shared_ptr<State> state;
  std::list<Running>::iterator self;
  std::shared_ptr<void> keep;
};

void TaskGroup::spawn(Task<void> task) { spawn(std::move(task), nullptr); }

void TaskGroup::spawn(Task<void> task, std::shared_ptr<void> keep) {
  const auto self = state_->running.emplace(state_->running.end());
  asio::co_spawn(state_->env.executor, State::root(&*self, std::move(task)),
                 State::OnEnd{state_, self, std::move(keep)});
}

void TaskGroup::stop() {
  for (State::Running& task : state_->running) {
    task.stopped = true;
    if (task.started) task.signal.emit(asio::cancellation_type::terminal);
  }
}

Task<void> TaskGroup::join() { return wait_for_end(false); }

Task<void> TaskGroup::supervise() { return wait_for_end(true); }

Task<void> TaskGroup::wait_for_end(bool pass_on) {
  const std::shared_ptr<State> state = state_;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  if (pass_on && cancellation.cancelled() != asio::cancellation_type::none) stop();
  while (!state->running.empty()) {
    const Outcome woken = co_await state->ended.wait();
    if (pass_on && woken.code == Errc::cancelled) stop();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

std::size_t TaskGroup::running() const { return state_->running.size(); }

}  // namespace lockstep::env
