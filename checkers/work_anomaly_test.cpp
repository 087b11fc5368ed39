// For each id that the work checker may report: a history without it, one with it, and one that
// cannot be judged.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/witness_text.hpp"
#include "checkers/work.hpp"

namespace lockstep::checkers {
namespace {

enum class Variant : std::uint8_t { valid, invalid, unknown };

struct Case {
  std::string_view id;
  std::string_view what;
  Timeline (*make)(Variant variant);
};

/// a emits events 1 and 2, loads, applies 1 and saves it.
Timeline begun_by_a() {
  Timeline timeline;
  timeline.work(name::emit, "p", 0, {0, 1}, 1);
  timeline.work(name::emit, "p", 0, {1, 2}, 2);
  timeline.work(name::load, "a", 1, {2, 3, Ending::ok, 5}, 0);
  timeline.work(name::apply, "a", 1, {4, 5, Ending::ok, 5}, 1);
  timeline.work(name::save, "a", 1, {6, 7, Ending::ok, 5}, 1);
  return timeline;
}

Timeline older_token(Variant variant) {
  Timeline timeline = begun_by_a();
  timeline.work(name::load, "b", 2, {8, 9, Ending::ok, 6}, 1);
  timeline.work(name::apply, "b", 2, {10, 11, Ending::ok, 6}, 2);
  const Ending ending = variant == Variant::invalid ? Ending::ok : Ending::denied;
  timeline.work(name::apply, "a", variant == Variant::unknown ? 0 : 1, {12, 13, ending, 5}, 3);
  return timeline;
}

Timeline spans(Variant variant) {
  Timeline timeline;
  timeline.params().fenced = false;
  timeline.work(name::apply, "a", 1, {0, 5}, 1);
  const std::int64_t at = variant == Variant::invalid ? 4 : 6;
  timeline.work(name::apply, "b", variant == Variant::unknown ? 0 : 2, {at, 8}, 2);
  return timeline;
}

Timeline interleaved(Variant variant) {
  Timeline timeline = spans(variant == Variant::unknown ? variant : Variant::valid);
  timeline.work(name::apply, variant == Variant::invalid ? "a" : "b",
                variant == Variant::invalid ? 1 : 2, {10, 11, Ending::info}, 3);
  return timeline;
}

Timeline period(Variant variant, std::uint64_t second) {
  Timeline timeline;
  timeline.work(name::dispatch, "a", 1, {0, 1}, 7);
  const Ending ending = variant == Variant::valid ? Ending::info : Ending::ok;
  timeline.work(name::dispatch, "b", variant == Variant::unknown ? 0 : second, {2, 3, ending}, 7);
  return timeline;
}

Timeline lost(Variant variant) {
  Timeline timeline = begun_by_a();
  if (variant == Variant::valid) timeline.work(name::apply, "a", 1, {8, 9, Ending::open, 5}, 2);
  timeline.work(name::save, "a", 1, {10, 11, Ending::ok, 5}, 2);
  if (variant != Variant::unknown) timeline.mark(name::final_mark, 20);
  return timeline;
}

Timeline lost_by_load(Variant variant) {
  Timeline timeline = begun_by_a();
  const Ending ending = variant == Variant::valid ? Ending::info : Ending::ok;
  timeline.work(name::load, "b", 2, {10, 11, ending, 6}, 2);
  if (variant != Variant::unknown) timeline.mark(name::final_mark, 20);
  return timeline;
}

Timeline saved_before(Variant variant) {
  Timeline timeline = begun_by_a();
  const std::int64_t loaded = variant == Variant::valid ? 6 : 8;
  timeline.work(name::load, "b", 2, {loaded, 9, Ending::ok, 6}, 0);
  timeline.work(name::apply, "b", variant == Variant::unknown ? 0 : 2, {10, 11, Ending::ok, 6}, 1);
  return timeline;
}

Timeline told_before(Variant variant) {
  Timeline timeline;
  timeline.work(name::load, "a", 1, {0, 1, Ending::ok, 5}, 0);
  const Ending ending = variant == Variant::valid ? Ending::info : Ending::ok;
  timeline.work(name::apply, "a", 1, {2, 3, ending, 5}, 1);
  const std::uint64_t lease = variant == Variant::unknown ? 0 : 1;
  timeline.work(name::apply, "a", lease, {4, 5, Ending::ok, 5}, 1);
  return timeline;
}

/// Healed at 10; work must go on by 10 + ttl 10 + retry 5 + bound 10 = 35.
Timeline waiting(Variant variant, bool is_task) {
  Timeline timeline;
  timeline.params().ttl_ns = 10 * unit_ns;
  timeline.params().retry_ns = 5 * unit_ns;
  timeline.params().bound_ns = 10 * unit_ns;
  if (is_task) timeline.params().period_ns = 5 * unit_ns;
  const NameId f = is_task ? name::dispatch : name::apply;
  if (is_task) timeline.work(name::dispatch, "a", 1, {0, 1}, 1);
  if (!is_task) timeline.work(name::emit, "p", 0, {1, 2}, 1);
  timeline.mark(name::heal, 10);
  const std::int64_t due = is_task ? 40 : 35;
  const std::int64_t done = variant == Variant::valid ? due : due + 1;
  timeline.work(f, "b", 2, {due - 1, done, Ending::ok, 6}, is_task ? 8 : 1);
  if (variant != Variant::unknown) timeline.mark(name::final_mark, 50);
  return timeline;
}

const std::array<Case, 10> cases{{
    {id::two_workers, "an older token after a newer one", older_token},
    {id::two_workers, "spans that overlap", spans},
    {id::two_workers, "one goes on after the other", interleaved},
    {id::two_workers, "a period started by two", [](Variant v) { return period(v, 2); }},
    {id::lost_event, "a save passed it", lost},
    {id::lost_event, "a load passed it", lost_by_load},
    {id::unexplained_duplicate, "begun from a token saved later", saved_before},
    {id::unexplained_duplicate, "a worker that knew", told_before},
    {id::unexplained_duplicate, "a period started twice by one",
     [](Variant v) { return period(v, 1); }},
    {id::no_takeover, "events wait", [](Variant v) { return waiting(v, false); }},
}};

Report judged(const Timeline& timeline) {
  const History history = timeline.history();
  return check_work(history, history.header.params, Judge::black_box);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const Violation& violation : report.violations) ids.insert(violation.id);
  return ids;
}

TEST(WorkAnomalies, every_id_of_the_registry_has_its_case) {
  std::set<std::string_view> tested;
  for (const Case& c : cases) tested.insert(c.id);
  const CheckerInfo* const checker = find_checker(work_model);
  ASSERT_NE(checker, nullptr);
  EXPECT_EQ(tested.size(), checker->anomalies.size());
  for (const AnomalyInfo& anomaly : checker->anomalies) EXPECT_TRUE(tested.contains(anomaly.id));
}

TEST(WorkAnomalies, a_history_without_it_is_valid) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::valid));
    EXPECT_EQ(report.verdict, Verdict::valid) << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.what;
    EXPECT_EQ(report.unknown_reasons, std::vector<std::string>{}) << c.what;
  }
}

TEST(WorkAnomalies, a_history_with_it_is_found_and_named_and_nothing_else_is) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::invalid));
    EXPECT_EQ(report.verdict, Verdict::invalid) << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(c.id)}) << c.what;
  }
}

TEST(WorkAnomalies, a_history_that_cannot_be_judged_is_unknown) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::unknown));
    EXPECT_EQ(report.verdict, Verdict::unknown) << c.what;
    EXPECT_EQ(ids_of(report), std::set<std::string>{}) << c.what;
    EXPECT_FALSE(report.unknown_reasons.empty()) << c.what;
  }
}

TEST(WorkAnomalies, a_task_that_nobody_starts_again_after_the_heal_is_found) {
  EXPECT_EQ(judged(waiting(Variant::valid, true)).verdict, Verdict::valid);
  const Report report = judged(waiting(Variant::invalid, true));
  EXPECT_EQ(ids_of(report), std::set<std::string>{std::string(id::no_takeover)});
}

TEST(WorkAnomalies, each_is_told_with_its_key_and_a_small_witness) {
  for (const Case& c : cases) {
    const Timeline timeline = c.make(Variant::invalid);
    const History history = timeline.history();
    for (const Violation& violation : judged(timeline).violations) {
      EXPECT_EQ(violation.keys, std::vector<std::string>{"k"}) << c.what;
      EXPECT_GE(violation.witness.size(), 2U) << c.what;
      EXPECT_LE(violation.witness.size(), 6U) << c.what;
      EXPECT_EQ(witness_rows(violation, history).size(), violation.witness.size()) << c.what;
      EXPECT_EQ(violation.sentence.find("  "), std::string::npos) << c.what;
    }
  }
}

TEST(WorkAnomalies, are_the_same_after_a_file_which_names_its_model) {
  for (const Case& c : cases) {
    History history = c.make(Variant::invalid).history();
    history.header.model = work_model;
    const auto again = parse_history(write_history(history), "again");
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    const auto before = judge(history);
    const auto after = judge(*again);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->model, work_model);
    EXPECT_EQ(before->violations, after->violations) << c.what;
    EXPECT_EQ(before->found, after->found) << c.what;
  }
}

TEST(WorkAnomalies, the_model_is_found_out_from_the_operations) {
  const History history = begun_by_a().history();
  const auto checker = checker_for(history);
  ASSERT_TRUE(checker);
  EXPECT_EQ((*checker)->name, work_model);
}

TEST(WorkAnomalies, the_rules_of_locks_are_part_of_it) {
  Timeline timeline = begun_by_a();
  timeline.key("lock").acquire("a", 1, {0, 1, Ending::ok, 5});
  timeline.acquire("b", 2, {4, 5, Ending::ok, 6});
  const Report report = judged(timeline);
  EXPECT_EQ(report.model, work_model);
  EXPECT_TRUE(report.has("lock/double-grant"));
}

TEST(WorkAnomalies, a_witness_reads_as_a_story) {
  const Timeline timeline = lost(Variant::invalid);
  const Report report = judged(timeline);
  ASSERT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.violations[0].sentence,
            "event 2 of k was emitted and never applied, but lease 1 of a saved the resume token "
            "2, which passes it");
  EXPECT_EQ(witness_lines(report.violations[0], timeline.history()),
            (std::vector<std::string>{"#2 0.001s p emit k: ok, it is #2",
                                      "#10 0.010s a save k up to 2 (lease 1, token 5): ok"}));
}

}  // namespace
}  // namespace lockstep::checkers
