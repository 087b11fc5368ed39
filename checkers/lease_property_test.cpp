// The checker against brute force, on small random histories.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "checkers/dice.hpp"
#include "checkers/history_file.hpp"
#include "checkers/lease_brute_force.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

/// How long grants last, in units.
struct Ttl {
  std::int64_t ttl = 5;
  std::int64_t drift_ppm = 0;
  std::int64_t eps = 0;
  [[nodiscard]] BruteForceOptions brute() const {
    const std::int64_t drift = ttl * drift_ppm / 1'000'000;
    return {unit_ns, ttl - drift - eps, ttl + drift + eps};
  }
};

Ttl draw_ttl(Dice& dice) {
  static constexpr std::array<Ttl, 5> ttls{
      {{4, 0, 0}, {6, 0, 0}, {5, 0, 1}, {5, 200'000, 0}, {6, 0, 2}}};
  return ttls[static_cast<std::size_t>(dice.roll(0, ttls.size() - 1))];
}

struct Shape {
  bool unknown_grants = false;
  bool reacquires = false;
  bool several_releases = false;
  bool concurrent = false;  ///< operations of one lease overlap
  bool exact = true;        ///< demand that nothing is missed
  bool owners = false;      ///< identities take leases one after the other
  bool refusals = false;    ///< others are refused now and then
  bool resolved = false;    ///< the oracle knows most of what clients do not
};

constexpr std::int64_t horizon = 34;  // of invocations and answers

/// Adds the operations of one lease, roughly as a client would: asks, renews, lets go.
class RandomLease {
 public:
  RandomLease(Dice& dice, Timeline& timeline, std::uint64_t lease, const Shape& shape)
      : dice_(dice), timeline_(timeline), lease_(lease), shape_(shape) {}

  /// @return when the client is through with it, more or less.
  std::int64_t add(std::int64_t from, const Ttl& ttl) {
    acquire(from);
    const std::int64_t renewals = dice_.roll(0, 2);
    for (std::int64_t i = 0; i < renewals; ++i) renew(ttl);
    const std::int64_t releases = dice_.roll(0, shape_.several_releases ? 2 : 1);
    for (std::int64_t i = 0; i < releases; ++i) release(ttl);
    if (shape_.reacquires && dice_.chance(20)) {
      wait(ttl.ttl);
      acquire(now_);
      release(ttl);
    }
    return now_;
  }

 private:
  Span span(Ending ending) {
    Span span{now_, std::min(now_ + dice_.roll(1, 3), horizon), ending};
    if (ending == Ending::ok || ending == Ending::denied) now_ = span.answered;
    if (shape_.concurrent && dice_.chance(50)) now_ = span.sent;
    return span;
  }
  Ending ending(std::int64_t ok, std::int64_t info) {
    const std::int64_t percent = dice_.roll(1, 100);
    if (percent <= ok) return Ending::ok;
    return percent <= ok + info ? Ending::info : Ending::denied;
  }
  void wait(std::int64_t most) { now_ = std::min(now_ + dice_.roll(0, most), horizon - 1); }

  void acquire(std::int64_t from) {
    now_ = std::min(from, horizon - 1);
    if (shape_.reacquires && dice_.chance(40)) {
      timeline_.acquire("c", lease_, span(Ending::info));
      wait(2);
    }
    timeline_.acquire("c", lease_, span(ending(shape_.unknown_grants ? 80 : 100, 20)));
  }
  void renew(const Ttl& ttl) {
    wait(ttl.ttl);
    if (shape_.reacquires && dice_.chance(30)) {
      timeline_.acquire("c", lease_, span(ending(60, 40)));
    } else {
      timeline_.renew("c", lease_, span(ending(60, 25)));
    }
  }
  void release(const Ttl& ttl) {
    wait(ttl.ttl);
    timeline_.release("c", lease_, span(ending(60, 20)));
  }

  Dice& dice_;
  Timeline& timeline_;
  std::uint64_t lease_;
  const Shape& shape_;
  std::int64_t now_ = 0;
};

/// Two identities.
std::uint32_t owner_of(std::uint64_t lease) { return static_cast<std::uint32_t>(lease % 2 + 1); }

Timeline draw_timeline(Dice& dice, const Ttl& ttl, const Shape& shape) {
  Timeline timeline;
  timeline.params().drift_ppm = ttl.drift_ppm;
  timeline.params().eps_ns = ttl.eps * unit_ns;
  timeline.ttl(ttl.ttl).order(dice.chance(70) ? Order::total : Order::real_time);
  const auto leases = static_cast<std::uint64_t>(dice.roll(1, 3));
  std::int64_t from = dice.roll(0, 4);
  for (std::uint64_t lease = 1; lease <= leases; ++lease) {
    if (shape.owners) timeline.owner(owner_of(lease));
    const std::int64_t over = RandomLease(dice, timeline, lease, shape).add(from, ttl);
    from = std::max<std::int64_t>(0, over + dice.roll(-2, ttl.ttl));
  }
  for (std::int64_t i = shape.refusals ? dice.roll(0, 3) : 0; i > 0; --i) {
    const std::int64_t sent = dice.roll(0, horizon - 3);
    const auto lease = static_cast<std::uint64_t>(dice.roll(1, 6));
    if (shape.owners) timeline.owner(owner_of(lease));
    timeline.acquire("c", lease, {sent, sent + dice.roll(1, 3), Ending::denied});
  }
  return timeline;
}

/// Resolves most operations without an answer, one way or the other.
void draw_resolutions(Dice& dice, History& history) {
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke || !dice.chance(80)) continue;
    const bool open = event.pair == no_event;
    if (!open && history.events[event.pair.value].type != EventType::info) continue;
    const bool happened = dice.chance(60);
    const std::int64_t at = dice.roll(0, dice.chance(80) ? 3 : horizon) * unit_ns + event.time_ns;
    history.resolutions.push_back({EventIndex{i}, happened, happened ? at : 0});
  }
}

bool is_small(const History& history) {
  std::size_t operations = 0;
  for (const Event& event : history.events) operations += event.type == EventType::invoke ? 1 : 0;
  return operations <= brute_operations_max;
}

/// Whether each owner numbers its leases in the order in which it first asks for them.
bool is_numbered_in_time(const History& history) {
  std::array<std::uint64_t, 3> highest{};  // by owner
  std::array<bool, 8> is_seen{};           // by lease
  for (const Operation& operation : operations_of(history, Judge::black_box)) {
    const std::uint64_t lease = operation.lease.value;
    if (is_seen[lease]) continue;
    is_seen[lease] = true;
    if (lease < highest[operation.owner.value]) return false;
    highest[operation.owner.value] = lease;
  }
  return true;
}

/// Whether each lease that was held for certain has a hold that is not empty.
bool has_no_empty_hold(const History& history, Judge judge) {
  Report report;
  Findings findings(report);
  const auto operations = operations_of(history, judge);
  const Context context{history, history.header.params, operations, findings};
  LockView view;
  view.key = *history.names.find("k");
  for (std::uint32_t i = 0; i < operations.size(); ++i) view.operations.push_back(i);
  build_leases(view, context);
  follow_leases(view, context);
  judge_holds(view, context);
  std::vector<bool> held(view.leases.size(), false);
  for (const Hold& hold : view.holds) held[hold.lease] = true;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const Lease& lease = view.leases[i];
    if ((lease.first != none || lease.ok_release != none) && !held[i]) return false;
  }
  return true;
}

/// Whether the client of each lease waited for an answer, or gave up on it, before it went on.
/// (Equal times of a real-time order count as concurrent.)
bool is_sequential(const History& history, Judge judge) {
  const auto operations = operations_of(history, judge);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    for (std::size_t j = i + 1; j < operations.size(); ++j) {
      const bool same = operations[i].lease == operations[j].lease;
      const bool open = operations[i].outcome == Outcome::unknown;
      if (same && !open && operations[j].invoked <= operations[i].answered) return false;
    }
  }
  return true;
}

/// What rules 1, 2 and 6 say; others are not what brute force knows.
bool is_invalid_by_placement(const Report& report) {
  return report.has(id::double_grant) || report.has(id::release_after_expiry) ||
         report.has(id::renewed_after_expiry) || report.has(id::foreign_release) ||
         report.has(id::foreign_renew) || report.has(id::granted_early) ||
         report.has(id::lost_early);
}

std::string ids_of(const Report& report) {
  std::string ids;
  for (const auto& [id, count] : report.found) ids += id + " ";
  return ids;
}

struct Tally {
  std::uint64_t explainable = 0;
  std::uint64_t not_explainable = 0;
  std::uint64_t exact = 0;     ///< compared in both directions
  std::uint64_t refusals = 0;  ///< found wrong, and could not be explained
  std::uint64_t only_oracle = 0;
};

void compare(const History& history, const BruteForceOptions& brute, const Shape& shape,
             Judge judge, Tally& tally) {
  const Report report = check_lease_lock(history, history.header.params, judge);
  const bool explainable = is_explainable(history, brute);
  const bool invalid = is_invalid_by_placement(report);
  const bool exact =
      shape.exact && is_sequential(history, judge) && has_no_empty_hold(history, judge);
  (explainable ? tally.explainable : tally.not_explainable) += 1;
  tally.exact += exact ? 1U : 0U;
  ASSERT_FALSE(explainable && invalid) << "false alarm: " << ids_of(report);
  ASSERT_FALSE(!explainable && !invalid && exact) << "missed";
  if (!report.has(id::refused_own) && !report.has(id::spurious_refusal)) return;
  BruteForceOptions with_refusals = brute;
  with_refusals.refusals_matter = true;
  ASSERT_FALSE(is_explainable(history, with_refusals)) << "false alarm: " << ids_of(report);
  tally.refusals += 1;
}

/// The oracle is as exact as the black box; and what clients can prove, it finds too.
void compare_judges(const History& history, BruteForceOptions brute, const Shape& shape,
                    Tally& tally) {
  brute.use_resolutions = true;
  compare(history, brute, shape, Judge::oracle, tally);
  const Result<Judgement> both = judge_both(history);
  ASSERT_TRUE(both.has_value());
  ASSERT_EQ(both->disagreement, "");
  if (both->black_box.verdict == Verdict::valid && both->oracle.verdict == Verdict::invalid) {
    ++tally.only_oracle;
  }
}

/// Never a false alarm; and where every granted lease was certainly held, and its client did one
/// thing at a time, no miss either.
void compare(const Shape& shape, std::uint64_t first_seed, std::uint64_t seeds, Tally& tally) {
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    Dice dice(seed);
    const Ttl ttl = draw_ttl(dice);
    History history = draw_timeline(dice, ttl, shape).history();
    if (shape.resolved) draw_resolutions(dice, history);
    if (!is_small(history) || (shape.owners && !is_numbered_in_time(history))) continue;
    compare(history, ttl.brute(), shape, Judge::black_box, tally);
    if (shape.resolved) compare_judges(history, ttl.brute(), shape, tally);
    ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "seed " << seed << "\n"
                                                     << write_history(history);
  }
}

void expect_both_kinds(const Tally& tally, const Shape& shape, std::uint64_t seeds) {
  EXPECT_GT(tally.explainable, seeds / 20);
  EXPECT_GT(tally.not_explainable, seeds / 20);
  if (shape.exact) {
    EXPECT_GT(tally.exact, seeds / 4);
  }
  if (shape.refusals) {
    EXPECT_GT(tally.refusals, seeds / 100);
  }
  if (shape.resolved) {
    EXPECT_GT(tally.only_oracle, seeds / 100);
  }
  ::testing::Test::RecordProperty("explainable", static_cast<int>(tally.explainable));
  ::testing::Test::RecordProperty("not_explainable", static_cast<int>(tally.not_explainable));
  ::testing::Test::RecordProperty("exact", static_cast<int>(tally.exact));
}

void run(const Shape& shape, std::uint64_t first_seed, std::uint64_t full) {
  const std::uint64_t seeds = test_seeds(full);
  Tally tally;
  compare(shape, first_seed, seeds, tally);
  if (!::testing::Test::HasFatalFailure()) expect_both_kinds(tally, shape, seeds);
}

TEST(LeaseProperty, agrees_with_brute_force_on_granted_leases) { run({}, 0, 200'000); }

TEST(LeaseProperty, agrees_with_brute_force_where_grants_are_unknown_and_releases_repeat) {
  run({.unknown_grants = true, .several_releases = true}, 1'000'000, 100'000);
}

TEST(LeaseProperty, raises_no_false_alarm_where_leases_are_asked_for_again) {
  run({.unknown_grants = true, .reacquires = true, .exact = false}, 2'000'000, 100'000);
}

TEST(LeaseProperty, raises_no_false_alarm_where_operations_of_a_lease_overlap) {
  run({.unknown_grants = true, .several_releases = true, .concurrent = true, .exact = false},
      3'000'000, 100'000);
}

TEST(LeaseProperty, raises_no_false_alarm_in_any_tangle) {
  run({.unknown_grants = true,
       .reacquires = true,
       .several_releases = true,
       .concurrent = true,
       .exact = false,
       .owners = true,
       .refusals = true},
      4'000'000, 100'000);
}

TEST(LeaseProperty, raises_no_false_alarm_where_owners_replace_their_leases) {
  run({.unknown_grants = true, .exact = false, .owners = true}, 5'000'000, 100'000);
}

TEST(LeaseProperty, finds_only_refusals_that_nobody_explains) {
  run({.exact = false, .refusals = true}, 6'000'000, 100'000);
}

TEST(LeaseProperty, finds_only_refusals_of_owners_that_nobody_else_explains) {
  run({.unknown_grants = true, .exact = false, .owners = true, .refusals = true}, 7'000'000,
      100'000);
}

TEST(LeaseProperty, agrees_with_brute_force_where_the_oracle_knows) {
  run({.unknown_grants = true, .resolved = true}, 8'000'000, 100'000);
}

TEST(LeaseProperty, oracle_raises_no_false_alarm_in_any_tangle) {
  run({.unknown_grants = true,
       .reacquires = true,
       .several_releases = true,
       .concurrent = true,
       .exact = false,
       .owners = true,
       .refusals = true,
       .resolved = true},
      9'000'000, 100'000);
}

}  // namespace
}  // namespace lockstep::checkers
