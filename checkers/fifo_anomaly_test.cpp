// For each id that the fifo checker may report: a history without it, one with it, and one that
// cannot be judged.
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "checkers/fifo.hpp"
#include "checkers/fifo_story.hpp"
#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

enum class Variant : std::uint8_t { valid, invalid, unknown };

/// Where nothing is to be judged, element 1 may have been pushed twice.
FifoStory began(Variant variant) {
  FifoStory story;
  if (variant == Variant::unknown) story.push(1, Ending::info);
  return story;
}

Timeline fresh(Variant variant) {
  FifoStory story = began(variant);
  if (variant != Variant::invalid) story.push(1);
  story.pop(1);
  return story.timeline();
}

Timeline fresh_failed(Variant variant) {
  FifoStory story = began(variant);
  story.push(1, variant == Variant::invalid ? Ending::failed : Ending::info);
  story.pop(1);
  return story.timeline();
}

Timeline fresh_early(Variant variant) {
  FifoStory story = began(variant);
  story.pop(1);
  story.early(variant == Variant::invalid ? 0 : 1).push(1);
  return story.timeline();
}

Timeline repeated(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.pop(1);
  if (variant == Variant::valid) story.take();
  if (variant != Variant::valid) story.pop(1);
  return story.timeline();
}

Timeline overtaken(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.early(variant == Variant::valid ? 1 : 0).push(2);
  story.pop(2);
  story.pop(1);
  return story.timeline();
}

Timeline overtaken_by_an_unknown_push(Variant variant) {
  FifoStory story = began(variant);
  story.push(1, variant == Variant::valid ? Ending::info : Ending::ok);
  story.push(2, Ending::open);
  story.pop(2);
  story.pop(1);
  return story.timeline();
}

Timeline overtaken_pops_overlap(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.push(2);
  story.pop(2);
  story.early(variant == Variant::valid ? 1 : 0).pop(1);
  return story.timeline();
}

Timeline empty_with_one(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.late(variant == Variant::valid ? 1 : 0).says_empty();
  story.pop(1);
  return story.timeline();
}

/// The second element was pushed before the pop of the first began, or not.
Timeline empty_with_two(Variant variant) {
  FifoStory story = began(variant);
  const std::int64_t first = variant == Variant::unknown ? 1 : 3;
  story.push(first);
  story.late(2).says_empty();
  story.late(variant == Variant::valid ? 1 : 0).push(2);
  story.pop(first);
  story.pop(2);
  return story.timeline();
}

/// Nobody overtook it, so that it is still there: unless it was taken before the queue was empty.
Timeline empty_with_missing(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  if (variant == Variant::valid) story.take();
  story.says_empty();
  if (variant == Variant::invalid) story.take();
  return story.timeline();
}

/// One pop without an answer cannot have taken both.
Timeline empty_with_two_missing(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.push(2);
  story.take();
  if (variant == Variant::valid) story.take(Ending::open);
  if (variant == Variant::unknown) return story.timeline();
  story.says_empty();
  return story.timeline();
}

Timeline lost(Variant variant) {
  FifoStory story = began(variant);
  story.push(1);
  story.push(2);
  if (variant == Variant::valid) story.take();
  story.pop(2);
  if (variant == Variant::invalid) story.take();
  return story.timeline();
}

Timeline lost_of_two(Variant variant) {
  FifoStory story = began(variant);
  story.take(Ending::open);
  if (variant == Variant::valid) story.take();
  story.push(1);
  story.push(2);
  story.push(3);
  if (variant == Variant::unknown) story.pop(2);
  story.pop(3);
  return story.timeline();
}

struct Case {
  std::string_view id;
  std::string_view what;
  Timeline (*make)(Variant variant);
};

const std::array<Case, 13> cases{{
    {id::fifo_fresh, "never pushed", fresh},
    {id::fifo_fresh, "a push that failed", fresh_failed},
    {id::fifo_fresh, "before it was pushed", fresh_early},
    {id::fifo_repeat, "twice", repeated},
    {id::fifo_order, "two elements", overtaken},
    {id::fifo_order, "by a push without an answer", overtaken_by_an_unknown_push},
    {id::fifo_order, "pops one after the other", overtaken_pops_overlap},
    {id::fifo_empty, "one element", empty_with_one},
    {id::fifo_empty, "two elements in turn", empty_with_two},
    {id::fifo_empty, "one that never came out", empty_with_missing},
    {id::fifo_empty, "two that never came out", empty_with_two_missing},
    {id::fifo_lost, "one element", lost},
    {id::fifo_lost, "one of two elements", lost_of_two},
}};

Report judged(const Timeline& timeline, Judge judge = Judge::black_box) {
  const History history = timeline.history();
  return check_fifo(history, history.header.params, judge);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const Violation& violation : report.violations) ids.insert(violation.id);
  return ids;
}

TEST(FifoAnomalies, every_id_of_the_registry_has_its_case) {
  std::set<std::string_view> tested;
  for (const Case& c : cases) tested.insert(c.id);
  const CheckerInfo* const checker = find_checker(fifo_model);
  ASSERT_NE(checker, nullptr);
  EXPECT_EQ(tested.size(), checker->anomalies.size());
  for (const AnomalyInfo& anomaly : checker->anomalies) EXPECT_TRUE(tested.contains(anomaly.id));
}

TEST(FifoAnomalies, a_history_without_it_is_valid) {
  for (const Case& c : cases) {
    for (const Order order : {Order::total, Order::real_time}) {
      const Report report = judged(c.make(Variant::valid).order(order));
      EXPECT_EQ(report.verdict, Verdict::valid) << c.id << " " << c.what;
      EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
      EXPECT_TRUE(report.unknown_reasons.empty()) << c.what;
    }
  }
}

TEST(FifoAnomalies, a_history_with_it_is_found_and_named_and_nothing_else_is) {
  for (const Case& c : cases) {
    for (const Order order : {Order::total, Order::real_time}) {
      const Report report = judged(c.make(Variant::invalid).order(order));
      EXPECT_EQ(report.verdict, Verdict::invalid) << c.id << " " << c.what;
      EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(c.id)}) << c.what;
      EXPECT_EQ(report.found.at(std::string(c.id)), 1U) << c.what;
    }
  }
}

TEST(FifoAnomalies, a_history_that_cannot_be_judged_is_unknown) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::unknown));
    EXPECT_EQ(report.verdict, Verdict::unknown) << c.id << " " << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.id << " " << c.what;
    ASSERT_FALSE(report.unknown_reasons.empty()) << c.what;
    EXPECT_EQ(report.unknown_reasons[0],
              "element 1 of k may have been pushed twice, but elements must be unique");
  }
}

TEST(FifoAnomalies, each_is_told_with_its_key_and_a_small_witness) {
  for (const Case& c : cases) {
    const History history = c.make(Variant::invalid).history();
    for (const Violation& violation : judged(c.make(Variant::invalid)).violations) {
      EXPECT_EQ(violation.keys, std::vector<std::string>{"k"}) << c.what;
      EXPECT_GE(violation.witness.size(), c.what == "never pushed" ? 1U : 2U) << c.what;
      EXPECT_LE(violation.witness.size(), 6U) << c.what;
      EXPECT_EQ(witness_rows(violation, history).size(), violation.witness.size()) << c.what;
      EXPECT_EQ(violation.sentence.find("  "), std::string::npos) << c.what;
    }
  }
}

TEST(FifoAnomalies, are_the_same_after_a_file_which_names_its_model) {
  for (const Case& c : cases) {
    History history = c.make(Variant::invalid).history();
    history.header.model = fifo_model;
    const auto again = parse_history(write_history(history), "again");
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    const auto before = judge(history);
    const auto after = judge(*again);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->model, fifo_model);
    EXPECT_EQ(before->violations, after->violations) << c.what;
    EXPECT_EQ(before->found, after->found) << c.what;
  }
}

}  // namespace
}  // namespace lockstep::checkers
