// What single rules of the queue checker excuse, what they do not, and how it is told.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "checkers/queue.hpp"
#include "checkers/queue_story.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

std::set<std::string> ids_of(const Timeline& timeline, Judge judge = Judge::black_box) {
  const History history = timeline.history();
  const Report report = check_queue(history, history.header.params, judge);
  std::set<std::string> ids;
  for (const auto& [id, count] : report.found) ids.insert(id);
  return ids;
}

using Ids = std::set<std::string>;

TEST(QueueRules, the_model_is_found_out_from_the_operations) {
  Story story(Variant::valid);
  const auto queue = checker_for(story.end().history());
  ASSERT_TRUE(queue);
  EXPECT_EQ((*queue)->name, queue_model);
  Timeline timeline = story.end();
  timeline.work(name::emit, "p", 0, {50, 51}, 1);
  const auto work = checker_for(timeline.history());
  ASSERT_TRUE(work);
  EXPECT_EQ((*work)->name, "work");
}

TEST(QueueRules, a_lost_range_is_told_by_where_it_is) {
  struct Lost {
    std::vector<std::uint64_t> left;
    std::string_view words;
  };
  const std::vector<Lost> all{
      {{3, 4}, "messages 1 to 2 are lost, a prefix of the pushes of producer 1 to k (2 of 4)"},
      {{1, 4}, "messages 2 to 3 are lost, from the middle of the pushes of producer 1 to k (2 of"},
      {{1, 2, 3}, "message 4 is lost, a postfix of the pushes of producer 1 to k (1 of 4)"},
      {{}, "messages 1 to 4 are lost, all of the pushes of producer 1 to k (4 of 4)"}};
  for (const Lost& lost : all) {
    Story story(Variant::invalid);
    for (std::uint64_t id = 1; id <= 4; ++id) story.push(id);
    const std::int64_t began = 20;
    std::int64_t now = began + 1;
    for (const std::uint64_t id : lost.left) {
      const auto value = static_cast<std::int64_t>(100 + id);
      story.timeline().queue(name::found, "n", {now, now + 1},
                             {.id = id, .value = value, .cause = name::ready});
      now += 2;
    }
    story.timeline().queue(name::survey, "n", {began, now}, {});
    story.timeline().mark(name::final_mark, now + 1);
    const History history = story.timeline().history();
    const Report report = check_queue(history, history.header.params, Judge::black_box);
    ASSERT_EQ(report.violations.size(), 1U);
    EXPECT_TRUE(report.violations[0].sentence.starts_with(lost.words))
        << report.violations[0].sentence;
  }
}

TEST(QueueRules, who_knows_that_an_ack_never_arrived_finds_the_loss) {
  Story story(Variant::valid);
  story.push(1);
  story.pop(1);
  const std::size_t ack =
      story.timeline().queue(name::ack, "n", {6, 7, Ending::info}, {.id = 1, .attempt = 1});
  story.wait(2);
  Timeline timeline = story.end();
  EXPECT_EQ(ids_of(timeline), Ids{});
  timeline.resolve(ack, true, 7);
  EXPECT_EQ(ids_of(timeline, Judge::oracle), Ids{});
  Timeline other = story.end();
  other.resolve(ack, false);
  EXPECT_EQ(ids_of(other, Judge::oracle), Ids{"queue/lost"});
}

TEST(QueueRules, who_knows_when_a_pop_was_excuses_less) {
  Story story(Variant::valid);
  const std::size_t pop = story.timeline().queue(name::pop, "n", {2, 3, Ending::info}, {});
  story.wait(2);
  story.push(1);
  story.pop(1);
  story.ack(1, 1, Ending::failed);
  story.pop(1, 2);
  Timeline timeline = story.end({{1, name::in_flight}});
  EXPECT_EQ(ids_of(timeline), Ids{});
  timeline.resolve(pop, true, 3);
  EXPECT_EQ(ids_of(timeline, Judge::oracle), Ids{"queue/unexplained-duplicate"});
}

/// Delivered twice with an operation in between.
Timeline again_after(NameId f, const QueueWords& words, Ending ending) {
  Story story(Variant::valid);
  story.push(1);
  story.pop(1);
  story.say(f, words, ending);
  story.pop(1, 2);
  return story.end({{1, name::in_flight}});
}

TEST(QueueRules, causes_excuse_a_delivery_and_others_do_not) {
  const QueueWords receipt{.id = 1, .attempt = 1};
  const QueueWords other{.id = 1, .attempt = 3};
  EXPECT_EQ(ids_of(again_after(name::nack, receipt, Ending::ok)), Ids{});
  EXPECT_EQ(ids_of(again_after(name::nack, receipt, Ending::open)), Ids{});
  EXPECT_EQ(ids_of(again_after(name::ack, receipt, Ending::info)), Ids{});
  EXPECT_EQ(ids_of(again_after(name::open, {.generation = 2}, Ending::ok)), Ids{});
  const Ids duplicate{"queue/unexplained-duplicate"};
  EXPECT_EQ(ids_of(again_after(name::ack, receipt, Ending::failed)), duplicate);
  EXPECT_EQ(ids_of(again_after(name::nack, receipt, Ending::failed)), duplicate);
  const Ids overlap{"queue/lease-overlap"};
  EXPECT_EQ(ids_of(again_after(name::nack, other, Ending::ok)), overlap);
  EXPECT_EQ(ids_of(again_after(name::open, {.generation = 2}, Ending::failed)), overlap);
}

TEST(QueueRules, a_crash_of_another_node_is_no_cause) {
  for (const std::string_view node : {"n", "other"}) {
    Story story(Variant::valid);
    story.push(1);
    story.pop(1);
    story.timeline().mark(name::crash, 6, node);
    story.wait(2);
    story.pop(1, 2);
    const Ids ids = ids_of(story.end({{1, name::in_flight}}));
    EXPECT_EQ(ids, node == "n" ? Ids{} : Ids{"queue/lease-overlap"}) << node;
  }
}

TEST(QueueRules, a_clock_that_runs_fast_ends_a_window_early) {
  for (const std::int64_t drift_ppm : {0, 200'000}) {  // the window of 10 lasts from 4 to 12
    Story story(Variant::valid);
    story.timeline().params().drift_ppm = drift_ppm;
    story.push(1);
    story.pop(1, 1, 10);
    story.wait(5);
    story.pop(1, 2);
    const Ids ids = ids_of(story.end({{1, name::in_flight}}));
    EXPECT_EQ(ids, drift_ppm == 0 ? Ids{"queue/lease-overlap"} : Ids{}) << drift_ppm;
  }
}

TEST(QueueRules, an_extend_may_shorten_a_window) {
  Story story(Variant::valid);
  story.push(1);
  story.pop(1, 1, 100);
  story.say(name::extend, {.id = 1, .attempt = 1, .ttl = 2});
  story.wait(2);
  story.pop(1, 2);
  EXPECT_EQ(ids_of(story.end({{1, name::in_flight}})), Ids{});
}

TEST(QueueRules, damage_that_was_reported_is_no_loss) {
  Story story(Variant::valid);
  for (std::uint64_t id = 1; id <= 3; ++id) story.push(id);
  story.crash();
  story.say(name::damage, {.id = 1, .value = 2});
  EXPECT_EQ(ids_of(story.end({{3}})), Ids{});
  EXPECT_EQ(ids_of(story.end()), (Ids{"queue/lost"}));
}

TEST(QueueRules, damage_excuses_nothing_where_nothing_was_damaged) {
  Story story(Variant::valid);
  story.push(1);
  story.crash();
  story.say(name::damage, {.id = 1, .value = 1});
  Timeline timeline = story.end();
  timeline.params().extra.emplace_back("intact", true);
  EXPECT_EQ(ids_of(timeline), (Ids{"queue/lost"}));
}

TEST(QueueRules, what_names_no_message_cannot_be_judged) {
  Story story(Variant::valid);
  story.push(0);
  const History history = story.end().history();
  const Report report = check_queue(history, history.header.params, Judge::black_box);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_EQ(report.unknown_reasons,
            std::vector<std::string>{"an answer or a receipt of k names no message"});
}

TEST(QueueRules, a_survey_that_is_not_the_end_is_no_final_drain) {
  Story story(Variant::valid);
  story.push(1);
  Timeline timeline = story.end();
  timeline.queue(name::push, "n", {5, 60}, {.id = 2, .value = 5});
  const History history = timeline.history();
  const Report report = check_queue(history, history.header.params, Judge::black_box);
  EXPECT_EQ(report.verdict, Verdict::unknown);
}

TEST(QueueRules, queues_are_judged_apart) {
  Story story(Variant::valid);
  story.push(1);
  Timeline timeline = story.end({{1}});
  timeline.key("other").queue(name::pop, "n", {1, 2}, {.id = 1, .attempt = 1, .value = 101});
  const History history = timeline.history();
  const Report report = check_queue(history, history.header.params, Judge::black_box);
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.violations[0].id, id::queue_unexpected);
  EXPECT_EQ(report.violations[0].keys, std::vector<std::string>{"other"});
}

TEST(QueueRules, twenty_thousand_deliveries_of_one_message_are_judged) {
  Story story(Variant::valid);
  story.push(1);
  for (std::uint16_t attempt = 1; attempt < 20'000; ++attempt) {
    story.pop(1, attempt);
    story.say(name::extend, {.id = 1, .attempt = attempt, .ttl = 5});
    story.nack(1, attempt);
  }
  EXPECT_EQ(ids_of(story.end({{1}})), Ids{});
}

TEST(QueueRules, a_witness_reads_as_a_story) {
  Story story(Variant::invalid);
  story.push(1);
  story.pop(1, 1, 10);
  story.nack(1);
  story.pop(1, 2);
  story.ack(1);
  const Timeline timeline = story.end();
  const History history = timeline.history();
  const Report report = check_queue(history, history.header.params, Judge::black_box);
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.violations[0].sentence,
            "the ack of delivery 1 of message 1 of k was accepted, though it had been delivered "
            "again before (delivery 2, generation 1)");
  EXPECT_EQ(witness_lines(report.violations[0], history),
            (std::vector<std::string>{
                "#4 0.004s n pop k (window 10ms): message 1, attempt 1, generation 1, payload 101",
                "#8 0.008s n pop k: message 1, attempt 2, generation 1, payload 101",
                "#10 0.010s n ack k (message 1, attempt 1, generation 1): acked"}));
}

TEST(QueueRules, words_of_other_operations) {
  Timeline timeline;
  timeline.owner(3);
  timeline.queue(name::push, "n", {0, 1}, {.id = 4, .value = 9});
  timeline.owner(0);
  timeline.queue(name::pop, "n", {2, 3, Ending::denied}, {.error = name::empty});
  timeline.queue(name::nack, "n", {4, 5}, {.id = 4, .attempt = 1, .cause = name::ready});
  timeline.queue(name::nack, "n", {6, 7, Ending::denied},
                 {.id = 4, .attempt = 1, .ttl = 20, .cause = name::delayed});
  timeline.queue(name::damage, "n", {8, 9}, {.id = 4, .value = 6});
  timeline.queue(name::found, "n", {10, 11},
                 {.id = 7, .attempt = 2, .value = 1, .cause = name::dead});
  timeline.queue(name::open, "n", {12, 13}, {.generation = 2});
  Violation violation;
  violation.witness = {0, 2, 4, 6, 8, 10, 12};
  EXPECT_EQ(witness_lines(violation, timeline.history()),
            (std::vector<std::string>{
                "#0 0.000s n push k payload 9 (producer 3): message 4", "#2 0.002s n pop k: empty",
                "#4 0.004s n nack k (message 4, attempt 1, to the front): ok",
                "#6 0.006s n nack k (message 4, attempt 1, after 20ms): refused: stale receipt",
                "#8 0.008s n damage k: messages 4 to 6 are damaged",
                "#10 0.010s n found k: message 7, attempt 2, payload 1, dead",
                "#12 0.012s n open k: generation 2"}));
}

/// A consumer dies with the event in hand, and another gets it.
Timeline handed_on(bool is_shared, std::int64_t wait) {
  Story story(Variant::valid);
  if (is_shared) story.timeline().params().extra.emplace_back("shared", true);
  story.push(1);
  story.pop(1, 1, 20);
  story.crash();
  story.wait(wait);
  story.pop(1, 2, 20);
  story.ack(1, 2);
  return story.end();
}

TEST(QueueRules, a_crash_ends_a_delivery_of_an_embedded_queue_and_not_of_a_shared_one) {
  EXPECT_EQ(ids_of(handed_on(false, 0)), Ids());
  EXPECT_EQ(ids_of(handed_on(true, 0)), Ids{"queue/lease-overlap"});
  EXPECT_EQ(ids_of(handed_on(true, 20)), Ids());
}

TEST(QueueRules, a_pop_of_unknown_end_explains_no_delivery_of_a_shared_queue) {
  for (const bool is_shared : {false, true}) {
    Story story(Variant::valid);
    if (is_shared) story.timeline().params().extra.emplace_back("shared", true);
    story.push(1);
    story.pop(1);
    story.say(name::extend, {.id = 1, .attempt = 1, .ttl = 100});
    story.ack(1, 1, Ending::info);
    story.say(name::pop, {}, Ending::info);
    story.pop(1, 2);
    story.ack(1, 2);
    const Ids expected = is_shared ? Ids{"queue/unexplained-duplicate"} : Ids();
    EXPECT_EQ(ids_of(story.end()), expected);
  }
}

}  // namespace
}  // namespace lockstep::checkers
