// For each id that the queue checker may report: a history without it, one with it, and one that
// cannot be judged.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "checkers/history_file.hpp"
#include "checkers/queue.hpp"
#include "checkers/queue_story.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

struct Case {
  std::string_view id;
  std::string_view what;
  Timeline (*make)(Variant variant);
};

Timeline lost(Variant variant) {
  Story story(variant);
  story.push(1);
  story.push(2);
  story.pop(1);
  story.ack(1);
  if (variant == Variant::invalid) return story.end();
  return story.end({{2}});
}

/// A push without an answer, delivered before an acknowledged one, is gone after the crash.
Timeline lost_before_another(Variant variant) {
  Story story(variant);
  story.push(1, Ending::info);
  story.pop(1);
  story.push(2);
  story.crash();
  if (story.is_invalid()) return story.end({{2}});
  return story.end({{1}, {2}});
}

Timeline unexpected(Variant variant) {
  Story story(variant);
  story.push(1, story.is_invalid() ? Ending::failed : Ending::info);
  story.pop(1);
  story.ack(1);
  return story.end();
}

Timeline found_unexpected(Variant variant) {
  Story story(variant);
  story.push(1);
  if (story.is_invalid()) return story.end({{1}, {2}});
  return story.end({{1}});
}

Timeline corrupt(Variant variant, bool is_noticed) {
  Story story(variant);
  story.push(1);
  const bool is_other = story.is_invalid() && !is_noticed;
  const NameId cause = story.is_invalid() && is_noticed ? name::damaged : name::none;
  story.say(name::pop, {.id = 1, .attempt = 1, .value = is_other ? 77 : 101, .cause = cause});
  story.ack(1);
  return story.end();
}

Timeline redelivered(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.ack(1, 1, story.is_invalid() ? Ending::ok : Ending::info);
  story.crash();
  story.pop(1, 2);
  story.say(name::extend, {.id = 1, .attempt = 2, .ttl = 5});
  return story.end({{1, name::in_flight}});
}

Timeline found_acked(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.ack(1);
  if (story.is_invalid()) return story.end({{1}});
  return story.end();
}

Timeline acked_twice(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.ack(1);
  story.say(name::ack, {.id = 1, .attempt = 1, .error = name::absent},
            story.is_invalid() ? Ending::ok : Ending::denied);
  return story.end();
}

/// The second pop is answered at 13, the window lasts until 4 + 10.
Timeline overlapping(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1, 1, 10);
  story.wait(story.is_invalid() ? 6 : 7);
  story.pop(1, 2, 10);
  return story.end({{1, name::in_flight}});
}

Timeline overlapping_extended(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1, 1, 10);
  story.say(name::extend, {.id = 1, .attempt = 1, .ttl = 20},
            story.is_invalid() ? Ending::ok : Ending::failed);
  story.wait(10);
  story.pop(1, 2, 10);
  return story.end({{1, name::in_flight}});
}

Timeline stale(Variant variant, NameId f) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.nack(1);
  story.pop(1, 2);
  story.say(f, {.id = 1, .attempt = 1}, story.is_invalid() ? Ending::ok : Ending::denied);
  if (f == name::ack && story.is_invalid()) return story.end();
  return story.end({{1, name::in_flight}});
}

Timeline stale_generation(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.crash();
  story.pop(1, 2);
  story.say(name::ack, {.id = 1, .attempt = 1, .generation = 1},
            story.is_invalid() ? Ending::ok : Ending::denied);
  if (story.is_invalid()) return story.end();
  return story.end({{1, name::in_flight}});
}

Timeline attempts(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1, 3);
  story.nack(1, 3);
  story.pop(1, story.is_invalid() ? 2 : 4);
  return story.end({{1, name::in_flight}});
}

Timeline attempts_forgotten(Variant variant) {
  Story story(variant);
  if (story.is_invalid()) story.timeline().params().extra.emplace_back("attempts_durable", true);
  story.push(1);
  story.pop(1, 1);
  story.crash();
  story.pop(1, 1);
  return story.end({{1, name::in_flight}});
}

Timeline reused(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.ack(1);
  story.say(name::push, {.id = story.is_invalid() ? 1U : 2U, .value = 7});
  const std::uint64_t id = story.is_invalid() ? 1 : 2;
  story.say(name::pop, {.id = id, .attempt = 1, .value = 7});
  story.ack(id);
  return story.end();
}

Timeline reused_without_answer(Variant variant) {
  Story story(variant);
  story.push(1);
  story.say(name::push, {.value = 7}, Ending::info);
  story.pop(1);
  story.nack(1);
  if (!story.is_invalid()) return story.end({{1}});
  story.say(name::pop, {.id = 1, .attempt = 2, .value = 7});
  return story.end();
}

Timeline lower(Variant variant) {
  Story story(variant);
  story.push(2);
  const std::uint64_t id = story.is_invalid() ? 1 : 3;
  story.push(id);
  return story.end({{2}, {id}});
}

Timeline reordered(Variant variant) {
  Story story(variant);
  story.push(1);
  story.push(2);
  if (!story.is_invalid()) {
    story.pop(1);
    story.nack(1);
  }
  story.pop(2);
  story.pop(1, story.is_invalid() ? 1 : 2);
  return story.end({{1, name::in_flight}, {2, name::in_flight}});
}

Timeline undrained(Variant variant) {
  Story story(variant);
  if (story.is_invalid()) story.timeline().params().extra.emplace_back("drained", true);
  story.push(1);
  return story.end({{1, name::delayed}});
}

/// The ack is refused, so the message is still in flight.
Timeline unexplained(Variant variant) {
  Story story(variant);
  story.push(1);
  story.pop(1);
  story.ack(1, 1, story.is_invalid() ? Ending::failed : Ending::info);
  story.pop(1, 2);
  return story.end({{1, name::in_flight}});
}

Timeline premature(Variant variant) {
  Story story(variant, 2);
  story.push(1);
  story.pop(1);
  story.nack(1);
  if (!story.is_invalid()) {
    story.pop(1, 2);
    story.nack(1, 2);
  }
  return story.end({{1, name::dead}});
}

Timeline both_at_once(Variant variant) {
  Story story(variant, 1);
  story.push(1);
  story.pop(1);
  story.nack(1);
  if (story.is_invalid()) return story.end({{1, name::dead}, {1, name::ready}});
  return story.end({{1, name::dead}});
}

Timeline both_later(Variant variant) {
  Story story(variant, 1);
  story.push(1);
  story.pop(1);
  story.nack(1);
  story.say(name::found, {.id = 1, .value = 101, .cause = name::dead});
  if (!story.is_invalid()) story.say(name::redrive, {.id = 1});
  story.pop(1, story.is_invalid() ? 2 : 1);
  return story.end({{1, name::in_flight}});
}

Timeline neither(Variant variant) {
  Story story(variant, 1);
  story.push(1);
  story.pop(1);
  story.nack(1);
  if (story.is_invalid()) return story.end();
  return story.end({{1, name::dead}});
}

using V = Variant;
const std::array<Case, 26> cases{{
    {id::queue_lost, "an acknowledged push", lost},
    {id::queue_lost, "a gap before an acknowledged push", lost_before_another},
    {id::queue_unexpected, "a push that failed", unexpected},
    {id::queue_unexpected, "found, never pushed", found_unexpected},
    {id::queue_corrupt, "noticed by the digest", [](V v) { return corrupt(v, true); }},
    {id::queue_corrupt, "another payload", [](V v) { return corrupt(v, false); }},
    {id::redelivered_after_ack, "after a crash", redelivered},
    {id::redelivered_after_ack, "still there", found_acked},
    {id::acked_twice, "with one receipt", acked_twice},
    {id::lease_overlap, "before the window ends", overlapping},
    {id::lease_overlap, "before the extended window ends", overlapping_extended},
    {id::stale_ack_accepted, "an ack", [](V v) { return stale(v, name::ack); }},
    {id::stale_ack_accepted, "a nack", [](V v) { return stale(v, name::nack); }},
    {id::stale_ack_accepted, "an extend", [](V v) { return stale(v, name::extend); }},
    {id::stale_ack_accepted, "of an older generation", stale_generation},
    {id::attempt_not_monotonic, "a lower attempt", attempts},
    {id::attempt_not_monotonic, "forgotten by a crash", attempts_forgotten},
    {id::id_reused, "after an ack", reused},
    {id::id_reused, "by a push without an answer", reused_without_answer},
    {id::id_reused, "a lower id", lower},
    {id::queue_reordered, "the second first", reordered},
    {id::queue_undrained, "delayed", undrained},
    {id::queue_duplicate, "after a refused ack", unexplained},
    {id::dlq_premature, "one of two deliveries", premature},
    {id::dlq_both, "at once", both_at_once},
    {id::dlq_neither, "gone", neither},
}};

Report judged(const Timeline& timeline) {
  const History history = timeline.history();
  return check_queue(history, history.header.params, Judge::black_box);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const Violation& violation : report.violations) ids.insert(violation.id);
  return ids;
}

TEST(QueueAnomalies, every_id_of_the_registry_has_its_case) {
  std::set<std::string_view> tested;
  for (const Case& c : cases) tested.insert(c.id);
  const CheckerInfo* const checker = find_checker(queue_model);
  ASSERT_NE(checker, nullptr);
  EXPECT_EQ(tested.size(), checker->anomalies.size());
  for (const AnomalyInfo& anomaly : checker->anomalies) EXPECT_TRUE(tested.contains(anomaly.id));
}

TEST(QueueAnomalies, a_history_without_it_is_valid) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::valid));
    EXPECT_EQ(report.verdict, Verdict::valid) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
    EXPECT_EQ(report.unknown_reasons, std::vector<std::string>{}) << c.what;
  }
}

TEST(QueueAnomalies, a_history_with_it_is_found_and_named_and_nothing_else_is) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::invalid));
    EXPECT_EQ(report.verdict, Verdict::invalid) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(c.id)}) << c.what;
  }
}

TEST(QueueAnomalies, a_history_that_cannot_be_judged_is_unknown) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::unknown));
    EXPECT_EQ(report.verdict, Verdict::unknown) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
    ASSERT_FALSE(report.unknown_reasons.empty()) << c.what;
    EXPECT_TRUE(report.unknown_reasons[0].starts_with("no final drain of k")) << c.what;
  }
}

TEST(QueueAnomalies, a_dead_letter_that_is_delivered_needs_a_redrive) {
  EXPECT_EQ(judged(both_later(Variant::valid)).verdict, Verdict::valid);
  const Report report = judged(both_later(Variant::invalid));
  EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(id::dlq_both)});
}

TEST(QueueAnomalies, each_is_told_with_its_key_and_a_small_witness) {
  for (const Case& c : cases) {
    const Timeline timeline = c.make(Variant::invalid);
    const History history = timeline.history();
    for (const Violation& violation : judged(timeline).violations) {
      EXPECT_EQ(violation.keys, std::vector<std::string>{"k"}) << c.what;
      EXPECT_GE(violation.witness.size(), 1U) << c.what;
      EXPECT_LE(violation.witness.size(), 6U) << c.what;
      EXPECT_EQ(witness_rows(violation, history).size(), violation.witness.size()) << c.what;
      EXPECT_EQ(violation.sentence.find("  "), std::string::npos) << c.what;
    }
  }
}

TEST(QueueAnomalies, are_the_same_after_a_file_which_names_its_model) {
  for (const Case& c : cases) {
    History history = c.make(Variant::invalid).history();
    history.header.model = queue_model;
    const auto again = parse_history(write_history(history), "again");
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    const auto before = judge(history);
    const auto after = judge(*again);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->model, queue_model);
    EXPECT_EQ(before->violations, after->violations) << c.what;
    EXPECT_EQ(before->found, after->found) << c.what;
  }
}

}  // namespace
}  // namespace lockstep::checkers
