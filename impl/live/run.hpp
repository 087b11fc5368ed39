// Getting from plain code into a live node's coroutines: run one to its end, or hand one over.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "impl/live/node.hpp"

namespace lockstep::live {

namespace detail {

/// What a root task ended with; shared with a task that outlives its limit.
template <class T>
struct Ending {
  std::exception_ptr failure;
  std::optional<T> value;
  bool over = false;
};

/// co_spawn hands a Task<void> nothing but the exception: give it a value too.
inline env::Task<bool> with_value(env::Task<void> task) {
  co_await std::move(task);
  co_return true;
}

template <class T>
bool drive(Node& node, env::Task<T> task, Nanos limit, const std::shared_ptr<Ending<T>>& ending) {
  Loop* loop = &node.loop();
  asio::co_spawn(node.env().executor, std::move(task),
                 [ending, loop](std::exception_ptr failure, T value) {
                   ending->failure = std::move(failure);
                   ending->value = std::move(value);
                   ending->over = true;
                   loop->stop();
                 });
  loop->run_for(limit);
  if (ending->failure) std::rethrow_exception(ending->failure);
  return ending->over;
}

inline Error limit_passed() { return indefinite(Errc::no_reply, "the task's limit passed"); }

}  // namespace detail

/// Runs the node's loop on this thread until `task` ends or `limit` passes; the task then stays
/// suspended. Requires that nobody else runs the loop. Rethrows what the task throws.
/// Errors, indefinite: `no_reply` after `limit`.
template <class T>
[[nodiscard]] Result<T> run_until_complete(Node& node, env::Task<T> task, Nanos limit) {
  const auto ending = std::make_shared<detail::Ending<T>>();
  if (!detail::drive(node, std::move(task), limit, ending)) return fail(detail::limit_passed());
  return std::move(*ending->value);
}

[[nodiscard]] inline Result<void> run_until_complete(Node& node, env::Task<void> task,
                                                     Nanos limit) {
  const auto ending = std::make_shared<detail::Ending<bool>>();
  const bool over = detail::drive(node, detail::with_value(std::move(task)), limit, ending);
  if (!over) return fail(detail::limit_passed());
  return {};
}

/// Starts `task` on the node's loop, which another thread runs. From any thread but the loop's. The
/// future holds the task's value or exception; `broken_promise` when the node ended first.
template <class T>
[[nodiscard]] std::future<T> submit(Node& node, env::Task<T> task) {
  auto promise = std::make_shared<std::promise<T>>();
  std::future<T> future = promise->get_future();
  asio::co_spawn(node.env().executor, std::move(task),
                 [promise](const std::exception_ptr& failure, T value) {
                   failure ? promise->set_exception(failure) : promise->set_value(std::move(value));
                 });
  return future;
}

[[nodiscard]] inline std::future<void> submit(Node& node, env::Task<void> task) {
  auto promise = std::make_shared<std::promise<void>>();
  std::future<void> future = promise->get_future();
  asio::co_spawn(node.env().executor, std::move(task),
                 [promise](const std::exception_ptr& failure) {
                   failure ? promise->set_exception(failure) : promise->set_value();
                 });
  return future;
}

}  // namespace lockstep::live
