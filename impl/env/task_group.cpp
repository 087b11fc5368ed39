#include "impl/env/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace lockstep::env {

struct TaskGroup::State {
  explicit State(Env& e) : env(e), ended(e.waits) {}
  Env& env;
  std::list<asio::cancellation_signal> running;
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
  }
}

}  // namespace

TaskGroup::TaskGroup(Env& env) : state_(std::make_shared<State>(env)) {}

TaskGroup::~TaskGroup() { ASSERT(state_->running.empty() || !state_->env.waits.alive()); }

void TaskGroup::spawn(Task<void> task) {
  const auto signal = state_->running.emplace(state_->running.end());
  auto on_end = [state = state_, signal](const std::exception_ptr& failure) {
    demand_cancelled(failure);
    state->running.erase(signal);
    if (state->running.empty()) state->ended.notify_all();
  };
  asio::co_spawn(state_->env.executor, std::move(task),
                 asio::bind_cancellation_slot(signal->slot(), std::move(on_end)));
}

void TaskGroup::stop() {
  for (auto& signal : state_->running) signal.emit(asio::cancellation_type::terminal);
}

Task<void> TaskGroup::join() {
  const std::shared_ptr<State> state = state_;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!state->running.empty()) {
    co_await state->ended.wait();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

std::size_t TaskGroup::running() const { return state_->running.size(); }

}  // namespace lockstep::env
