// The executor of one live node. Satisfies asio::any_io_executor: blocking.never only, the loop's
// context, nothing tracked. Thread-safe.
#pragma once

#include <boost/asio/execution.hpp>
#include <utility>

#include "impl/live/waits.hpp"

namespace lockstep::live {

class Executor {
 public:
  explicit Executor(LiveWaits& waits) noexcept : waits_(&waits) {}

  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept {
    return waits_->loop().context();
  }
  [[nodiscard]] Executor require(asio::execution::blocking_t::never_t) const noexcept {
    return *this;
  }

  template <class F>
  void execute(F f) const {
    waits_->execute(std::move(f));
  }

  friend bool operator==(const Executor& a, const Executor& b) noexcept {
    return a.waits_ == b.waits_;
  }
  friend bool operator!=(const Executor& a, const Executor& b) noexcept {
    return a.waits_ != b.waits_;
  }

 private:
  LiveWaits* waits_;
};

}  // namespace lockstep::live
