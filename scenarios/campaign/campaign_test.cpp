#include "scenarios/campaign/campaign.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "reports/json.hpp"
#include "scenarios/campaign/scripted_runner.hpp"
#include "scenarios/format/failure.hpp"

namespace lockstep::campaign {
namespace {

namespace fs = std::filesystem;
using reports::Standing;
using scenarios::LoadedScenario;

class Campaign : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    out_ = fs::path(testing::TempDir()) / (std::string("campaign_") + test->name());
    fs::remove_all(out_);
    options_.out = out_.string();
    options_.seeds = {50, Seed{0}};
    // time that passes by itself, a millisecond with each look
    options_.now = [this] { return milliseconds(++looks_); };
  }
  void TearDown() override { fs::remove_all(out_); }

  CampaignEnd run(std::vector<LoadedScenario> scenarios) {
    return run_campaign(scenarios, &scripted_run, options_);
  }
  CampaignEnd run(LoadedScenario scenario) {
    return run(std::vector<LoadedScenario>{std::move(scenario)});
  }

  [[nodiscard]] std::size_t folders(const std::string& scenario) const {
    std::error_code error;
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(out_ / scenario, error)) {
      count += fs::exists(entry.path() / "failure.json") ? 1 : 0;
    }
    return count;
  }

  fs::path out_;
  std::atomic<std::int64_t> looks_{0};
  CampaignOptions options_;
};

std::vector<std::uint64_t> seeds_of(const reports::ScenarioResult& scenario) {
  std::vector<std::uint64_t> seeds;
  for (const reports::SeedResult& seed : scenario.seed_results) seeds.push_back(seed.seed.value);
  return seeds;
}

/// The report without what depends on the machine.
std::string timeless(reports::Results results) {
  results.elapsed = Nanos(0);
  results.jobs = 1;
  for (reports::ScenarioResult& scenario : results.scenarios) scenario.busy = Nanos(0);
  return reports::to_json(results);
}

TEST_F(Campaign, clean_seeds_exit_0_and_leave_nothing_behind) {
  const CampaignEnd end = run(load_scripted("good", "reference"));
  EXPECT_EQ(end.results.exit_code, 0);
  ASSERT_EQ(end.results.scenarios.size(), 1U);
  const reports::ScenarioResult& good = end.results.scenarios[0];
  EXPECT_EQ(good.standing, Standing::as_expected);
  EXPECT_EQ(good.verdict, checkers::Verdict::valid);
  EXPECT_EQ(good.seeds, 50U);
  EXPECT_EQ(good.events, 50U * 20U);
  EXPECT_EQ(seeds_of(good).size(), 50U);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(Campaign, an_expected_weakness_that_is_found_exits_0_and_is_kept) {
  const CampaignEnd end = run(load_scripted("known", "zoo/broken", expects_double_grant));
  EXPECT_EQ(end.results.exit_code, 0);
  const reports::ScenarioResult& known = end.results.scenarios[0];
  EXPECT_EQ(known.verdict, checkers::Verdict::invalid);
  ASSERT_EQ(known.anomalies.size(), 1U);
  EXPECT_EQ(known.anomalies[0].seeds, 5U);
  EXPECT_EQ(known.anomalies[0].first, Seed{3});
  EXPECT_EQ(known.failures_found, 5U);
  ASSERT_EQ(known.failures.size(), 5U);
  EXPECT_EQ(known.failures[0].file, (out_ / "known/3/failure.json").string());
  EXPECT_TRUE(known.failures[0].as_expected);
}

TEST_F(Campaign, a_violation_nobody_expected_exits_1_and_names_its_witness) {
  const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
  EXPECT_EQ(end.results.exit_code, 1);
  const reports::ScenarioResult& bad = end.results.scenarios[0];
  EXPECT_EQ(bad.standing, Standing::failed);
  ASSERT_FALSE(bad.failures.empty());
  ASSERT_EQ(bad.failures[0].violations.size(), 1U);
  EXPECT_EQ(bad.failures[0].violations[0].witness.size(), 2U);
}

TEST_F(Campaign, a_kept_folder_stands_alone) {
  const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
  const fs::path folder = out_ / "bad/3";
  const auto failure = scenarios::load_failure((folder / "failure.json").string());
  ASSERT_TRUE(failure.has_value()) << to_text(failure.error());
  EXPECT_EQ(failure->scenario, "bad");
  EXPECT_EQ(failure->plan.config.seed, Seed{3});
  EXPECT_EQ(failure->verdict, "invalid");
  EXPECT_EQ(failure->anomalies, std::vector<std::string>{"lock/double-grant"});
  EXPECT_EQ(failure->path.size(), 20U);
  EXPECT_EQ(failure->trace_hash, end.results.scenarios[0].seed_results[3].trace_hash);
  EXPECT_TRUE(fs::exists(folder / "history.jsonl"));
  std::ifstream trace(folder / "trace.jsonl");
  std::string line;
  std::size_t lines = 0;
  while (std::getline(trace, line)) ++lines;
  EXPECT_EQ(lines, 20U);
}

TEST_F(Campaign, at_most_ten_failures_are_kept_whatever_the_number_of_threads) {
  options_.seeds = {300, Seed{0}};
  for (const std::uint32_t jobs : {1U, 4U}) {
    fs::remove_all(out_);
    options_.jobs = jobs;
    const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
    const reports::ScenarioResult& bad = end.results.scenarios[0];
    EXPECT_EQ(bad.failures_found, 30U);
    ASSERT_EQ(bad.failures.size(), 10U) << jobs;
    EXPECT_EQ(bad.failures[9].seed, Seed{93});
    EXPECT_EQ(folders("bad"), 10U);
  }
}

TEST_F(Campaign, all_failures_are_kept_on_demand) {
  options_.seeds = {300, Seed{0}};
  options_.keep_all = true;
  const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
  EXPECT_EQ(end.results.scenarios[0].failures.size(), 30U);
  EXPECT_EQ(folders("bad"), 30U);
}

TEST_F(Campaign, foreseen_failures_leave_room_for_surprises) {
  options_.seeds = {300, Seed{0}};
  const CampaignEnd end = run(load_scripted("known", "zoo/surprising", expects_double_grant));
  const reports::ScenarioResult& known = end.results.scenarios[0];
  EXPECT_EQ(end.results.exit_code, 1);
  ASSERT_EQ(known.failures.size(), 6U);
  EXPECT_EQ(known.failures[4].seed, Seed{43});
  EXPECT_EQ(known.failures[5].seed, Seed{207});
  EXPECT_FALSE(known.failures[5].as_expected);
}

TEST_F(Campaign, threads_change_no_verdict_no_hash_and_no_order) {
  options_.seeds = {400, Seed{0}};
  const std::vector<LoadedScenario> scenarios = {
      load_scripted("good", "reference"),
      load_scripted("known", "zoo/surprising", expects_double_grant),
      load_scripted("undecided", "zoo/undecided")};
  options_.jobs = 1;
  const std::string alone = timeless(run(scenarios).results);
  options_.jobs = 4;
  EXPECT_EQ(timeless(run(scenarios).results), alone);
}

TEST_F(Campaign, a_shard_runs_its_part_in_order) {
  options_.seeds = {10, Seed{100}};
  options_.shard = {2, 4};
  const CampaignEnd end = run(load_scripted("good", "reference"));
  EXPECT_EQ(seeds_of(end.results.scenarios[0]), (std::vector<std::uint64_t>{101, 105, 109}));
}

TEST_F(Campaign, fail_fast_ends_with_the_first_failing_seed_whatever_the_number_of_threads) {
  options_.fail_fast = true;
  for (const std::uint32_t jobs : {1U, 4U}) {
    options_.jobs = jobs;
    const CampaignEnd end =
        run({load_scripted("bad", "zoo/broken"), load_scripted("never", "reference")});
    EXPECT_EQ(end.results.exit_code, 1);
    EXPECT_EQ(seeds_of(end.results.scenarios[0]), (std::vector<std::uint64_t>{0, 1, 2, 3}));
    EXPECT_EQ(end.results.scenarios[1].seeds, 0U);
  }
}

TEST_F(Campaign, an_expected_anomaly_does_not_end_a_fail_fast_campaign) {
  options_.fail_fast = true;
  const CampaignEnd end = run(load_scripted("known", "zoo/broken", expects_double_grant));
  EXPECT_EQ(end.results.exit_code, 0);
  EXPECT_EQ(end.results.scenarios[0].seeds, 50U);
}

TEST_F(Campaign, with_a_time_scenarios_take_turns_until_it_is_over) {
  options_.run_for = seconds(1);
  const CampaignEnd end = run({load_scripted("a", "reference"), load_scripted("b", "reference")});
  const std::uint64_t of_a = end.results.scenarios[0].seeds;
  const std::uint64_t of_b = end.results.scenarios[1].seeds;
  EXPECT_GT(of_b, 10U);
  EXPECT_LE(of_a - of_b, 1U);
  EXPECT_EQ(seeds_of(end.results.scenarios[1])[5], 5U);
  EXPECT_GE(end.results.elapsed, seconds(1));
}

TEST_F(Campaign, an_interrupted_campaign_keeps_what_it_has_and_exits_130) {
  std::atomic<bool> interrupted{false};
  options_.interrupted = &interrupted;
  options_.progress = [&](const Progress& progress) { interrupted = progress.seeds_done >= 7; };
  const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
  EXPECT_EQ(end.results.exit_code, 130);
  EXPECT_TRUE(end.results.interrupted);
  EXPECT_EQ(end.results.scenarios[0].seeds, 7U);
  EXPECT_EQ(folders("bad"), 1U);
}

TEST_F(Campaign, progress_knows_how_much_there_is) {
  std::vector<std::uint64_t> done;
  options_.jobs = 4;
  options_.progress = [&](const Progress& progress) {
    done.push_back(progress.seeds_done);
    EXPECT_EQ(progress.seeds_all, 100U);
  };
  static_cast<void>(run({load_scripted("a", "reference"), load_scripted("b", "reference")}));
  ASSERT_EQ(done.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_EQ(done.back(), 100U);
}

TEST_F(Campaign, running_twice_names_the_event_that_differs_with_both_sides) {
  options_.check_determinism = true;
  options_.seeds = {4, Seed{0}};
  const CampaignEnd end = run(load_scripted("flips", "zoo/flipping"));
  EXPECT_EQ(end.results.exit_code, 3);
  const reports::ScenarioResult& flips = end.results.scenarios[0];
  EXPECT_EQ(flips.standing, Standing::diverged);
  ASSERT_EQ(flips.divergences.size(), 4U);
  EXPECT_EQ(flips.divergences[0].event, 7U);
  EXPECT_NE(flips.divergences[0].first, flips.divergences[0].second);
  EXPECT_TRUE(flips.divergences[0].first.starts_with("timer on node 1 at 700ms"));
}

TEST_F(Campaign, what_repeats_passes_the_check_for_determinism) {
  options_.check_determinism = true;
  const CampaignEnd end = run(load_scripted("known", "zoo/broken", expects_double_grant));
  EXPECT_EQ(end.results.exit_code, 0);
  EXPECT_EQ(folders("known"), 5U);
}

TEST_F(Campaign, a_required_property_that_no_seed_showed_makes_it_unknown) {
  options_.seeds = {1, Seed{1}};
  const CampaignEnd odd =
      run(load_scripted("odd", "reference", R"({"verdict": "valid"})", R"(["grant", "takeover"])"));
  EXPECT_EQ(odd.results.exit_code, 2);
  EXPECT_EQ(odd.results.scenarios[0].verdict, checkers::Verdict::unknown);
  options_.seeds = {2, Seed{1}};
  const CampaignEnd both =
      run(load_scripted("odd", "reference", R"({"verdict": "valid"})", R"(["grant", "takeover"])"));
  EXPECT_EQ(both.results.exit_code, 0);
}

TEST_F(Campaign, a_single_seed_says_what_it_did_not_exercise_and_passes) {
  options_.seeds = {1, Seed{1}};
  options_.single_seed = true;
  const CampaignEnd end =
      run(load_scripted("odd", "reference", R"({"verdict": "valid"})", R"(["grant", "takeover"])"));
  EXPECT_EQ(end.results.exit_code, 0);
  EXPECT_EQ(end.results.scenarios[0].seed_results[0].not_exercised,
            std::vector<std::string>{"takeover"});
}

TEST_F(Campaign, seeds_that_cannot_be_judged_exit_2) {
  const CampaignEnd end = run(load_scripted("undecided", "zoo/undecided"));
  EXPECT_EQ(end.results.exit_code, 2);
  EXPECT_EQ(end.results.scenarios[0].seeds_unknown, 10U);
  EXPECT_EQ(end.results.scenarios[0].seed_results[5].reason, "the run was not drained");
}

TEST_F(Campaign, judges_that_disagree_fail_even_an_expected_anomaly) {
  const CampaignEnd end = run(load_scripted("split", "zoo/disagreeing", expects_double_grant));
  EXPECT_EQ(end.results.exit_code, 1);
  EXPECT_EQ(end.results.scenarios[0].anomalies[0].id, "checker/disagreement");
}

TEST_F(Campaign, what_the_world_finds_is_a_violation) {
  const CampaignEnd end = run(load_scripted("stuck", "zoo/stuck"));
  EXPECT_EQ(end.results.exit_code, 1);
  EXPECT_EQ(end.results.scenarios[0].anomalies[0].id, "sim/deadlock");
  EXPECT_EQ(folders("stuck"), 1U);
}

TEST_F(Campaign, a_fault_that_never_touched_anything_fails_the_campaign) {
  const CampaignEnd end = run(load_scripted("idle", "zoo/idle_fault"));
  EXPECT_EQ(end.results.exit_code, 1);
  EXPECT_EQ(end.results.problems,
            std::vector<std::string>{"fault pause fired 100 times and was never effective"});
}

TEST_F(Campaign, a_fault_is_judged_over_all_scenarios_and_never_by_one_seed) {
  const CampaignEnd both =
      run({load_scripted("idle", "zoo/idle_fault"), load_scripted("good", "reference")});
  EXPECT_EQ(both.results.exit_code, 0);
  options_.seeds = {1, Seed{0}};
  options_.single_seed = true;
  EXPECT_EQ(run(load_scripted("idle", "zoo/idle_fault")).results.exit_code, 0);
}

TEST_F(Campaign, a_plan_that_is_refused_exits_65_and_names_the_file) {
  const CampaignEnd end = run(load_scripted("odd", "zoo/nobody_knows"));
  EXPECT_EQ(end.results.exit_code, 65);
  ASSERT_TRUE(end.refused);
  EXPECT_EQ(end.refused->file, "odd.json");
}

TEST_F(Campaign, an_exception_is_an_internal_error_with_scenario_and_seed) {
  const CampaignEnd end = run(load_scripted("throws", "zoo/throwing"));
  EXPECT_EQ(end.results.exit_code, 70);
  EXPECT_EQ(end.internal_error, "scenario throws, seed 2: out of scripts, in event 5; see " +
                                    (out_ / "throws/2/failure.json").string());
  EXPECT_EQ(folders("throws"), 1U);
  EXPECT_EQ(end.results.scenarios[0].seeds, 2U);
}

TEST_F(Campaign, a_folder_that_cannot_be_written_exits_74) {
  std::ofstream(out_.string()) << "a file where the folder should be";
  const CampaignEnd end = run(load_scripted("bad", "zoo/broken"));
  EXPECT_EQ(end.results.exit_code, 74);
  ASSERT_TRUE(end.cannot_write);
  EXPECT_NE(end.cannot_write->detail.find(out_.string()), std::string::npos);
}

TEST_F(Campaign, measurements_become_a_distribution) {
  const CampaignEnd end = run(load_scripted("good", "reference"));
  const auto& distributions = end.results.scenarios[0].distributions;
  ASSERT_EQ(distributions.size(), 1U);
  EXPECT_EQ(distributions[0].name, "handover");
  EXPECT_EQ(distributions[0].count, 50U);
  EXPECT_EQ(distributions[0].least, Nanos(0));
  EXPECT_EQ(distributions[0].most, milliseconds(49));
  EXPECT_EQ(distributions[0].bound, seconds(1));
}

}  // namespace
}  // namespace lockstep::campaign
