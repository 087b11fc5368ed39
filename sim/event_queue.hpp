// The queue of everything that will happen in a world, in the total order (time, priority,
// sequence). Any heap with this order gives the same run.
//
// A 4-ary heap of 24-byte entries over a table of slots. Cancelling empties the slot; the entry in
// the heap goes stale and is dropped when it comes up, or in a sweep when most are stale. Memory
// follows the largest number of events queued at once; WorldOptions::events_max bounds that.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "impl/base/assert.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "impl/env/wait.hpp"

namespace lockstep::sim {

/// What an event does. Part of the trace hash: append, never renumber.
enum class EventKind : std::uint8_t {
  resume = 1,   ///< target: PendingOp; a wait ends with `outcome`
  deliver = 2,  ///< target: Half; the next chunk of one direction of a connection arrives
  credit = 3,   ///< target: Half; room in the window becomes known to a blocked writer
};

/// `node` of an event that belongs to no node: the nemesis, the end of a phase.
inline constexpr NodeId no_node{0xffffffff};

struct Event {
  void* target = nullptr;
  NodeId node = no_node;
  EventKind kind = EventKind::resume;
  env::Outcome outcome;
};

/// Refers to a queued or parked event; stale references are recognised. Value 0 refers to nothing.
struct EventRef {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  [[nodiscard]] bool empty() const { return generation == 0; }
};

/// Among events of one instant: lower first. 16 bits.
using Priority = std::uint16_t;

class EventQueue {
 public:
  struct Fired {
    Nanos time;
    Event event;
  };

  /// Queues `event` at `time`. `sequence` numbers are handed out in the order of the calls.
  EventRef push(Nanos time, Priority priority, const Event& event);
  /// Takes the event out, queued or parked; false if it has fired or was cancelled.
  bool cancel(EventRef ref);
  /// Whether the event is still queued or parked.
  [[nodiscard]] bool contains(EventRef ref) const {
    return !ref.empty() && slots_[ref.slot].generation == ref.generation;
  }
  /// The earliest event if its time is at most `limit`.
  std::optional<Fired> pop(Nanos limit);

  /// Keeps `event` without a time, until unpark() or cancel(): what a paused node would do.
  EventRef park(const Event& event);
  /// Queues a parked event at `time`, before every pushed event of that instant and after those
  /// unparked earlier. Nothing if it was cancelled.
  void unpark(EventRef ref, Nanos time);

  /// Queued and parked events.
  [[nodiscard]] std::size_t size() const { return live_; }

 private:
  struct Entry {
    std::int64_t time;
    std::uint64_t order;
    std::uint32_t slot;
    std::uint32_t generation;
    [[nodiscard]] bool before(const Entry& other) const {
      return time != other.time ? time < other.time : order < other.order;
    }
  };
  struct Slot {
    Event event;
    std::uint32_t generation = 1;
    std::uint32_t next_free = 0;
  };
  static constexpr unsigned sequence_bits = 48;  // 2.8e14 events: far beyond events_max
  static constexpr std::uint64_t first_pushed = 1ULL << 47U;  // below it: unparked ones
  static constexpr std::size_t stale_min = 1024;  // below this a sweep costs more than it saves

  EventRef take_slot(const Event& event);
  void enter(EventRef ref, Nanos time, std::uint64_t order);
  void free_slot(std::uint32_t index);
  void sift_up(std::size_t hole, const Entry& entry);
  void sift_down(std::size_t hole, const Entry& entry);
  void pop_front();
  void sweep();
  void prefetch_front() const;

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::uint32_t free_ = none;
  static constexpr std::uint32_t none = 0xffffffff;
  std::size_t live_ = 0;
  std::uint64_t sequence_ = first_pushed;
  std::uint64_t unparked_ = 0;
};

}  // namespace lockstep::sim
