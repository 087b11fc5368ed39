#include "checkers/lease_windows.hpp"

#include <gtest/gtest.h>

#include "checkers/timeline.hpp"

namespace lockstep::checkers {
namespace {

std::vector<LeaseWindow> windows_of(const Timeline& timeline, Judge judge = Judge::black_box) {
  const History history = timeline.history();
  return lease_windows(history, history.header.params, judge);
}

TEST(LeaseWindows, a_released_lease_was_held_for_certain_from_its_answer_to_its_release) {
  Timeline timeline;  // a ttl of 10
  timeline.acquire("client/0", 1, {.sent = 2, .answered = 4, .token = 9});
  timeline.release("client/0", 1, {.sent = 7, .answered = 8});
  const auto windows = windows_of(timeline);
  ASSERT_EQ(windows.size(), 1U);
  const LeaseWindow& window = windows.front();
  EXPECT_EQ(window.token, FencingToken{9});
  EXPECT_EQ(window.possible_from_ns, 2 * unit_ns);
  EXPECT_EQ(window.possible_to_ns, 8 * unit_ns);
  ASSERT_TRUE(window.is_certain);
  EXPECT_EQ(window.certain_from_ns, 4 * unit_ns);
  EXPECT_EQ(window.certain_to_ns, 7 * unit_ns);
}

TEST(LeaseWindows, one_that_is_never_released_ends_with_its_ttl) {
  Timeline timeline;
  timeline.acquire("client/0", 1, {.sent = 2, .answered = 4, .token = 9});
  const auto windows = windows_of(timeline);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows.front().certain_to_ns, 12 * unit_ns) << "counted from when it was sent";
  EXPECT_EQ(windows.front().possible_to_ns, 14 * unit_ns) << "and from its answer";
}

TEST(LeaseWindows, a_refused_acquire_has_none_and_an_unanswered_one_is_only_possible) {
  Timeline timeline;
  timeline.acquire("client/0", 1, {.sent = 1, .answered = 2, .ending = Ending::denied});
  timeline.acquire("client/1", 2, {.sent = 5, .answered = 9, .ending = Ending::info});
  const auto windows = windows_of(timeline);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_FALSE(windows.front().is_certain);
  EXPECT_EQ(windows.front().lease, LeaseId{2});
  EXPECT_EQ(windows.front().possible_from_ns, 5 * unit_ns);
  EXPECT_EQ(windows.front().possible_to_ns, open_end) << "the request may still be on its way";
}

TEST(LeaseWindows, the_oracle_knows_when_an_unanswered_acquire_took_effect) {
  Timeline timeline;
  const auto asked =
      timeline.acquire("client/1", 2, {.sent = 5, .answered = 9, .ending = Ending::info});
  timeline.resolve(asked, true, 6);
  const auto windows = windows_of(timeline, Judge::oracle);
  ASSERT_EQ(windows.size(), 1U);
  ASSERT_TRUE(windows.front().is_certain);
  EXPECT_EQ(windows.front().certain_from_ns, 6 * unit_ns);
  EXPECT_EQ(windows.front().certain_to_ns, 16 * unit_ns);
}

TEST(LeaseWindows, of_two_keys_come_one_after_the_other) {
  Timeline timeline;
  timeline.key("b").acquire("client/0", 1, {.sent = 1, .answered = 2, .token = 1});
  timeline.key("a").acquire("client/1", 2, {.sent = 3, .answered = 4, .token = 1});
  const History history = timeline.history();
  const auto windows = lease_windows(history, history.header.params, Judge::black_box);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_NE(windows[0].key, windows[1].key);
  EXPECT_EQ(history.text(windows[0].node), windows[0].lease.value == 1 ? "client/0" : "client/1");
}

}  // namespace
}  // namespace lockstep::checkers
