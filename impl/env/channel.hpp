// Channel: a bounded queue of values between coroutines of one node.
#pragma once

#include <cstddef>
#include <deque>

#include "impl/env/event.hpp"

namespace lockstep::env {

template <class T>
class Channel {
 public:
  /// @param size_max  Values held before send() waits. At least 1.
  Channel(Waits& waits, std::size_t size_max)
      : size_max_(size_max), filled_(waits), drained_(waits) {
    ASSERT(size_max > 0);
  }

  /// Waits for room, then appends.
  /// @return `ok`; `closed` once close() was called; `no_reply` at `deadline`; `cancelled`. Unless
  ///         `ok`, the value was dropped.
  [[nodiscard]] Task<Outcome> send(T value, MonoTime deadline = never) {
    while (!closed_ && values_.size() >= size_max_) {
      const Outcome room = co_await drained_.wait(deadline);
      if (!room) co_return room;
    }
    if (closed_) co_return Outcome{Errc::closed};
    values_.push_back(std::move(value));
    filled_.notify_one();
    co_return Outcome{};
  }

  /// Appends without waiting; false when full or closed.
  bool try_send(T value) {
    if (closed_ || values_.size() >= size_max_) return false;
    values_.push_back(std::move(value));
    filled_.notify_one();
    return true;
  }

  /// Takes the oldest value; waits for one. Values sent before close() are still delivered.
  /// Errors, definite: `closed`, `no_reply` at `deadline`, `cancelled`.
  [[nodiscard]] Task<Result<T>> receive(MonoTime deadline = never) {
    while (values_.empty()) {
      if (closed_) co_return fail(definite(Errc::closed));
      const Outcome some = co_await filled_.wait(deadline);
      if (!some) co_return fail(definite(some.code));
    }
    T value = std::move(values_.front());
    values_.pop_front();
    drained_.notify_one();
    if (!values_.empty())
      filled_.notify_one();  // a receiver may have been cancelled after its wake
    co_return value;
  }

  /// No further values; wakes everybody who waits.
  void close() {
    closed_ = true;
    filled_.notify_all();
    drained_.notify_all();
  }

  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  std::size_t size_max_;
  bool closed_ = false;
  std::deque<T> values_;
  Event filled_;
  Event drained_;
};

}  // namespace lockstep::env
