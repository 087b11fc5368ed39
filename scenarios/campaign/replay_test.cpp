#include "scenarios/campaign/replay.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/run_slot.hpp"
#include "scenarios/campaign/scripted_runner.hpp"
#include "scenarios/campaign/watchdog.hpp"

namespace lockstep::campaign {
namespace {

namespace fs = std::filesystem;

Nanos no_time() { return Nanos(0); }

ReplayOptions plain() {
  ReplayOptions options;
  options.now = &no_time;
  return options;
}

/// What a campaign keeps of seed 3 of a broken implementation.
scenarios::Failure recorded(std::string_view expect = R"({"verdict": "valid"})") {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const fs::path out = fs::path(testing::TempDir()) / (std::string("replay_") + test->name());
  CampaignOptions options;
  options.out = out.string();
  options.seeds = {1, Seed{3}};
  options.single_seed = true;
  options.now = &no_time;
  const std::vector scenarios = {load_scripted("bad", "zoo/broken", expect)};
  static_cast<void>(run_campaign(scenarios, &scripted_run, options));
  auto failure = scenarios::load_failure((out / "bad/3/failure.json").string());
  fs::remove_all(out);
  EXPECT_TRUE(failure.has_value());
  return failure.value_or(scenarios::Failure{});
}

TEST(Replay, of_a_violation_keeps_to_its_path_and_exits_as_run_would) {
  const ReplayEnd end = replay(recorded(), "failure.json", &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_FALSE(end.left_path);
  EXPECT_EQ(end.result.seed_results[0].verdict, checkers::Verdict::invalid);
  EXPECT_EQ(end.violations.size(), 1U);
}

TEST(Replay, of_an_expected_violation_exits_0) {
  const ReplayEnd end =
      replay(recorded(expects_double_grant), "failure.json", &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_FALSE(end.left_path);
}

TEST(Replay, that_leaves_its_path_exits_3_and_names_the_event) {
  scenarios::Failure failure = recorded();
  failure.path[11] ^= 1U;
  const ReplayEnd end = replay(failure, "failure.json", &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 3);
  ASSERT_TRUE(end.left_path);
  EXPECT_EQ(end.left_path->event, 11U);
  EXPECT_TRUE(end.left_path->first.starts_with("path "));
  EXPECT_NE(end.left_path->second.find("timer on node 2 at 1.1s"), std::string::npos);
}

TEST(Replay, of_a_changed_plan_leaves_the_path) {
  scenarios::Failure failure = recorded();
  failure.plan.config.seed = Seed{13};
  const ReplayEnd end = replay(failure, "failure.json", &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 3);
  ASSERT_TRUE(end.left_path);
  EXPECT_EQ(end.left_path->event, 0U);
}

TEST(Replay, with_the_same_path_and_another_hash_is_a_divergence) {
  scenarios::Failure failure = recorded();
  failure.trace_hash[0] = failure.trace_hash[0] == '0' ? '1' : '0';
  const ReplayEnd end = replay(failure, "failure.json", &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_TRUE(end.left_path->first.starts_with("trace hash "));
}

TEST(Replay, until_an_event_compares_that_far_and_judges_nothing) {
  scenarios::Failure failure = recorded();
  ReplayOptions options = plain();
  options.until_event = 11;
  failure.path[11] ^= 1U;
  const ReplayEnd before = replay(failure, "failure.json", &scripted_run, options);
  EXPECT_EQ(before.exit_code, 0);
  EXPECT_TRUE(before.was_cut);
  EXPECT_EQ(before.events, 11U);
  options.until_event = 12;
  const ReplayEnd behind = replay(failure, "failure.json", &scripted_run, options);
  EXPECT_EQ(behind.exit_code, 3);
}

TEST(Replay, of_a_scenario_and_a_seed_has_no_path_to_keep_to) {
  const ReplayEnd good =
      replay(load_scripted("good", "reference"), Seed{3}, &scripted_run, plain());
  EXPECT_EQ(good.exit_code, 0);
  const ReplayEnd bad = replay(load_scripted("bad", "zoo/broken"), Seed{3}, &scripted_run, plain());
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_FALSE(bad.left_path);
}

TEST(Replay, of_what_cannot_be_judged_exits_2) {
  const ReplayEnd end =
      replay(load_scripted("undecided", "zoo/undecided"), Seed{5}, &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 2);
}

TEST(Replay, of_what_this_build_does_not_have_exits_65) {
  const ReplayEnd end =
      replay(load_scripted("odd", "zoo/nobody_knows"), Seed{5}, &scripted_run, plain());
  EXPECT_EQ(end.exit_code, 65);
  ASSERT_TRUE(end.refused);
}

TEST(Replay, shows_every_event_to_a_trace) {
  class Counter final : public scenarios::TraceSink {
   public:
    void event(const scenarios::TraceEvent& event) override { EXPECT_EQ(event.index, events_++); }
    [[nodiscard]] std::uint64_t events() const { return events_; }

   private:
    std::uint64_t events_ = 0;
  };
  Counter counter;
  ReplayOptions options = plain();
  options.trace = &counter;
  static_cast<void>(replay(recorded(), "failure.json", &scripted_run, options));
  EXPECT_EQ(counter.events(), 20U);
}

class LastWords : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  /// Runs seed 2 of `implementation` as a whole process would.
  static void run_seed_2(std::string_view implementation, const fs::path& out) {
    report_fatal_signals();
    CampaignOptions options;
    options.out = out.string();
    options.seeds = {1, Seed{2}};
    options.now = &no_time;
    const std::vector scenarios = {load_scripted("dies", implementation)};
    static_cast<void>(run_campaign(scenarios, &scripted_run, options));
  }
};

TEST_F(LastWords, of_a_failed_assert_name_the_seed_and_leave_a_failure_file) {
  const fs::path out = fs::path(testing::TempDir()) / "last_words_of_an_assert";
  fs::remove_all(out);
  EXPECT_EXIT(run_seed_2("zoo/asserting", out), testing::ExitedWithCode(70),
              "ASSERT.*failed at (.|\n)*scenario dies, seed 2, event 5\n"
              "  lockstep run dies.json --seed 2\n(.|\n)*wrote .*failure.json");
  const auto failure = scenarios::load_failure((out / "dies/2/failure.json").string());
  ASSERT_TRUE(failure.has_value()) << to_text(failure.error());
  EXPECT_EQ(failure->anomalies, std::vector<std::string>{"sim/assert"});
  EXPECT_EQ(failure->plan.config.seed, Seed{2});
  const ReplayEnd end = replay(
      *failure, "failure.json",
      [](const scenarios::Plan& plan, const scenarios::RunOptions& options) {
        scenarios::Plan repaired = plan;
        repaired.config.implementation = "reference";
        return scripted_run(repaired, options);
      },
      plain());
  EXPECT_EQ(end.exit_code, 3) << "an ASSERT that does not fail again is another path";
  ASSERT_TRUE(end.left_path);
  EXPECT_TRUE(end.left_path->first.starts_with("ASSERT("));
  EXPECT_EQ(end.left_path->second, "came to its end");
  fs::remove_all(out);
}

TEST_F(LastWords, of_a_fatal_signal_name_scenario_seed_and_event) {
  EXPECT_DEATH(run_seed_2("zoo/crashing", "unused"),
               "SIGSEGV in scenario dies, seed 2, event 5\n  lockstep run dies.json --seed 2");
}

TEST(Watchdog, names_a_slow_seed_once_and_again_when_its_time_doubles) {
  const scenarios::LoadedScenario scenario = load_scripted("slow", "reference");
  const scenarios::Plan plan = scenarios::expand(scenario.scenario, Seed{9});
  RunIdentity identity;
  identity.scenario = "slow";
  identity.rerun = "lockstep run slow.json --seed 9";
  identity.plan = &plan;
  std::vector<RunSlot> slots(2);
  std::int64_t seconds_passed = 0;
  WatchdogOptions options;
  options.now = [&] { return seconds(seconds_passed); };
  options.slow_after = seconds(60);
  Watchdog watchdog(slots, options);
  const RunningSeed running(slots[1], identity, seconds(0));
  slots[1].progress.events = 4711;
  std::vector<std::int64_t> named_at;
  for (seconds_passed = 0; seconds_passed <= 250; seconds_passed += 10) {
    for (const std::string& line : watchdog.look()) {
      named_at.push_back(seconds_passed);
      EXPECT_EQ(line, "scenario slow, seed 9 has run for " + std::to_string(seconds_passed) +
                          "s; now at event 4711, virtual time 0s\n  "
                          "lockstep run slow.json --seed 9");
    }
  }
  EXPECT_EQ(named_at, (std::vector<std::int64_t>{60, 120, 240}));
}

}  // namespace
}  // namespace lockstep::campaign
