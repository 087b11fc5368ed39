// Histories of several processes become one, which the checkers understand.
#include "scenarios/live/merge.hpp"

#include <gtest/gtest.h>

#include "checkers/registry.hpp"

namespace lockstep::scenarios::live {
namespace {

namespace name = checkers::name;
using checkers::Event;
using checkers::EventType;

/// What one worker tells, in the words of its wire.
class Life {
 public:
  /// One with a lease, unless it is 0.
  Life(HistoryMerge& merge, std::uint64_t lease) : merge_(merge), id_(merge.begin_life()) {
    tell(NewName{"client/x"});
    tell(NewName{"k"});
    if (lease != 0) tell(NewLease{{lease, 1}});
  }

  /// Of its lease. Returns its place in the worker's history.
  std::uint32_t invoke(std::int64_t at, checkers::NameId f, std::uint32_t process = 0) {
    Event event;
    event.time_ns = at;
    event.f = f;
    event.node = first_;
    event.key = checkers::NameId{first_.value + 1};
    event.lease = checkers::LeaseId{1};
    event.ttl_ns = 1'000'000'000;
    event.process = checkers::ProcessId{process};
    last_ = event;
    tell(NewEvent{event});
    return events_++;
  }
  Result<void> answer(std::int64_t at, EventType type, std::uint32_t invoked) {
    Event event = last_;
    event.time_ns = at;
    event.type = type;
    event.pair = checkers::EventIndex{invoked};
    event.token = FencingToken{static_cast<std::uint64_t>(at)};
    ++events_;
    return merge_.take(id_, NewEvent{event});
  }
  Result<void> acquire(std::int64_t sent, std::int64_t answered) {
    return answer(answered, EventType::ok, invoke(sent, name::acquire));
  }
  void tell(const Message& message) { EXPECT_TRUE(merge_.take(id_, message)); }
  Result<void> try_to_tell(const Message& message) { return merge_.take(id_, message); }

 private:
  HistoryMerge& merge_;
  LifeId id_;
  const checkers::NameId first_{static_cast<std::uint32_t>(name::known.size())};
  Event last_;
  std::uint32_t events_ = 0;
};

class Merge : public ::testing::Test {
 protected:
  Merge() {
    history_.header.order = checkers::Order::real_time;
    history_.header.model = "lease-lock";
    history_.header.params.ttl_ns = 1'000'000'000;
    history_.header.params.single_copy = true;
  }
  checkers::History history_;
  HistoryMerge merge_{history_};
};

TEST_F(Merge, puts_events_of_all_in_order_of_time_and_pairs_them) {
  Life a(merge_, 1);
  Life b(merge_, 2);
  ASSERT_TRUE(a.acquire(10, 40));
  const auto second = b.invoke(20, name::acquire);
  ASSERT_TRUE(b.answer(30, EventType::fail, second));
  merge_.finish(Nanos(100));
  ASSERT_EQ(history_.events.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(history_.events[i].time_ns, (i + 1) * 10);
  EXPECT_EQ(history_.events[0].pair.value, 3U);
  EXPECT_EQ(history_.events[3].pair.value, 0U);
  EXPECT_EQ(history_.events[1].pair.value, 2U);
  EXPECT_NE(history_.events[0].lease, history_.events[1].lease);
  EXPECT_NE(history_.events[0].process, history_.events[1].process);
  EXPECT_EQ(history_.events[0].key, history_.events[1].key);
}

TEST_F(Merge, at_one_instant_invocations_come_first_and_answers_last) {
  Life a(merge_, 1);
  Life b(merge_, 2);
  ASSERT_TRUE(a.acquire(10, 20));
  merge_.mark({.time = Nanos(20), .f = name::crash});
  b.invoke(20, name::acquire);
  merge_.finish(Nanos(100));
  EXPECT_EQ(history_.events[1].type, EventType::invoke);
  EXPECT_EQ(history_.events[2].process, checkers::nemesis);
  EXPECT_EQ(history_.events[3].type, EventType::ok);
}

TEST_F(Merge, one_token_is_one_lease_in_every_process) {
  Life a(merge_, 7);
  Life b(merge_, 7);
  a.invoke(10, name::acquire);
  b.invoke(20, name::release);
  merge_.finish(Nanos(100));
  EXPECT_EQ(history_.events[0].lease, history_.events[1].lease);
}

TEST_F(Merge, what_was_answered_after_the_end_stays_open) {
  Life a(merge_, 1);
  ASSERT_TRUE(a.acquire(10, 101));
  merge_.finish(Nanos(100));
  ASSERT_EQ(history_.events.size(), 1U);
  EXPECT_EQ(history_.events[0].pair, checkers::no_event);
}

TEST_F(Merge, a_double_grant_across_processes_is_found) {
  Life a(merge_, 1);
  Life b(merge_, 2);
  ASSERT_TRUE(a.acquire(10, 20));
  ASSERT_TRUE(b.acquire(30, 40));
  merge_.finish(Nanos(100));
  const auto judgement = checkers::judge_both(history_);
  ASSERT_TRUE(judgement);
  EXPECT_TRUE(judgement->black_box.has("lock/double-grant"));
}

TEST_F(Merge, what_refers_to_nothing_is_refused) {
  Life a(merge_, 0);
  Event event;
  event.f = checkers::NameId{1'000};
  EXPECT_EQ(a.try_to_tell(NewEvent{event}).error().code, Errc::protocol);
  event.f = name::acquire;
  event.lease = checkers::LeaseId{1};
  EXPECT_FALSE(a.try_to_tell(NewEvent{event}));
  event.lease = {};
  event.type = EventType::ok;
  EXPECT_FALSE(a.try_to_tell(NewEvent{event}));
  event.pair = checkers::EventIndex{0};
  EXPECT_FALSE(a.try_to_tell(NewEvent{event}));
  event.type = EventType::invoke;
  event.pair = checkers::no_event;
  event.time_ns = -1;
  EXPECT_FALSE(a.try_to_tell(NewEvent{event}));
}

TEST_F(Merge, nothing_is_answered_twice_or_before_it_was_asked) {
  Life a(merge_, 1);
  const auto first = a.invoke(10, name::acquire);
  EXPECT_FALSE(a.answer(9, EventType::ok, first));
  EXPECT_TRUE(a.answer(10, EventType::ok, first));
  EXPECT_FALSE(a.answer(11, EventType::ok, first));
}

TEST_F(Merge, what_is_too_much_is_counted_with_its_answers_and_not_judged) {
  HistoryMerge small(history_, 3);
  Life life(small, 7);
  EXPECT_TRUE(life.acquire(10, 20));
  const std::uint32_t kept = life.invoke(30, name::release);
  const std::uint32_t dropped = life.invoke(40, name::acquire, 1);
  EXPECT_TRUE(life.answer(50, EventType::ok, dropped));
  EXPECT_TRUE(life.answer(60, EventType::ok, kept));
  small.finish(Nanos(100));
  EXPECT_EQ(history_.events.size(), 3U);
  EXPECT_EQ(history_.dropped, 3U);
  EXPECT_EQ(history_.events[2].pair, checkers::no_event);
  const auto judged = checkers::judge(history_, "lease-lock");
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->verdict, checkers::Verdict::unknown);
}

}  // namespace
}  // namespace lockstep::scenarios::live
