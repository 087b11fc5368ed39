// The executor of one node's incarnation: what Asio posts becomes an event of the world.
// Satisfies asio::any_io_executor: blocking.never only, one context per world, nothing tracked.
#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <utility>

#include "impl/env/wait.hpp"

namespace lockstep::sim {

namespace asio = boost::asio;

class NodeRun;

/// A world's Asio context. Never construct an Asio timer, socket or resolver on it: it would start
/// a hidden thread.
class Context : public asio::execution_context {
 public:
  ~Context() { shutdown(); }
};

/// A posted function as a PendingOp. On a dead node it is destroyed without being called, which is
/// how Asio's posted unwinding of destroyed frames runs inline.
template <class F>
class FunctionOp final : public env::PendingOp {
 public:
  static FunctionOp& make(env::OpPool& pool, F&& f) {
    return *::new (pool.allocate(sizeof(FunctionOp))) FunctionOp(pool, std::move(f));
  }

 private:
  FunctionOp(env::OpPool& pool, F&& f)
      : PendingOp(&FunctionOp::end), pool_(pool), function_(std::move(f)) {}

  static void end(PendingOp* base, const env::Outcome* outcome) {
    auto* self = static_cast<FunctionOp*>(base);
    env::OpPool& pool = self->pool_;
    F function(std::move(self->function_));
    self->~FunctionOp();
    pool.deallocate(self, sizeof(FunctionOp));
    if (outcome != nullptr) function();
  }

  env::OpPool& pool_;
  F function_;
};

class Executor {
 public:
  explicit Executor(NodeRun& run) noexcept : run_(&run) {}

  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept;
  [[nodiscard]] Executor require(asio::execution::blocking_t::never_t) const noexcept {
    return *this;
  }

  template <class F>
  void execute(F f) const {
    if (!accepts()) return;  // dead: `f` and the frames it owns end here
    post(FunctionOp<F>::make(pool(), std::move(f)));
  }

  friend bool operator==(const Executor& a, const Executor& b) noexcept { return a.run_ == b.run_; }
  friend bool operator!=(const Executor& a, const Executor& b) noexcept { return a.run_ != b.run_; }

 private:
  [[nodiscard]] bool accepts() const;
  [[nodiscard]] env::OpPool& pool() const;
  void post(env::PendingOp& op) const;

  NodeRun* run_;
};

}  // namespace lockstep::sim
