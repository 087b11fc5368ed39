#include "sim/event_queue.hpp"

#include <algorithm>

namespace lockstep::sim {

EventRef EventQueue::take_slot(const Event& event) {
  std::uint32_t index = free_;
  if (index == none) {
    ASSERT(slots_.size() < none);
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    free_ = slots_[index].next_free;
  }
  slots_[index].event = event;
  ++live_;
  return {index, slots_[index].generation};
}

void EventQueue::free_slot(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (++slot.generation == 0) slot.generation = 1;  // 0 means "nothing"
  slot.next_free = free_;
  free_ = index;
  --live_;
}

EventRef EventQueue::push(Nanos time, Priority priority, const Event& event) {
  const EventRef ref = take_slot(event);
  enter(ref, time, (static_cast<std::uint64_t>(priority) << sequence_bits) | sequence_++);
  return ref;
}

void EventQueue::enter(EventRef ref, Nanos time, std::uint64_t order) {
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {time.count(), order, ref.slot, ref.generation});
}

EventRef EventQueue::park(const Event& event) { return take_slot(event); }

void EventQueue::unpark(EventRef ref, Nanos time) {
  ASSERT(unparked_ < first_pushed);
  if (contains(ref)) enter(ref, time, unparked_++);
}

bool EventQueue::cancel(EventRef ref) {
  if (!contains(ref)) return false;
  free_slot(ref.slot);
  if (heap_.size() > stale_min && heap_.size() > 2 * live_) sweep();
  return true;
}

std::optional<EventQueue::Fired> EventQueue::pop(Nanos limit) {
  while (!heap_.empty()) {
    const Entry entry = heap_.front();
    if (slots_[entry.slot].generation != entry.generation) {
      pop_front();
      continue;
    }
    if (entry.time > limit.count()) return std::nullopt;
    const Event event = slots_[entry.slot].event;
    pop_front();
    free_slot(entry.slot);
    prefetch_front();
    return Fired{Nanos(entry.time), event};
  }
  return std::nullopt;
}

/// The next event is known while the present one runs: its memory is on its way by then. With
/// thousands of timers every wait is cold, and this is worth more than the heap's shape.
void EventQueue::prefetch_front() const {
  if (heap_.empty()) return;
  const auto* target = static_cast<const char*>(slots_[heap_.front().slot].event.target);
  __builtin_prefetch(target);
  __builtin_prefetch(target + 64);
}

void EventQueue::sift_up(std::size_t hole, const Entry& entry) {
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / 4;
    if (!entry.before(heap_[parent])) break;
    heap_[hole] = heap_[parent];
    hole = parent;
  }
  heap_[hole] = entry;
}

void EventQueue::sift_down(std::size_t hole, const Entry& entry) {
  const std::size_t size = heap_.size();
  for (;;) {
    const std::size_t first = 4 * hole + 1;
    if (first >= size) break;
    const std::size_t last = std::min(first + 4, size);
    std::size_t least = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (heap_[child].before(heap_[least])) least = child;
    }
    if (!heap_[least].before(entry)) break;
    heap_[hole] = heap_[least];
    hole = least;
  }
  heap_[hole] = entry;
}

void EventQueue::pop_front() {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sift_down(0, last);
}

void EventQueue::sweep() {
  std::erase_if(heap_,
                [this](const Entry& e) { return slots_[e.slot].generation != e.generation; });
  if (heap_.size() < 2) return;
  for (std::size_t i = (heap_.size() - 2) / 4 + 1; i-- > 0;) sift_down(i, Entry(heap_[i]));
}

}  // namespace lockstep::sim
