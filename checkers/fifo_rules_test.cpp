// What the fifo checker makes of orders, of what the oracle knows, and of what it cannot judge.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "checkers/fifo.hpp"
#include "checkers/fifo_story.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

Report judged(const Timeline& timeline, Judge judge = Judge::black_box) {
  const History history = timeline.history();
  return check_fifo(history, history.header.params, judge);
}

Verdict verdict_of(const Timeline& timeline, Judge judge = Judge::black_box) {
  return judged(timeline, judge).verdict;
}

void say(Timeline& timeline, NameId f, std::int64_t sent, std::int64_t answered,
         std::int64_t element) {
  timeline.queue(f, "n", {sent, answered}, {.value = element});
}

void say_empty(Timeline& timeline, std::int64_t sent, std::int64_t answered) {
  timeline.queue(name::pop, "n", {sent, answered, Ending::denied}, {.error = name::empty});
}

TEST(FifoRules, is_chosen_only_by_its_name) {
  FifoStory story;
  story.push(1);
  History history = story.timeline().history();
  EXPECT_EQ(checker_for(history).value()->name, "queue");
  EXPECT_EQ(checker_for(history, fifo_model).value()->name, "fifo");
  history.header.model = fifo_model;
  EXPECT_EQ(checker_for(history).value()->name, "fifo");
}

TEST(FifoRules, pushes_at_one_time_are_concurrent_unless_the_order_is_total) {
  Timeline timeline;
  say(timeline, name::push, 0, 5, 1);
  say(timeline, name::push, 5, 6, 2);
  say(timeline, name::pop, 7, 8, 2);
  say(timeline, name::pop, 9, 10, 1);
  EXPECT_TRUE(judged(timeline).has(id::fifo_order));
  EXPECT_EQ(verdict_of(timeline.order(Order::real_time)), Verdict::valid);
}

TEST(FifoRules, an_empty_answer_that_touches_the_end_of_a_stay_is_concurrent_with_it) {
  Timeline timeline;
  say(timeline, name::push, 0, 1, 1);
  say_empty(timeline, 2, 5);
  say(timeline, name::pop, 5, 6, 1);
  EXPECT_TRUE(judged(timeline).has(id::fifo_empty));
  EXPECT_EQ(verdict_of(timeline.order(Order::real_time)), Verdict::valid);
}

/// At one and the same time the first element may go before the second comes.
TEST(FifoRules, stays_that_touch_leave_a_moment_between_them) {
  Timeline timeline;
  say(timeline, name::push, 0, 1, 1);
  say_empty(timeline, 2, 8);
  say(timeline, name::push, 3, 5, 2);
  say(timeline, name::pop, 5, 6, 1);
  say(timeline, name::pop, 9, 10, 2);
  EXPECT_TRUE(judged(timeline).has(id::fifo_empty));
  EXPECT_EQ(verdict_of(timeline.order(Order::real_time)), Verdict::valid);
}

TEST(FifoRules, queues_are_judged_by_themselves) {
  FifoStory story;
  story.push(1);
  story.timeline().key("other");
  story.push(1);
  story.push(2);
  story.pop(2);
  story.pop(1);
  const Report report = judged(story.timeline());
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.violations[0].id, id::fifo_order);
  EXPECT_EQ(report.violations[0].keys, std::vector<std::string>{"other"});
  EXPECT_TRUE(report.unknown_reasons.empty());
}

TEST(FifoRules, an_element_pushed_again_after_a_failure_was_pushed_once) {
  FifoStory story;
  story.push(1, Ending::failed);
  story.push(1);
  story.pop(1);
  story.says_empty();
  EXPECT_EQ(verdict_of(story.timeline()), Verdict::valid);
}

TEST(FifoRules, elements_pushed_twice_are_left_out_and_the_others_judged) {
  FifoStory story;
  story.push(1);
  story.push(1);
  story.push(2);
  story.push(3);
  story.pop(3);
  story.pop(2);
  const Report report = judged(story.timeline());
  EXPECT_EQ(report.verdict, Verdict::invalid);
  EXPECT_EQ(report.found.size(), 1U);
  EXPECT_TRUE(report.has(id::fifo_order));
  EXPECT_EQ(report.unknown_reasons.size(), 1U);
}

TEST(FifoRules, the_oracle_knows_that_an_unknown_push_never_happened) {
  FifoStory story;
  const std::size_t push = story.push(1, Ending::info);
  story.push(1);
  story.pop(1);
  story.timeline().resolve(push, false);
  EXPECT_EQ(verdict_of(story.timeline()), Verdict::unknown);
  EXPECT_EQ(verdict_of(story.timeline(), Judge::oracle), Verdict::valid);
}

TEST(FifoRules, the_oracle_knows_that_an_unknown_push_happened) {
  FifoStory story;
  const std::size_t push = story.push(1, Ending::info);
  const std::int64_t at = story.now();
  story.take(Ending::failed);
  story.push(2);
  story.pop(2);
  EXPECT_EQ(verdict_of(story.timeline(), Judge::oracle), Verdict::valid);
  story.timeline().resolve(push, true, at);
  EXPECT_EQ(verdict_of(story.timeline()), Verdict::valid);
  EXPECT_TRUE(judged(story.timeline(), Judge::oracle).has(id::fifo_lost));
}

/// What was pushed after the unknown pop had its effect was not taken by it.
TEST(FifoRules, the_oracle_knows_when_an_unknown_pop_was_over) {
  FifoStory story;
  const std::size_t pop = story.take();
  const std::int64_t at = story.now();
  story.take(Ending::failed);
  story.push(1);
  story.push(2);
  story.pop(2);
  story.timeline().resolve(pop, true, at);
  EXPECT_EQ(verdict_of(story.timeline()), Verdict::valid);
  const Report report = judged(story.timeline(), Judge::oracle);
  ASSERT_TRUE(report.has(id::fifo_lost));
  ASSERT_EQ(report.violations[0].because.size(), 1U);
  EXPECT_TRUE(report.violations[0].because[0].starts_with("each pop without an answer that began"));
}

/// Twenty elements that are gone before an empty answer, and ten that come later. Ten pops without
/// an end may have taken of either; twenty that ended only of the first, but one of them began too
/// late. The later ones need all ten, so that it is wrong; but not by counting.
TEST(FifoRules, a_riddle_of_unknown_pops_is_given_up_within_a_limit) {
  FifoStory story;
  Timeline& timeline = story.timeline();
  for (std::int64_t i = 0; i < 20; ++i) story.push(i);
  for (std::int64_t i = 0; i < 10; ++i) story.take();
  std::vector<std::size_t> ended;
  for (std::int64_t i = 0; i < 19; ++i) ended.push_back(story.take());
  for (const std::size_t pop : ended) timeline.resolve(pop, true, story.now());
  story.take(Ending::failed);
  story.says_empty();
  const std::size_t last = story.take();
  timeline.resolve(last, true, story.now());
  story.take(Ending::failed);
  for (std::int64_t i = 20; i < 31; ++i) story.push(i);
  story.pop(30);
  EXPECT_EQ(verdict_of(timeline), Verdict::valid);
  const Report report = judged(timeline, Judge::oracle);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  ASSERT_EQ(report.unknown_reasons.size(), 1U);
  EXPECT_EQ(report.unknown_reasons[0],
            "it was not settled within the limit which pops of k without an answer took which "
            "elements");
}

TEST(FifoRules, what_cannot_be_judged_is_unknown) {
  FifoStory silent;
  silent.push(1, Ending::open);
  EXPECT_EQ(judged(silent.timeline()).unknown_reasons[0], "no operation on a queue was answered");
  EXPECT_EQ(verdict_of(Timeline()), Verdict::unknown);

  FifoStory nameless;
  nameless.push(1);
  nameless.say(name::pop, {}, Ending::ok);
  EXPECT_EQ(judged(nameless.timeline()).unknown_reasons[0],
            "a push to k or an answer of it names no element");

  FifoStory acked;
  acked.push(1);
  acked.pop(1);
  acked.say(name::ack, {.id = 1}, Ending::ok);
  EXPECT_EQ(verdict_of(acked.timeline()), Verdict::unknown);

  FifoStory story;
  story.push(1);
  History history = story.timeline().history();
  history.dropped = 3;
  EXPECT_EQ(check_fifo(history, {}, Judge::black_box).unknown_reasons[0],
            "3 events were not recorded");
}

/// Ten elements in turn, each pushed before the one before it goes.
TEST(FifoRules, a_long_chain_is_told_in_short) {
  Timeline timeline;
  say(timeline, name::push, 0, 1, 0);
  say_empty(timeline, 2, 95);
  for (std::int64_t i = 1; i < 10; ++i) {
    say(timeline, name::push, 10 * i, 10 * i + 1, i);
    say(timeline, name::pop, 10 * i + 2, 10 * i + 3, i - 1);
  }
  const History history = timeline.history();
  const Report report = judged(timeline);
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.violations[0].id, id::fifo_empty);
  EXPECT_EQ(report.violations[0].witness.size(), 6U);
  EXPECT_EQ(report.violations[0].because.size(), 5U);
  EXPECT_NE(report.violations[0].sentence.find("one of 10 elements"), std::string::npos);
}

TEST(FifoRules, a_violation_reads_well) {
  FifoStory story;
  story.push(7);
  story.push(8);
  story.pop(8);
  const History history = story.timeline().history();
  const Report report = check_fifo(history, {}, Judge::black_box);
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(describe(report.violations[0], history),
            "fifo/lost on k\n"
            "  element 7 was in k before the push of element 8 began, but element 8 came out and "
            "element 7\n"
            "  never did.\n"
            "\n"
            "    event  sent at  took  who  did               answer\n"
            "       #0   0.100s   1ms  n    push k payload 7  ok\n"
            "       #2   0.102s   1ms  n    push k payload 8  ok\n"
            "       #4   0.104s   1ms  n    pop k             payload 8\n"
            "\n"
            "  because\n"
            "  - 1 element that never came out must have been gone by 0.105s; 0 pops without an "
            "answer had\n"
            "    begun\n");
}

}  // namespace
}  // namespace lockstep::checkers
