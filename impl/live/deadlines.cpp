#include "impl/live/deadlines.hpp"

#include <algorithm>

namespace lockstep::live {

void Deadlines::add(env::PendingOp& op, MonoTime deadline) {
  ASSERT(op.supplier_words[0] == 0);
  heap_.push_back({});
  rise(heap_.size() - 1, {deadline, &op});
}

void Deadlines::remove(env::PendingOp& op) {
  const std::uint64_t position = op.supplier_words[0];
  if (position == 0) return;
  const std::size_t at = position - 1;
  ASSERT(at < heap_.size() && heap_[at].op == &op);
  op.supplier_words[0] = 0;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (last.op == &op) return;
  const bool rises = at > 0 && last.deadline < heap_[(at - 1) / arity].deadline;
  rises ? rise(at, last) : sink(at, last);
}

void Deadlines::rise(std::size_t at, const Entry& entry) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / arity;
    if (heap_[parent].deadline <= entry.deadline) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, entry);
}

void Deadlines::sink(std::size_t at, const Entry& entry) {
  while (at * arity + 1 < heap_.size()) {
    const std::size_t child = least_child(at);
    if (entry.deadline <= heap_[child].deadline) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

std::size_t Deadlines::least_child(std::size_t at) const {
  const std::size_t first = at * arity + 1;
  const std::size_t end = std::min(first + arity, heap_.size());
  std::size_t least = first;
  for (std::size_t child = first + 1; child < end; ++child) {
    if (heap_[child].deadline < heap_[least].deadline) least = child;
  }
  return least;
}

}  // namespace lockstep::live
