// The queue against a std::multimap, and what happens to parked and cancelled events.
#include "sim/event_queue.hpp"

#include <gtest/gtest.h>
// rapidcheck's GoogleTest glue wants gtest first
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "impl/base/draw.hpp"

namespace lockstep::sim {
namespace {

/// What the queue should do, in the most obvious way.
class Model {
 public:
  void push(std::uint32_t id, std::int64_t time, Priority priority) {
    queued_.emplace(Order{time, priority, sequence_++}, id);
  }
  bool cancel(std::uint32_t id) {
    for (auto i = queued_.begin(); i != queued_.end(); ++i) {
      if (i->second != id) continue;
      queued_.erase(i);
      return true;
    }
    return parked_.erase(id) > 0;
  }
  std::optional<std::pair<std::int64_t, std::uint32_t>> pop(std::int64_t limit) {
    if (queued_.empty() || std::get<0>(queued_.begin()->first) > limit) return std::nullopt;
    const auto first = *queued_.begin();
    queued_.erase(queued_.begin());
    return std::pair{std::get<0>(first.first), first.second};
  }
  void park(std::uint32_t id) { parked_.insert(id); }
  void unpark(std::uint32_t id, std::int64_t time) {
    // before all that was pushed: its numbers stay below the first of those
    if (parked_.erase(id) > 0) queued_.emplace(Order{time, 0, unparked_++}, id);
  }
  [[nodiscard]] bool parked(std::uint32_t id) const { return parked_.contains(id); }
  [[nodiscard]] std::size_t size() const { return queued_.size() + parked_.size(); }

 private:
  using Order = std::tuple<std::int64_t, Priority, std::uint64_t>;
  std::multimap<Order, std::uint32_t> queued_;
  std::set<std::uint32_t> parked_;
  std::uint64_t sequence_ = 1ULL << 40U;
  std::uint64_t unparked_ = 0;
};

Event numbered(std::uint32_t n) {
  static std::array<char, 128> target;  // the queue may fetch it, nobody reads it
  return {target.data(), NodeId{0}, EventKind::resume, {Errc::ok, n}};
}

/// Queue and model side by side. An event's id is what it would resume with.
class Both {
 public:
  void push(std::int64_t time, Priority priority) {
    const std::uint32_t id = next();
    refs_.push_back(queue_.push(Nanos(time), priority, numbered(id)));
    model_.push(id, time, priority);
  }
  void park() {
    const std::uint32_t id = next();
    refs_.push_back(queue_.park(numbered(id)));
    model_.park(id);
  }
  /// Of an event that is not parked: never called for one that is queued, and nothing for one that
  /// is gone.
  void unpark(std::uint64_t pick, std::int64_t time) {
    if (refs_.empty()) return;
    const auto id = static_cast<std::uint32_t>(pick % refs_.size());
    if (queue_.contains(refs_[id]) && !model_.parked(id)) return;
    queue_.unpark(refs_[id], Nanos(time));
    model_.unpark(id, time);
  }
  void cancel(std::uint64_t pick) {
    if (refs_.empty()) return;
    const auto id = static_cast<std::uint32_t>(pick % refs_.size());
    RC_ASSERT(queue_.cancel(refs_[id]) == model_.cancel(id));
    RC_ASSERT(!queue_.contains(refs_[id]));
  }
  void pop(std::int64_t limit) {
    const auto fired = queue_.pop(Nanos(limit));
    const auto expected = model_.pop(limit);
    RC_ASSERT(fired.has_value() == expected.has_value());
    if (!fired) return;
    RC_ASSERT(fired->time.count() == expected->first);
    RC_ASSERT(fired->event.outcome.n == expected->second);
    RC_ASSERT(!queue_.contains(refs_[expected->second]));
  }
  void check_size() { RC_ASSERT(queue_.size() == model_.size()); }
  [[nodiscard]] bool empty() const { return queue_.size() == 0; }

 private:
  [[nodiscard]] std::uint32_t next() const { return static_cast<std::uint32_t>(refs_.size()); }

  EventQueue queue_;
  Model model_;
  std::vector<EventRef> refs_;
};

/// One of the queue's calls, chosen and filled in by 64 bits.
void act(Both& both, std::uint64_t bits) {
  const auto time = static_cast<std::int64_t>(bits >> 8U & 0xfU);  // few instants: many ties
  const auto priority = static_cast<Priority>(bits >> 16U & 0x3U);
  const std::uint64_t pick = bits >> 20U;
  switch (bits & 0x7U) {
    case 0:
    case 1:
    case 2: return both.push(time, priority);
    case 3: return both.cancel(pick);
    case 4: return both.park();
    case 5: return both.unpark(pick, time);
    default: return both.pop(time);
  }
}

RC_GTEST_PROP(EventQueue, agrees_with_a_multimap, (const std::vector<std::uint64_t>& steps)) {
  Both both;
  for (const std::uint64_t bits : steps) {
    act(both, mix64(bits));
    both.check_size();
  }
  for (std::size_t i = 0; i <= steps.size(); ++i) both.pop(INT64_MAX);
}

RC_GTEST_PROP(EventQueue, agrees_with_a_multimap_when_most_events_are_cancelled,
              (std::uint64_t seed)) {
  Both both;
  for (std::uint64_t i = 0; i < 3000; ++i) both.push(static_cast<std::int64_t>(mix64(seed + i)), 0);
  for (std::uint64_t i = 0; i < 6000; ++i) {  // beyond the size at which stale entries are swept
    both.cancel(mix64(seed ^ i));
    if (i % 16 == 0) both.pop(INT64_MAX);
  }
  both.check_size();
  for (std::uint64_t i = 0; i < 3000; ++i) both.pop(INT64_MAX);
  RC_ASSERT(both.empty());
}

TEST(EventQueue, unparked_events_go_first_and_in_order_even_among_low_priorities) {
  EventQueue queue;
  const EventRef a = queue.park(numbered(0));
  queue.push(Nanos(5), 0, numbered(2));
  const EventRef b = queue.park(numbered(1));
  queue.unpark(a, Nanos(5));
  queue.unpark(b, Nanos(5));
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(queue.pop(Nanos(5))->event.outcome.n, n);
  EXPECT_FALSE(queue.pop(Nanos::max()));
}

TEST(EventQueue, a_reference_to_a_fired_event_does_not_cancel_its_successor_in_the_slot) {
  EventQueue queue;
  const EventRef old = queue.push(Nanos(1), 0, numbered(0));
  queue.pop(Nanos(1));
  const EventRef young = queue.push(Nanos(2), 0, numbered(1));
  EXPECT_EQ(old.slot, young.slot);
  EXPECT_FALSE(queue.cancel(old));
  EXPECT_TRUE(queue.contains(young));
  EXPECT_FALSE(queue.cancel(EventRef{}));
}

TEST(EventQueue, nothing_later_than_the_limit_comes_out) {
  EventQueue queue;
  queue.push(Nanos(10), 0, numbered(0));
  EXPECT_FALSE(queue.pop(Nanos(9)));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_TRUE(queue.pop(Nanos(10)));
}

}  // namespace
}  // namespace lockstep::sim
