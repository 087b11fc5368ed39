// For each id that the lease-lock checker may report: a history without it, one with it, and one
// that cannot be judged.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "checkers/history_file.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::checkers {
namespace {

enum class Variant : std::uint8_t { valid, invalid, unknown };

using Make = Timeline (*)(Variant variant);

struct Case {
  std::string_view id;
  Make make;
};

/// a holds from 0 on, with a ttl of 10; without one, nothing about its lease can be judged.
Timeline held_by_a(Variant variant) {
  Timeline timeline;
  timeline.ttl(variant == Variant::unknown ? 0 : 10);
  timeline.acquire("a", 1, {0, 1, Ending::ok, 5});
  return timeline;
}

Timeline double_grant(Variant variant) {
  Timeline timeline = held_by_a(variant);
  const std::int64_t at = variant == Variant::valid ? 10 : 4;
  timeline.ttl(10).acquire("b", 2, {at, at + 1, Ending::ok, 6});
  return timeline;
}

Timeline release_after_expiry(Variant variant) {
  Timeline timeline = held_by_a(variant);
  const std::int64_t at = variant == Variant::valid ? 11 : 12;
  timeline.release("a", 1, {at, at + 1});
  return timeline;
}

Timeline renewed_after_expiry(Variant variant) {
  Timeline timeline = held_by_a(variant);
  const std::int64_t at = variant == Variant::valid ? 11 : 12;
  timeline.renew("a", 1, {at, at + 1});
  return timeline;
}

Timeline foreign(Variant variant, bool is_release) {
  Timeline timeline = held_by_a(variant);
  timeline.ttl(10).acquire("b", 2, {12, 13, Ending::ok, 6});
  timeline.ttl(variant == Variant::unknown ? 0 : 10);
  const Span span{14, 15, variant == Variant::valid ? Ending::denied : Ending::ok};
  if (is_release) {
    timeline.release("a", 1, span);
  } else {
    timeline.renew("a", 1, span);
  }
  return timeline;
}

/// w held until 8 at least, so a was granted at 8 at the earliest, and holds until 18.
Timeline granted_early(Variant variant) {
  Timeline timeline;
  timeline.acquire("w", 1, {0, 1, Ending::ok, 1});
  timeline.acquire("a", 2, {2, 10, Ending::ok, 2});
  timeline.release("w", 1, {8, 9});
  if (variant == Variant::unknown) timeline.ttl(20).renew("a", 2, {11, 12});
  timeline.ttl(10).acquire("b", 3, {13, variant == Variant::valid ? 18 : 17, Ending::ok, 3});
  return timeline;
}

Timeline lost_early(Variant variant) {
  Timeline timeline = held_by_a(variant);
  const std::int64_t answered = variant == Variant::valid ? 10 : 9;
  timeline.renew("a", 1, {5, answered, Ending::denied});
  return timeline;
}

Timeline refused_own(Variant variant) {
  Timeline timeline;
  timeline.owner(1).acquire("a", 1, {0, 1, Ending::ok, 5});
  if (variant == Variant::unknown) timeline.acquire("c", 0, {2, 3, Ending::info});
  timeline.owner(variant == Variant::valid ? 2 : 1).acquire("a", 2, {4, 5, Ending::denied});
  return timeline;
}

Timeline spurious_refusal(Variant variant) {
  Timeline timeline = held_by_a(Variant::valid);
  if (variant == Variant::unknown) timeline.acquire("c", 0, {2, 3, Ending::info});
  const std::int64_t at = variant == Variant::valid ? 11 : 12;
  timeline.acquire("b", 2, {at, at + 1, Ending::denied});
  return timeline;
}

Timeline granted_expired(Variant variant) {
  Timeline timeline;
  timeline.ttl(variant == Variant::unknown ? 0 : 10);
  timeline.acquire("a", 1, {0, variant == Variant::valid ? 10 : 11, Ending::ok, 5});
  return timeline;
}

Timeline second_token(Variant variant, std::uint64_t token) {
  Timeline timeline = held_by_a(Variant::valid);
  timeline.release("a", 1, {2, 3});
  const std::uint64_t lease = variant == Variant::unknown ? 0 : 2;
  timeline.acquire("b", lease, {4, 5, Ending::ok, variant == Variant::valid ? 6 : token});
  return timeline;
}

Timeline stale_write_accepted(Variant variant) {
  Timeline timeline = held_by_a(Variant::valid);
  timeline.acquire("b", 2, {12, 13, Ending::ok, 6});
  timeline.write("b", 2, {14, 15, Ending::ok, variant == Variant::unknown ? 0U : 6U});
  const Ending ending = variant == Variant::valid ? Ending::denied : Ending::ok;
  timeline.write("a", 1, {16, 17, ending, 5});
  return timeline;
}

Timeline use_after_expiry(Variant variant) {
  Timeline timeline = held_by_a(Variant::valid);
  timeline.params().fenced = false;
  const std::int64_t at = variant == Variant::valid ? 11 : 12;
  timeline.write("a", variant == Variant::unknown ? 0 : 1, {at, at + 1, Ending::ok, 5});
  return timeline;
}

Timeline stuck(Variant variant) {
  Timeline timeline = held_by_a(Variant::valid);
  timeline.params().bound_ns = 10 * unit_ns;
  timeline.params().retry_ns = 5 * unit_ns;
  timeline.mark(name::heal, 20);
  for (std::int64_t at = 26; at < 90; at += 5) {
    timeline.acquire("b", 100 + static_cast<std::uint64_t>(at), {at, at + 1, Ending::failed});
  }
  if (variant == Variant::valid) timeline.acquire("b", 2, {44, 45, Ending::ok, 6});
  timeline.mark(name::final_mark, variant == Variant::valid ? 70 : 90);
  if (variant != Variant::unknown) return timeline;
  Timeline cut = held_by_a(Variant::valid);
  cut.params() = timeline.params();
  cut.mark(name::heal, 20);
  return cut;
}

Timeline late_handover(Variant variant) {
  Timeline timeline = held_by_a(variant);
  timeline.ttl(10).params().retry_ns = 2 * unit_ns;
  timeline.params().jitter_ns = 1 * unit_ns;
  timeline.params().round_trip_ns = 2 * unit_ns;
  timeline.mark(name::crash, 3, "a");
  const std::int64_t granted = variant == Variant::valid ? 18 : 19;
  for (std::int64_t at = 4; at < granted; at += 2) {
    timeline.acquire("b", 100 + static_cast<std::uint64_t>(at), {at, at + 1, Ending::denied});
  }
  timeline.acquire("b", 2, {granted, granted + 1, Ending::ok, 6});
  return timeline;
}

const std::array<Case, 16> cases{{
    {id::double_grant, double_grant},
    {id::release_after_expiry, release_after_expiry},
    {id::renewed_after_expiry, renewed_after_expiry},
    {id::foreign_release, [](Variant v) { return foreign(v, true); }},
    {id::foreign_renew, [](Variant v) { return foreign(v, false); }},
    {id::granted_early, granted_early},
    {id::lost_early, lost_early},
    {id::refused_own, refused_own},
    {id::spurious_refusal, spurious_refusal},
    {id::granted_expired, granted_expired},
    {id::token_went_back, [](Variant v) { return second_token(v, 4); }},
    {id::token_reused, [](Variant v) { return second_token(v, 5); }},
    {id::stale_write_accepted, stale_write_accepted},
    {id::use_after_expiry, use_after_expiry},
    {id::stuck, stuck},
    {id::late_handover, late_handover},
}};

Report judged(const Timeline& timeline) {
  const History history = timeline.history();
  return check_lease_lock(history, history.header.params, Judge::black_box);
}

std::set<std::string> ids_of(const std::vector<Violation>& violations) {
  std::set<std::string> ids;
  for (const Violation& violation : violations) ids.insert(violation.id);
  return ids;
}

TEST(LeaseAnomalies, every_id_of_the_registry_has_its_case) {
  std::set<std::string_view> tested;
  for (const Case& c : cases) tested.insert(c.id);
  const CheckerInfo* const checker = find_checker(lease_lock_model);
  ASSERT_NE(checker, nullptr);
  EXPECT_EQ(tested.size(), checker->anomalies.size());
  for (const AnomalyInfo& anomaly : checker->anomalies) EXPECT_TRUE(tested.contains(anomaly.id));
}

TEST(LeaseAnomalies, a_history_without_it_is_valid) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::valid));
    EXPECT_EQ(report.verdict, Verdict::valid) << c.id;
    EXPECT_FALSE(report.has(c.id)) << c.id;
    EXPECT_EQ(ids_of(report.violations), std::set<std::string>{}) << c.id;
    EXPECT_EQ(report.unknown_reasons, std::vector<std::string>{}) << c.id;
  }
}

TEST(LeaseAnomalies, a_history_with_it_is_found_and_named_and_nothing_else_is) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::invalid));
    const bool warning = c.id == id::spurious_refusal;
    EXPECT_EQ(report.verdict, warning ? Verdict::valid : Verdict::invalid) << c.id;
    EXPECT_EQ(ids_of(warning ? report.warnings : report.violations),
              std::set<std::string>{std::string(c.id)});
    EXPECT_TRUE(report.has(c.id));
  }
}

TEST(LeaseAnomalies, a_history_that_cannot_be_judged_is_unknown) {
  for (const Case& c : cases) {
    const Report report = judged(c.make(Variant::unknown));
    EXPECT_EQ(report.verdict, Verdict::unknown) << c.id;
    EXPECT_FALSE(report.has(c.id)) << c.id;
    EXPECT_FALSE(report.unknown_reasons.empty()) << c.id;
  }
}

TEST(LeaseAnomalies, each_is_told_with_its_key_and_a_small_witness) {
  for (const Case& c : cases) {
    const Timeline timeline = c.make(Variant::invalid);
    const History history = timeline.history();
    const Report report = judged(timeline);
    const auto& all = c.id == id::spurious_refusal ? report.warnings : report.violations;
    ASSERT_FALSE(all.empty()) << c.id;
    for (const Violation& violation : all) {
      EXPECT_EQ(violation.keys, std::vector<std::string>{"k"}) << c.id;
      EXPECT_GE(violation.witness.size(), 1U) << c.id;
      EXPECT_LE(violation.witness.size(), 6U) << c.id;
      EXPECT_EQ(witness_rows(violation, history).size(), violation.witness.size()) << c.id;
      EXPECT_EQ(violation.sentence.find("  "), std::string::npos) << c.id;
    }
  }
}

/// From a simulation: the only waiter stood still with its refusal under way.
TEST(LeaseAnomalies, a_waiter_that_stood_still_makes_no_handover_late) {
  Timeline timeline = held_by_a(Variant::invalid);
  timeline.params().retry_ns = 2 * unit_ns;
  timeline.params().jitter_ns = 1 * unit_ns;
  timeline.params().round_trip_ns = 2 * unit_ns;
  timeline.mark(name::crash, 3, "a");
  timeline.acquire("b", 100, {4, 19, Ending::denied});
  timeline.acquire("b", 2, {19, 20, Ending::ok, 6});
  EXPECT_EQ(judged(timeline).verdict, Verdict::valid);
}

/// From a simulation: the store restarted, and a try of the only waiter found nobody there, so that
/// its next one came late. The gap alone says nothing: it is shorter than a retry and a round trip.
TEST(LeaseAnomalies, a_waiter_that_cannot_reach_the_store_makes_no_handover_late) {
  for (const Ending second_last : {Ending::denied, Ending::failed}) {
    Timeline timeline = held_by_a(Variant::invalid);
    timeline.ttl(10).params().retry_ns = 2 * unit_ns;
    timeline.params().jitter_ns = 1 * unit_ns;
    timeline.params().round_trip_ns = 2 * unit_ns;
    timeline.mark(name::crash, 3, "a");
    for (std::int64_t at = 4; at < 16; at += 2) {
      timeline.acquire("b", 100 + static_cast<std::uint64_t>(at), {at, at + 1, Ending::denied});
    }
    timeline.acquire("b", 150, {16, 17, second_last});
    timeline.acquire("b", 2, {19, 20, Ending::ok, 6});
    const bool reached = second_last == Ending::denied;
    EXPECT_EQ(judged(timeline).verdict, reached ? Verdict::invalid : Verdict::valid);
  }
}

TEST(LeaseHandover, is_measured_from_crash_to_grant_beside_what_the_parameters_promise) {
  Timeline timeline = late_handover(Variant::valid);  // crash at 3, granted at 19
  const auto unbounded = judged(timeline).measurements;
  ASSERT_EQ(unbounded.size(), 1U);
  EXPECT_EQ(unbounded[0].bound, Nanos(0));
  timeline.params().bound_ns = 5 * unit_ns;
  const auto measured = judged(timeline).measurements;
  ASSERT_EQ(measured.size(), 1U);
  EXPECT_EQ(measured[0].name, "handover");
  EXPECT_EQ(measured[0].samples, std::vector<Nanos>{Nanos(16 * unit_ns)});
  EXPECT_EQ(measured[0].bound, Nanos((10 + 2 + 5) * unit_ns));  // ttl, retry interval, bound
}

TEST(LeaseAnomalies, are_the_same_after_a_file) {
  for (const Case& c : cases) {
    const History history = c.make(Variant::invalid).history();
    const auto again = parse_history(write_history(history), "again");
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    const Report before = check_lease_lock(history, history.header.params, Judge::black_box);
    const Report after = check_lease_lock(*again, again->header.params, Judge::black_box);
    EXPECT_EQ(before.violations, after.violations) << c.id;
    EXPECT_EQ(before.found, after.found) << c.id;
  }
}

}  // namespace
}  // namespace lockstep::checkers
