// SharedLoop: a live node whose loop is run by the threads that wait for it, one at a time. A call
// of a single thread never changes threads; those of several share what the loop does for all.
//
// Story. A call spawns its task on the loop. If nobody runs the loop, its thread does, until the
// task has ended; then it wakes one of those that wait, who goes on. A thread whose task was ended
// by another's running is woken by that.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "impl/live/node.hpp"

namespace lockstep::facade {

class SharedLoop {
 public:
  /// @param root  The node's folder, for its storage; it must exist.
  explicit SharedLoop(std::string root);
  SharedLoop(const SharedLoop&) = delete;
  SharedLoop& operator=(const SharedLoop&) = delete;
  /// Demands that no call is running. Destroys what its tasks left suspended.
  ~SharedLoop();

  /// Runs `task` to its end and returns its value; rethrows what it throws. From any thread, but
  /// not from inside a task.
  template <class T>
  [[nodiscard]] T call(env::Task<T> task) {
    struct Ending {
      Waiter waiter;
      std::exception_ptr failure;
      std::optional<T> value;
    };
    Ending ending;
    live::asio::co_spawn(node_.env().executor, std::move(task),
                         [this, &ending](std::exception_ptr failure, T value) {
                           ending.failure = std::move(failure);
                           ending.value = std::move(value);
                           ended(ending.waiter);
                         });
    wait(ending.waiter);
    if (ending.failure) std::rethrow_exception(ending.failure);
    return std::move(*ending.value);
  }

  [[nodiscard]] env::Env& env() { return node_.env(); }

 private:
  struct Waiter {
    std::condition_variable woken;
    bool is_done = false;
    bool is_leader = false;
  };
  void wait(Waiter& waiter);
  void ended(Waiter& waiter);

  live::Loop loop_;
  live::Node node_;
  std::mutex mutex_;
  std::deque<Waiter*> waiting_;  ///< those that do not run the loop
  bool has_leader_ = false;
};

}  // namespace lockstep::facade
