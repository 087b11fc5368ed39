// A posted function as a PendingOp, so that functions and woken operations share one queue.
#pragma once

#include <new>
#include <utility>

#include "impl/env/wait.hpp"

namespace lockstep::live {

template <class F>
class FunctionOp final : public env::PendingOp {
 public:
  /// @param pool  nullptr: from the heap, for threads that may not touch the node's pool.
  static FunctionOp& make(env::OpPool* pool, F&& f) {
    void* memory =
        pool != nullptr ? pool->allocate(sizeof(FunctionOp)) : ::operator new(sizeof(FunctionOp));
    return *::new (memory) FunctionOp(pool, std::move(f));
  }

 private:
  FunctionOp(env::OpPool* pool, F&& f)
      : PendingOp(&FunctionOp::end), pool_(pool), function_(std::move(f)) {}

  static void end(PendingOp* base, const env::Outcome* outcome) {
    auto* self = static_cast<FunctionOp*>(base);
    env::OpPool* pool = self->pool_;
    F function(std::move(self->function_));
    self->~FunctionOp();
    pool != nullptr ? pool->deallocate(self, sizeof(FunctionOp)) : ::operator delete(self);
    if (outcome != nullptr) std::move(function)();
  }

  env::OpPool* pool_;
  F function_;
};

}  // namespace lockstep::live
