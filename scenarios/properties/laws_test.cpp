// Laws of runs, on scenarios of every workload with whatever faults the registry has; and each law
// seen to notice a runner that breaks it.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "checkers/online.hpp"
#include "scenarios/campaign/scripted_runner.hpp"
#include "scenarios/format/scenario_check.hpp"
#include "scenarios/properties/property_tests.hpp"

namespace lockstep::properties {
namespace {

using scenarios::Plan;
using scenarios::RunOptions;
using scenarios::RunResult;

/// The law of this sentence, on anything; a test has the name of its law.
Property law(Law tried) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  return {test->name(), anything(), std::move(tried), {}};
}

/// Runs nothing.
Result<RunResult> no_runner(const Plan&, const RunOptions&) {
  return fail(definite(Errc::invalid_argument, "not to be called"));
}

TEST(Scenarios, a_generated_scenario_and_its_plan_read_back_equal) {
  expect_kept(law(reads_back_equal), 1000, no_runner);
}

TEST(Scenarios, generated_ones_have_every_kind_of_workload_and_of_fault) {
  std::set<scenarios::WorkloadKind> workloads;
  std::set<faults::Kind> kinds;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Case drawn = generate("anything", anything(), Seed{seed}, "reference");
    workloads.insert(drawn.scenario.workload.kind);
    for (const faults::FaultEntry& entry : drawn.scenario.faults) kinds.insert(entry.kind);
  }
  EXPECT_EQ(workloads.size(), 6U);
  EXPECT_EQ(kinds.size(), faults::kind_count);
}

TEST(Scenarios, a_case_is_a_function_of_its_seed) {
  const Case first = generate("anything", anything(), Seed{7}, "reference");
  const Case again = generate("anything", anything(), Seed{7}, "reference");
  const Case other = generate("anything", anything(), Seed{8}, "reference");
  EXPECT_EQ(first.scenario, again.scenario);
  EXPECT_EQ(first.plan, again.plan);
  EXPECT_NE(first.scenario, other.scenario);
}

TEST(Runs, every_plan_runs_the_same_way_twice) { expect_kept(law(runs_the_same_way_twice), 150); }

TEST(Runs, every_plan_comes_to_its_end_whatever_fails) { expect_kept(law(comes_to_its_end), 300); }

TEST(Runs, what_the_clients_view_calls_wrong_is_wrong_for_who_knows_more) {
  expect_kept(law(judges_agree), 300);
}

TEST(Runs, a_plan_without_one_fault_still_runs_and_goes_the_same_way_until_it) {
  expect_kept(law(runs_without_a_fault), 150);
}

TEST(Runs, a_plan_without_one_operation_still_runs) {
  expect_kept(law(runs_without_an_operation), 150);
}

TEST(Runs, what_is_wrong_in_a_beginning_is_wrong_in_the_whole) {
  expect_kept(law(beginnings_agree), 200);
}

TEST(Runs, every_run_that_stops_early_is_the_beginning_of_the_whole_run) {
  expect_kept(law(stops_on_the_way), 200);
}

/// Hours of one lock, of whose history the checker forgets what it no longer needs.
scenarios::Scenario hours_of_a_lock() {
  scenarios::Scenario scenario;
  scenario.name = "hours";
  scenario.about = "A day's work.";
  scenario.workload.clients = 4;
  scenario.workload.keys = 2;
  scenario.workload.hold = {milliseconds(200), seconds(3)};
  scenario.workload.think = {milliseconds(100), seconds(2)};
  scenario.workload.guarded = scenarios::Guarded::fenced;
  scenario.lock.ttl = seconds(3);
  scenario.duration = std::chrono::hours(6);
  for (const faults::Kind kind :
       {faults::Kind::pause, faults::Kind::crash, faults::Kind::reset, faults::Kind::blackhole}) {
    faults::FaultEntry entry = faults::default_entry(kind);
    entry.every = DurationRange{seconds(30), seconds(90)};
    if (kind != faults::Kind::reset) entry.lasts = {milliseconds(100), seconds(6)};
    scenario.faults.push_back(std::move(entry));
  }
  return scenario;
}

TEST(Runs, six_hours_of_a_lock_are_judged_in_the_memory_of_minutes) {
  const Plan plan = scenarios::expand(hours_of_a_lock(), Seed{1});
  const auto run = scenarios::run_plan(plan, {});
  ASSERT_TRUE(run) << to_text(run.error());
  EXPECT_EQ(run->end, scenarios::RunEnd::completed);
  EXPECT_EQ(run->judgement.black_box.verdict, checkers::Verdict::valid);
  const std::uint64_t recorded = run->forgotten + run->history.events.size();
  EXPECT_GT(recorded, 300'000U);
  const checkers::OnlineOptions limits;
  EXPECT_LE(run->history_max, 2 * limits.forget_from);
  std::cout << "  " << recorded << " events recorded, at most " << run->history_max << " at once, "
            << run->history.events.size() << " at the end" << std::endl;
  const checkers::Exercised& exercised = run->judgement.black_box.exercised;
  EXPECT_GT(exercised.of(checkers::Property::grant), 10'000U);
  EXPECT_GT(exercised.of(checkers::Property::handover), 10U);
}

TEST(LawsThatFail, two_ways_of_one_plan_are_noticed) {
  expect_broken(law(runs_the_same_way_twice), "zoo/flipping", "", 3, campaign::scripted_run);
}

TEST(LawsThatFail, a_run_without_an_end_is_noticed) {
  expect_broken(law(comes_to_its_end), "zoo/stuck", "", 10, campaign::scripted_run);
}

TEST(LawsThatFail, judges_who_disagree_are_noticed) {
  expect_broken(law(judges_agree), "zoo/disagreeing", "", 3, campaign::scripted_run);
}

/// As a world whose draws are not keyed by what they are for: all of them change with the number of
/// faults or operations.
Result<RunResult> run_of_its_length(const Plan& plan, const RunOptions& options) {
  Plan other = plan;
  other.config.seed.value += plan.faults.size();
  return scenarios::run_plan(other, options);
}

TEST(LawsThatFail, a_fault_that_changes_what_was_before_it_is_noticed) {
  expect_broken(law(runs_without_a_fault), "reference", "", 20, run_of_its_length);
}

/// Refuses plans whose clients have gaps in their numbers.
Result<RunResult> run_of_whole_lists(const Plan& plan, const RunOptions& options) {
  const scenarios::Operation* before = nullptr;
  for (const scenarios::Operation& operation : plan.operations) {
    const bool same_client = before != nullptr && before->client == operation.client;
    if (same_client && before->n + 1 != operation.n) {
      return fail(definite(Errc::invalid_argument, "a gap"));
    }
    before = &operation;
  }
  return campaign::scripted_run(plan, options);
}

TEST(LawsThatFail, a_plan_that_cannot_do_without_an_operation_is_noticed) {
  expect_broken(law(runs_without_an_operation), "reference", "", 20, run_of_whole_lists);
}

TEST(LawsThatFail, a_field_that_is_not_written_is_noticed) {
  // The expectation of a valid run has no `within_seeds` in a file.
  const Law forgotten = [](const Case& tried, const scenarios::Runner& runner) {
    Case changed = tried;
    changed.scenario.expect.within_seeds = 5;
    return reads_back_equal(changed, runner);
  };
  expect_broken(law(forgotten), "reference", "", 1, no_runner);
}

}  // namespace
}  // namespace lockstep::properties
