// Single rules of the outbox checker, where the cases of each id leave something open: what
// excuses, and what does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "checkers/outbox.hpp"
#include "checkers/outbox_story.hpp"

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

// Causes of a second publication.

/// Something happens between two publications by r1, the first with `token`.
template <class Between>
std::set<std::string> again_after(const Between& between, const OutboxBy& second = {}) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.publish(1);
  between(story);
  story.publish(1, second);
  story.mark(1, second);
  return ids_of(judged(story.end()));
}

TEST(OutboxDuplicates, without_a_cause_are_found) {
  EXPECT_EQ(again_after([](OutboxStory&) {}), only(id::outbox_duplicate));
  EXPECT_EQ(again_after([](OutboxStory& s) { s.fetch({.ending = Ending::info}); }),
            only(id::outbox_duplicate));
  EXPECT_EQ(again_after([](OutboxStory& s) { s.happens(name::crash, "r2"); }),
            only(id::outbox_duplicate));
  EXPECT_EQ(again_after([](OutboxStory& s) { s.happens(name::heal, ""); }),
            only(id::outbox_duplicate));
  EXPECT_EQ(again_after([](OutboxStory& s) { s.publish(1, {.ending = Ending::failed}); }),
            only(id::outbox_duplicate));
}

TEST(OutboxDuplicates, have_causes) {
  EXPECT_EQ(again_after([](OutboxStory& s) { s.happens(name::crash, "r1"); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.happens(name::restart, "r1"); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.happens(name::crash, ""); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.publish(1, {.ending = Ending::info}); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.publish(1, {.ending = Ending::open}); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.mark(1, {.ending = Ending::failed}); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.mark(1, {.ending = Ending::denied}); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory& s) { s.mark(1, {.ending = Ending::open}); }), nothing);
  EXPECT_EQ(again_after([](OutboxStory&) {}, {.node = "r2"}), nothing);
  EXPECT_EQ(again_after([](OutboxStory&) {}, {.token = 1}), nothing);
  const auto unblock = [](OutboxStory& s) { s.say(name::unblock, OutboxStory::words(9, "store")); };
  EXPECT_EQ(again_after(unblock), nothing);
}

TEST(OutboxDuplicates, of_another_key_an_unblock_is_no_cause) {
  const auto unblock = [](OutboxStory& s) {
    s.key("other");
    s.say(name::unblock, OutboxStory::words(9, "store"));
    s.key("k");
  };
  EXPECT_EQ(again_after(unblock), only(id::outbox_duplicate));
}

TEST(OutboxDuplicates, each_needs_a_cause_of_its_own) {
  const auto crash_and_publish = [](OutboxStory& s) {
    s.happens(name::crash, "r1");
    s.publish(1);
  };
  EXPECT_EQ(again_after(crash_and_publish), only(id::outbox_duplicate));
}

/// The broker holds two, so both publishes were accepted: the one without an answer, which had no
/// cause, too.
TEST(OutboxDuplicates, are_known_where_the_broker_holds_all_that_were_sent) {
  for (const bool holds_both : {false, true}) {
    OutboxStory story(Variant::valid);
    story.commit(1);
    story.publish(1);
    story.publish(1, {.ending = Ending::info});
    story.mark(1);
    OutboxRest rest{.broker = {{.id = 1, .position = 1}}, .lists_broker = true};
    if (holds_both) rest.broker.push_back({.id = 1, .position = 2});
    EXPECT_EQ(ids_of(judged(story.end(rest))), holds_both ? only(id::outbox_duplicate) : nothing);
  }
}

TEST(OutboxDuplicates, may_come_of_an_election_that_nobody_recorded) {
  for (const bool elected : {false, true}) {
    OutboxStory story(Variant::valid);
    if (elected) story.set("elected");
    story.commit(1);
    story.publish(1);
    story.publish(1);
    story.mark(1);
    EXPECT_EQ(ids_of(judged(story.end())), elected ? nothing : only(id::outbox_duplicate));
  }
}

// Ends.

TEST(OutboxEnds, what_may_have_been_published_is_enough_where_the_broker_forgets) {
  for (const bool trimmed : {false, true}) {
    OutboxStory story(Variant::valid);
    if (trimmed) story.set("trimmed");
    story.commit(1);
    story.publish(1, {.ending = Ending::info});
    story.mark(1, {.ending = Ending::info});
    EXPECT_EQ(ids_of(judged(story.end({.lists_broker = true}))),
              trimmed ? nothing : only(id::outbox_lost));
  }
}

TEST(OutboxEnds, an_unblock_that_may_have_come_late_excuses_what_waits) {
  for (const Ending ending : {Ending::ok, Ending::info}) {
    OutboxStory story(Variant::valid);
    story.set("drained");
    story.commit(1);
    story.say(name::unblock, OutboxStory::words(1, "store"), {.node = "a", .ending = ending});
    EXPECT_EQ(ids_of(judged(story.end({.store = {{1}}}))),
              ending == Ending::ok ? only(id::outbox_undrained) : nothing);
  }
}

TEST(OutboxEnds, who_was_tried_was_not_skipped) {
  OutboxStory story(Variant::valid);
  story.set("drained");
  story.wait(2);
  story.key("other");
  story.commit(2);
  story.done(2);
  story.key("k");
  story.timeline().outbox(name::commit, "app", {0, story.now() + 1}, OutboxStory::words(1, ""));
  story.wait(2);
  story.publish(1, {.ending = Ending::failed});
  EXPECT_EQ(ids_of(judged(story.end({.store = {{1}}}))), only(id::outbox_undrained));
}

TEST(OutboxEnds, what_still_changes_was_not_surveyed) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.done(1);
  story.survey("store", {});
  story.mark(1);
  story.happens(name::final_mark, "");
  EXPECT_TRUE(is_unknown_for(judged(story.timeline()), "no final survey of the store"));
}

// Relays.

TEST(OutboxRelays, without_a_token_cannot_be_told_from_older_ones) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.raise("publisher", {.node = "r2", .token = 2});
  story.done(1, {.node = "r1", .token = 0});
  EXPECT_EQ(judged(story.end()).verdict, Verdict::valid);
}

TEST(OutboxRelays, are_fenced_by_each_sink_alone) {
  OutboxStory story(Variant::valid);
  story.commit(1);
  story.fetch({.node = "r2", .token = 2});
  story.publish(1, {.node = "r1", .token = 1});
  story.done(1, {.node = "r2", .token = 2});
  EXPECT_EQ(judged(story.end()).verdict, Verdict::valid);
}

/// Sent before the newer leader showed itself, it came after that.
TEST(OutboxRelays, the_oracle_knows_when_a_late_message_came) {
  for (const std::int64_t came : {3, 20}) {
    OutboxStory story(Variant::valid);
    story.commit(1);
    const std::size_t late = story.publish(1, {.node = "r1", .token = 1, .ending = Ending::info});
    story.raise("publisher", {.node = "r2", .token = 2});
    story.done(1, {.node = "r2", .token = 2});
    story.wait(20);
    story.timeline().resolve(late, true, came);
    const Timeline timeline = story.end();
    EXPECT_EQ(judged(timeline).verdict, Verdict::valid);
    EXPECT_EQ(ids_of(judged(timeline, Judge::oracle)),
              came == 20 ? only(id::zombie_relay) : nothing);
  }
}

TEST(OutboxRelays, that_lead_again_in_between_are_one_leader) {
  OutboxStory story(Variant::valid);
  story.set("elected");
  for (const std::uint64_t id : {1U, 2U, 3U}) story.commit(id);
  story.timeline().acquire("r1", 1, {story.now(), story.now() + 1, Ending::ok, 1});
  story.wait(2);
  story.done(1, {.node = "r1"});
  story.happens(name::crash, "r1");
  story.done(2, {.node = "r2"});
  story.done(3, {.node = "r1"});
  EXPECT_EQ(ids_of(judged(story.end())), nothing);
}

TEST(OutboxRelays, are_not_leaders_if_nobody_knows_their_lock) {
  OutboxStory story(Variant::valid);
  story.set("elected");
  for (const std::uint64_t id : {1U, 2U, 3U}) story.commit(id);
  story.done(1, {.node = "r1"});
  story.done(2, {.node = "r2"});
  story.done(3, {.node = "r1"});
  EXPECT_EQ(judged(story.end()).verdict, Verdict::valid);
}

TEST(OutboxRelays, at_one_time_are_concurrent) {
  Timeline timeline;
  timeline.order(Order::real_time);
  timeline.outbox(name::commit, "app", {0, 1}, OutboxStory::words(1, ""));
  timeline.outbox(name::raise, "r2", {2, 3}, {.token = 2, .sink = "publisher"});
  timeline.outbox(name::publish, "r1", {3, 4}, OutboxStory::words(1, "publisher", 1));
  timeline.outbox(name::mark, "r1", {5, 6}, OutboxStory::words(1, "store", 1));
  timeline.outbox(name::survey, "s", {7, 8}, {.sink = "store"});
  timeline.mark(name::final_mark, 9);
  EXPECT_EQ(ids_of(judged(timeline)), nothing);
}

}  // namespace
}  // namespace lockstep::checkers
