// The deadlines of one node's suspended operations: a 4-ary heap whose entries know their operation
// and whose operations know their entry, so that ending one early costs no search.
//
// Source of the shape: d-ary heaps (Johnson 1975); four children fit one cache line.
#pragma once

#include <cstddef>
#include <vector>

#include "impl/env/wait.hpp"

namespace lockstep::live {

/// Uses supplier_words[0] of its operations: position + 1, or 0 when it holds no deadline of it.
class Deadlines {
 public:
  /// Requires that `op` has no deadline here yet.
  void add(env::PendingOp& op, MonoTime deadline);
  /// No effect on an operation without a deadline.
  void remove(env::PendingOp& op);
  /// The earliest; `never` when there is none.
  [[nodiscard]] MonoTime earliest() const { return heap_.empty() ? never : heap_[0].deadline; }
  /// The operation of the earliest deadline. Requires that there is one.
  [[nodiscard]] env::PendingOp& first() const { return *heap_[0].op; }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  void clear() { heap_.clear(); }

 private:
  struct Entry {
    MonoTime deadline;
    env::PendingOp* op;
  };
  static constexpr std::size_t arity = 4;

  void place(std::size_t at, const Entry& entry) {
    heap_[at] = entry;
    entry.op->supplier_words[0] = at + 1;
  }
  void rise(std::size_t at, const Entry& entry);
  void sink(std::size_t at, const Entry& entry);
  [[nodiscard]] std::size_t least_child(std::size_t at) const;

  std::vector<Entry> heap_;
};

}  // namespace lockstep::live
