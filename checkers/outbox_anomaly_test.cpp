// For each id that the outbox checker may report: a history without it, one with it, and one that
// cannot be judged.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "checkers/history_file.hpp"
#include "checkers/outbox.hpp"
#include "checkers/outbox_story.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

struct Case {
  std::string_view id;
  std::string_view what;
  Timeline (*make)(Variant variant);
};

Timeline lost(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.done(1);
  story.commit(2);
  if (story.is_invalid()) return story.end();
  return story.end({.store = {{2}}});
}

/// A publish without an answer excuses only where nobody looked into the broker.
Timeline lost_in_broker(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.publish(1, {.ending = Ending::info});
  story.mark(1, {.ending = Ending::info});
  if (story.is_invalid()) return story.end({.lists_broker = true});
  return story.end();
}

Timeline undrained(Variant variant) {
  OutboxStory story(variant);
  if (story.is_invalid()) story.set("drained");
  story.commit(1);
  return story.end({.store = {{1}}});
}

Timeline undrained_before_blocked(Variant variant) {
  OutboxStory story(variant);
  story.set("drained");
  story.commit(1);
  story.commit(2);
  story.publish(1, {.ending = Ending::failed});
  const std::uint64_t poison = story.is_invalid() ? 2 : 1;
  story.say(name::block, OutboxStory::words(poison, "store"));
  return story.end({.store = {{poison, name::blocked}, {3 - poison}}});
}

Timeline skipped(Variant variant) {
  OutboxStory story(variant);
  story.set("drained");
  const std::int64_t began = story.now();
  story.wait(2);
  story.key("other");
  story.commit(2);
  story.done(2);
  story.key("k");
  story.wait(2);
  story.timeline().outbox(name::commit, "app", {began, story.now() - 1}, OutboxStory::words(1, ""));
  if (story.is_invalid()) return story.end({.store = {{1}}});
  story.done(1);
  return story.end();
}

Timeline ghost(Variant variant) {
  OutboxStory story(variant);
  story.commit(1, story.is_invalid() ? Ending::denied : Ending::info);
  story.done(1);
  return story.end();
}

Timeline ghost_of_nobody(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.done(1);
  if (story.is_invalid()) return story.end({.broker = {{1}, {2}}, .lists_broker = true});
  return story.end({.broker = {{1}}, .lists_broker = true});
}

Timeline ghost_before(Variant variant) {
  OutboxStory story(variant);
  if (!story.is_invalid()) story.commit(1);
  story.publish(1);
  if (story.is_invalid()) story.commit(1);
  story.mark(1);
  return story.end();
}

Timeline reordered(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.commit(2);
  story.done(story.is_invalid() ? 2 : 1);
  story.done(story.is_invalid() ? 1 : 2);
  return story.end();
}

/// Both publishes overlap, so that only the broker knows.
Timeline reordered_in_log(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.commit(2);
  const std::int64_t now = story.now();
  for (const std::uint64_t id : {1U, 2U}) {
    const std::size_t publish = story.timeline().outbox(name::publish, "r1", {now, now + 10},
                                                        OutboxStory::words(id, "publisher"));
    story.timeline().committed(publish, story.is_invalid() ? 3 - id : id, now + 5);
  }
  story.wait(12);
  return story.end();
}

Timeline marked(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  if (!story.is_invalid()) story.publish(1, {.ending = Ending::info});
  story.mark(1);
  story.publish(1);
  return story.end();
}

Timeline again(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.publish(1);
  story.mark(1, {.ending = story.is_invalid() ? Ending::ok : Ending::info});
  story.publish(1);
  return story.end();
}

/// The broker holds what one publish sent twice.
Timeline again_in_broker(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  if (!story.is_invalid()) story.publish(1, {.ending = Ending::info});
  story.publish(1);
  story.mark(1);
  return story.end(
      {.broker = {{.id = 1, .position = 1}, {.id = 1, .position = 2}}, .lists_broker = true});
}

Timeline zombie_mark(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.publish(1, {.token = 1});
  story.raise("store", {.node = "r2", .token = 2});
  story.mark(1, {.token = 1, .ending = story.is_invalid() ? Ending::ok : Ending::denied});
  story.done(1, {.node = "r2", .token = 2});
  return story.end();
}

Timeline zombie_publish(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.commit(2);
  story.publish(1, {.token = 1});
  story.done(1, {.node = "r2", .token = 2});
  story.publish(2, {.token = 1, .ending = story.is_invalid() ? Ending::ok : Ending::denied});
  story.done(2, {.node = "r2", .token = 2});
  return story.end();
}

Timeline two_leaders(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.commit(2);
  story.done(1, {.node = "r1", .token = 1});
  story.done(2, {.node = "r2", .token = story.is_invalid() ? 1U : 2U});
  return story.end();
}

Timeline interleaved(Variant variant) {
  OutboxStory story(variant);
  story.set("elected");
  story.timeline().ttl(100);
  const auto acquire = [&](std::string_view node, std::uint64_t lease) {
    story.timeline().acquire(node, lease, {story.now(), story.now() + 1, Ending::ok, lease});
    story.wait(2);
  };
  for (const std::uint64_t id : {1U, 2U, 3U}) story.commit(id);
  acquire("r1", 1);
  story.done(1, {.node = "r1"});
  story.wait(200);
  acquire("r2", 2);
  story.done(2, {.node = "r2"});
  story.wait(200);
  if (!story.is_invalid()) acquire("r1", 3);
  story.done(3, {.node = "r1"});
  return story.end();
}

Timeline twice(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.done(1);
  story.consume(1);
  story.consume(1, story.is_invalid() ? Ending::ok : Ending::denied);
  return story.end();
}

Timeline twice_by_count(Variant variant) {
  OutboxStory story(variant);
  story.commit(1);
  story.done(1);
  story.consume(1);
  const std::uint16_t times = story.is_invalid() ? 2 : 1;
  return story.end({.inbox = {{.id = 1, .attempt = times}}, .lists_inbox = true});
}

Timeline never_applied(Variant variant) {
  OutboxStory story(variant);
  story.set("drained");
  story.commit(1);
  story.done(1);
  if (story.is_invalid()) return story.end({.lists_inbox = true});
  story.consume(1);
  return story.end({.inbox = {{.id = 1, .attempt = 1}}, .lists_inbox = true});
}

const std::array<Case, 20> cases{{
    {id::outbox_lost, "never published", lost},
    {id::outbox_lost, "not in the broker", lost_in_broker},
    {id::outbox_undrained, "waiting", undrained},
    {id::outbox_undrained, "before a blocked one", undrained_before_blocked},
    {id::outbox_skipped, "committed late", skipped},
    {id::outbox_ghost, "rolled back", ghost},
    {id::outbox_ghost, "of nobody", ghost_of_nobody},
    {id::outbox_ghost, "before its commit", ghost_before},
    {id::outbox_reordered, "the second first", reordered},
    {id::outbox_reordered, "in the log", reordered_in_log},
    {id::marked_unpublished, "before the publish", marked},
    {id::outbox_duplicate, "after the mark", again},
    {id::outbox_duplicate, "in the broker", again_in_broker},
    {id::zombie_relay, "a mark", zombie_mark},
    {id::zombie_relay, "a publish", zombie_publish},
    {id::two_leaders, "one token", two_leaders},
    {id::two_leaders, "no tokens", interleaved},
    {id::applied_twice, "answered twice", twice},
    {id::applied_twice, "counted twice", twice_by_count},
    {id::inbox_lost, "never applied", never_applied},
}};

Report judged(const Timeline& timeline) {
  const History history = timeline.history();
  return check_outbox(history, history.header.params, Judge::black_box);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const auto& [id, count] : report.found) ids.insert(id);
  return ids;
}

TEST(OutboxAnomalies, every_id_of_the_registry_has_its_case) {
  std::set<std::string_view> tested;
  for (const Case& c : cases) tested.insert(c.id);
  const CheckerInfo* const checker = find_checker(outbox_model);
  ASSERT_NE(checker, nullptr);
  EXPECT_EQ(tested.size(), checker->anomalies.size());
  for (const AnomalyInfo& anomaly : checker->anomalies) EXPECT_TRUE(tested.contains(anomaly.id));
}

TEST(OutboxAnomalies, a_history_without_it_is_valid) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::valid));
    EXPECT_EQ(report.verdict, Verdict::valid) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
    EXPECT_EQ(report.unknown_reasons, std::vector<std::string>{}) << c.id << " " << c.what;
  }
}

TEST(OutboxAnomalies, a_history_with_it_is_found_and_named_and_nothing_else_is) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::invalid));
    EXPECT_EQ(report.verdict, Verdict::invalid) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(c.id)}) << c.what;
  }
}

TEST(OutboxAnomalies, a_history_that_cannot_be_judged_is_unknown) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::unknown));
    EXPECT_EQ(report.verdict, Verdict::unknown) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
    ASSERT_FALSE(report.unknown_reasons.empty()) << c.what;
    EXPECT_TRUE(report.unknown_reasons[0].starts_with("no final survey of the store")) << c.what;
  }
}

TEST(OutboxAnomalies, each_is_told_with_its_key_and_a_small_witness) {
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

TEST(OutboxAnomalies, are_the_same_after_a_file_and_found_by_their_operations) {
  for (const Case& c : cases) {
    const History history = c.make(Variant::invalid).history();
    const auto again = parse_history(write_history(history), "again");
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    const auto before = judge(history);
    const auto after = judge(*again);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->model, outbox_model);
    EXPECT_EQ(before->violations, after->violations) << c.what;
    EXPECT_EQ(before->found, after->found) << c.what;
  }
}

}  // namespace
}  // namespace lockstep::checkers
