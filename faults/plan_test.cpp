#include "faults/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace lockstep::faults {
namespace {

FaultEntry entry_of(Kind kind, DurationRange every, DurationRange lasts = {}) {
  FaultEntry entry = default_entry(kind);
  entry.every = every;
  entry.lasts = lasts;
  return entry;
}

std::vector<FaultEntry> sample() {
  return {entry_of(Kind::pause, {seconds(5), seconds(15)}, {seconds(1), seconds(8)}),
          entry_of(Kind::reset, {seconds(1), seconds(2)}),
          entry_of(Kind::partition, {seconds(3), seconds(9)}, {seconds(1), seconds(2)})};
}

constexpr PlanLimits minute{.until = seconds(60)};

std::vector<PlannedFault> of_entry(std::vector<PlannedFault> faults, std::uint32_t entry) {
  std::erase_if(faults, [entry](const PlannedFault& f) { return f.entry != entry; });
  for (PlannedFault& fault : faults) fault.id = {};
  return faults;
}

TEST(FaultPlan, is_a_function_of_seed_and_entries_alone) {
  EXPECT_EQ(plan_faults(Seed{7}, sample(), minute), plan_faults(Seed{7}, sample(), minute));
  EXPECT_NE(plan_faults(Seed{7}, sample(), minute), plan_faults(Seed{8}, sample(), minute));
}

TEST(FaultPlan, is_a_golden_value_on_every_compiler) {
  const auto faults = plan_faults(Seed{1}, sample(), minute);
  ASSERT_FALSE(faults.empty());
  std::int64_t sum = 0;
  for (const PlannedFault& f : faults) sum += f.at.count() / 1000 + f.lasts.count() % 1009 + f.pick;
  EXPECT_EQ(faults.size(), 54U);
  EXPECT_EQ(sum, 122'050'199'503);
}

TEST(FaultPlan, times_and_durations_lie_in_their_ranges_for_many_seeds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::map<std::uint32_t, Nanos> last;
    const auto faults = plan_faults(Seed{seed}, sample(), minute);
    EXPECT_TRUE(std::ranges::is_sorted(faults, {}, &PlannedFault::at));
    for (const PlannedFault& fault : faults) {
      const FaultEntry entry = sample().at(fault.entry);
      const Nanos gap = fault.at - last[fault.entry];
      last[fault.entry] = fault.at;
      EXPECT_GE(gap, entry.every->low);
      EXPECT_LE(gap, entry.every->high);
      EXPECT_LT(fault.at, minute.until);
      EXPECT_GE(fault.lasts, entry.lasts.low);
      EXPECT_LE(fault.lasts, entry.lasts.high);
      EXPECT_EQ(why_invalid(fault), "");
    }
    EXPECT_LE(faults.size(), firings_max(sample(), minute));
  }
}

TEST(FaultPlan, changing_one_entry_changes_no_draw_of_the_others) {
  std::vector<FaultEntry> changed = sample();
  changed[1].every = DurationRange{milliseconds(100), milliseconds(900)};
  changed[1].kind = Kind::crash;
  changed[1].lasts = {seconds(1), seconds(1)};
  const auto before = plan_faults(Seed{3}, sample(), minute);
  const auto after = plan_faults(Seed{3}, changed, minute);
  EXPECT_EQ(of_entry(before, 0), of_entry(after, 0));
  EXPECT_EQ(of_entry(before, 2), of_entry(after, 2));
  EXPECT_NE(of_entry(before, 1), of_entry(after, 1));
}

TEST(FaultPlan, changing_one_field_changes_no_draw_of_another) {
  std::vector<FaultEntry> changed = sample();
  changed[0].lasts = {seconds(2), seconds(3)};
  const auto before = of_entry(plan_faults(Seed{3}, sample(), minute), 0);
  const auto after = of_entry(plan_faults(Seed{3}, changed, minute), 0);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].at, after[i].at);
    EXPECT_EQ(before[i].pick, after[i].pick);
  }
}

TEST(FaultPlan, an_entry_with_at_fires_once) {
  FaultEntry entry = default_entry(Kind::failover);
  entry.once = DurationRange{seconds(10), seconds(20)};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto faults = plan_faults(Seed{seed}, {entry}, {.until = seconds(60), .swarm = false});
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_GE(faults[0].at, seconds(10));
    EXPECT_LE(faults[0].at, seconds(20));
  }
  EXPECT_TRUE(plan_faults(Seed{1}, {entry}, {.until = seconds(5)}).empty());
}

TEST(FaultPlan, only_listed_choices_are_drawn_and_all_of_them_are) {
  FaultEntry entry = entry_of(Kind::partition, {seconds(1), seconds(1)}, {seconds(1), seconds(1)});
  entry.parameters[0].choices = {static_cast<std::int64_t>(Shape::ring),
                                 static_cast<std::int64_t>(Shape::one_way)};
  std::map<std::int64_t, int> seen;
  for (const PlannedFault& f : plan_faults(Seed{1}, {entry}, minute)) ++seen[f.parameters[0]];
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_GT(seen[static_cast<std::int64_t>(Shape::ring)], 10);
  EXPECT_GT(seen[static_cast<std::int64_t>(Shape::one_way)], 10);
}

TEST(FaultPlan, swarm_switches_entries_on_in_about_half_of_the_seeds_at_different_rates) {
  const std::vector<FaultEntry> entries{entry_of(Kind::reset, {seconds(4), seconds(4)})};
  int on = 0;
  std::map<std::size_t, int> counts;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto faults = plan_faults(Seed{seed}, entries, {.until = seconds(60), .swarm = true});
    on += faults.empty() ? 0 : 1;
    ++counts[faults.size()];
    EXPECT_LE(faults.size(), firings_max(entries, {.until = seconds(60), .swarm = true}));
  }
  EXPECT_GT(on, 430);
  EXPECT_LT(on, 570);
  EXPECT_TRUE(counts.contains(59));  // every 1 s: rate 4
  EXPECT_TRUE(counts.contains(3));   // every 16 s: rate 1/4
  EXPECT_GT(counts.size(), 10U);
}

TEST(FaultPlan, damaged_faults_are_named) {
  const auto fault = plan_faults(Seed{1}, {sample()[0]}, minute).at(0);
  const auto why = [&fault](auto change) {
    PlannedFault damaged = fault;
    change(damaged);
    return why_invalid(damaged);
  };
  EXPECT_EQ(why([](PlannedFault&) {}), "");
  EXPECT_EQ(why([](PlannedFault& f) { f.id.value = 10'000; }), "id is not below 10000");
  EXPECT_EQ(why([](PlannedFault& f) { f.entry = 200; }), "entry is not below 200");
  EXPECT_EQ(why([](PlannedFault& f) { f.at = Nanos(-1); }), "at is negative");
  EXPECT_EQ(why([](PlannedFault& f) { f.lasts = Nanos(-1); }), "for is negative");
  EXPECT_EQ(why([](PlannedFault& f) { f.target = "x"; }), "pause cannot target 'x'");
  EXPECT_EQ(why([](PlannedFault& f) { f.peer = "x"; }), "'x' is no peer");
  EXPECT_EQ(why([](PlannedFault& f) { f.parameters = {1}; }), "pause has 0 parameters, not 1");
  EXPECT_EQ(why([](PlannedFault& f) {
              f.kind = Kind::reset;
              f.lasts = seconds(1);
            }),
            "reset does not last");
  EXPECT_EQ(why([](PlannedFault& f) {
              f.kind = Kind::clock_drift;
              f.parameters = {600'000};
            }),
            "ppm 600000 is not in -500000..500000 ppm");
}

}  // namespace
}  // namespace lockstep::faults
