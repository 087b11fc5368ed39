// Single rules of the outbox checker, where the cases of each id leave something open: what
// excuses, what cannot be judged, what is counted and measured.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "checkers/lease_lock.hpp"
#include "checkers/outbox.hpp"
#include "checkers/outbox_story.hpp"
#include "checkers/queue.hpp"
#include "checkers/registry.hpp"

namespace lockstep::checkers {
namespace {

Report judged(const Timeline& timeline, Judge judge = Judge::black_box) {
  const History history = timeline.history();
  return check_outbox(history, history.header.params, judge);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const auto& [id, count] : report.found) ids.insert(id);
  return ids;
}

std::set<std::string> only(std::string_view id) { return {std::string(id)}; }
const std::set<std::string> nothing{};

bool is_unknown_for(const Report& report, std::string_view reason) {
  const auto& reasons = report.unknown_reasons;
  return report.verdict == Verdict::unknown &&
         std::any_of(reasons.begin(), reasons.end(),
                     [&](const std::string& one) { return one.find(reason) != std::string::npos; });
}

// Locks.

/// The node r2 raises without having held the lock, in a run whose sinks compare no tokens.
Timeline raised_without_lock(bool fenced) {
  OutboxStory story(Variant::valid);
  story.timeline().params().fenced = fenced;
  story.timeline().acquire("r1", 1, {0, 1, Ending::ok, 2});
  story.wait(2);
  story.commit(1);
  story.raise("store", {.node = "r1", .token = 2});
  story.raise("store", {.node = "r2", .token = 1});
  story.done(1, {.node = "r1", .token = 2});
  return story.end();
}

TEST(OutboxLocks, raises_count_where_sinks_are_fenced) {
  EXPECT_EQ(ids_of(judged(raised_without_lock(true))), only(id::stale_write_accepted));
  EXPECT_EQ(judged(raised_without_lock(false)).verdict, Verdict::valid);
}

TEST(OutboxLocks, are_judged_too) {
  OutboxStory story(Variant::valid);
  story.timeline().acquire("r1", 1, {0, 1, Ending::ok, 1});
  story.timeline().acquire("r2", 2, {2, 3, Ending::ok, 2});
  story.wait(4);
  story.commit(1);
  story.done(1, {.node = "r1", .token = 1});
  const Report report = judged(story.end());
  EXPECT_TRUE(report.has(id::double_grant));
  EXPECT_EQ(report.model, outbox_model);
}

// What cannot be judged.

TEST(OutboxUnknown, if_a_value_is_ambiguous) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.commit(1, Ending::info);
  story.done(1);
  EXPECT_TRUE(is_unknown_for(judged(story.end()), "the value 101 is ambiguous"));
}

TEST(OutboxUnknown, but_a_transaction_that_was_rolled_back_may_be_tried_again) {
  OutboxStory story(Variant::valid);
  story.commit(1, Ending::denied);
  story.commit(1);
  story.done(1);
  EXPECT_EQ(judged(story.end()).verdict, Verdict::valid);
}

TEST(OutboxUnknown, if_an_id_is_shared) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  OutboxWords other = OutboxStory::words(2, "");
  other.id = 1;
  story.say(name::commit, other);
  EXPECT_TRUE(is_unknown_for(judged(story.end({.store = {{1}}})), "is ambiguous"));
}

TEST(OutboxUnknown, if_an_operation_names_no_entry) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.done(1);
  story.say(name::publish, {.sink = "publisher"});
  EXPECT_TRUE(is_unknown_for(judged(story.end()), "names no entry"));
}

TEST(OutboxUnknown, if_nothing_says_an_id) {
  OutboxStory story(Variant::valid);
  story.say(name::commit, {.value = 5});
  story.say(name::publish, {.value = 5, .sink = "publisher"});
  EXPECT_TRUE(is_unknown_for(judged(story.end()), "nothing says the id"));
}

TEST(OutboxUnknown, if_there_are_two_locks) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.key("one");
  story.raise("store", {.token = 2});
  story.key("other");
  story.raise("store", {.token = 1});
  story.key("k");
  story.done(1, {.token = 1});
  EXPECT_TRUE(is_unknown_for(judged(story.end()), "more than one lock"));
}

TEST(OutboxUnknown, if_nothing_was_answered_or_events_were_dropped) {
  OutboxStory story(Variant::valid);
  story.commit(1, Ending::info);
  EXPECT_TRUE(is_unknown_for(judged(story.end()), "was answered"));
  OutboxStory full(Variant::valid);
  full.commit(1);
  full.done(1);
  History history = full.end().history();
  history.dropped = 3;
  EXPECT_TRUE(is_unknown_for(check_outbox(history, history.header.params, Judge::black_box),
                             "3 events were not recorded"));
}

// What is chosen, counted and measured.

TEST(OutboxChecker, is_chosen_by_each_of_its_operations_alone) {
  for (const NameId f : {name::commit, name::publish, name::mark, name::consume}) {
    Timeline timeline;
    timeline.outbox(f, "n", {0, 1}, OutboxStory::words(1, ""));
    timeline.outbox(name::survey, "s", {2, 3}, {.sink = "store"});
    timeline.acquire("n", 1, {4, 5, Ending::ok, 1});
    const auto checker = checker_for(timeline.history());
    ASSERT_TRUE(checker);
    EXPECT_EQ((*checker)->name, outbox_model);
  }
  Timeline queue;
  queue.queue(name::push, "n", {0, 1}, {.id = 1, .value = 1});
  queue.queue(name::survey, "n", {2, 3}, {});
  EXPECT_EQ((*checker_for(queue.history()))->name, queue_model);
}

TEST(OutboxChecker, measures_how_long_entries_wait) {
  OutboxStory story(Variant::valid);
  story.commit(1);  // answered at 1
  story.wait(5);
  story.publish_at(1, 1);  // taken and answered at 8
  story.mark(1);
  const Report report = judged(story.end());
  ASSERT_EQ(report.measurements.size(), 1U);
  EXPECT_EQ(report.measurements[0].name, "lag");
  EXPECT_EQ(report.measurements[0].samples, std::vector<Nanos>{Nanos(7 * unit_ns)});
}

TEST(OutboxChecker, counts_what_was_exercised) {
  OutboxStory story(Variant::valid);
  story.key("other");
  story.wait(2);
  story.commit(2);
  story.publish(2, {.token = 1});
  story.publish(2, {.token = 1, .ending = Ending::info});
  story.publish(2, {.token = 1});
  story.mark(2, {.token = 1});
  story.key("k");
  story.timeline().outbox(name::commit, "app", {0, story.now()}, OutboxStory::words(1, ""));
  story.wait(2);
  story.publish(1, {.node = "r2", .token = 2});
  story.publish(1, {.token = 1, .ending = Ending::denied});
  story.mark(1, {.node = "r2", .token = 2});
  story.commit(3, Ending::denied);
  story.consume(1);
  story.consume(1, Ending::denied);
  story.commit(4);
  story.say(name::block, OutboxStory::words(4, "store"));
  const Report report = judged(story.end({.store = {{4, name::blocked}}}));
  EXPECT_EQ(ids_of(report), nothing);
  const auto times = [&](Property property) { return report.exercised.of(property); };
  EXPECT_EQ(times(Property::commit), 3U);
  EXPECT_EQ(times(Property::rolled_back), 1U);
  EXPECT_EQ(times(Property::late_commit), 1U);
  EXPECT_EQ(times(Property::publish), 3U);
  EXPECT_EQ(times(Property::duplicate), 1U);
  EXPECT_EQ(times(Property::relay_change), 1U);
  EXPECT_EQ(times(Property::takeover), 1U);
  EXPECT_EQ(times(Property::refused), 1U);
  EXPECT_EQ(times(Property::blocked), 1U);
  EXPECT_EQ(times(Property::consume), 1U);
  EXPECT_EQ(times(Property::inbox_duplicate), 1U);
}

}  // namespace
}  // namespace lockstep::checkers
