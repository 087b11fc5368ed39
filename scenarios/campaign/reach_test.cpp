// What a campaign says of what its seeds reached: required faults and probes, states, strategies.
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

namespace lockstep::campaign {
namespace {

using scenarios::LoadedScenario;

class Reach : public testing::Test {
 protected:
  void SetUp() override {
    options_.out = testing::TempDir() + "reach_test";
    options_.seeds = {50, Seed{0}};
    options_.now = [] { return milliseconds(1); };
  }
  CampaignEnd run(const std::vector<LoadedScenario>& scenarios) {
    return run_campaign(scenarios, &scripted_run, options_);
  }
  CampaignEnd run(const LoadedScenario& scenario) {
    return run(std::vector<LoadedScenario>{scenario});
  }

  CampaignOptions options_;
};

TEST_F(Reach, a_required_fault_that_never_touched_anything_fails_its_scenario) {
  const std::string asked = R"({"verdict": "valid"}, "faults": [{"kind": "pause", "every": "1s", )"
                            R"("for": "1s"}])";
  const auto idle = [&](const char* implementation) {
    return load_scripted("idle", implementation, asked, R"(["fault:pause"])");
  };
  // another scenario sees it effective, so that the campaign as a whole has no problem
  const LoadedScenario good = load_scripted("good", "reference");
  const CampaignEnd never = run({idle("zoo/idle_fault"), good});
  EXPECT_EQ(never.results.exit_code, 1);
  EXPECT_EQ(never.results.scenarios[0].reasons,
            std::vector<std::string>{"required fault pause was never effective in 50 seeds: "
                                     "planned 150 times, fired 100"});
  EXPECT_EQ(run({idle("reference"), good}).results.exit_code, 0);
  options_.seeds = {19, Seed{0}};
  EXPECT_EQ(run({idle("zoo/idle_fault"), good}).results.exit_code, 2) << "too few seeds to say";
}

TEST_F(Reach, a_required_probe_is_exercised_or_makes_the_scenario_unknown) {
  const auto rare = [](const char* name) {
    return load_scripted("rare", "reference", R"({"verdict": "valid"})", name);
  };
  options_.seeds = {17, Seed{0}};
  const CampaignEnd before = run(rare(R"(["fence_refused"])"));
  EXPECT_EQ(before.results.exit_code, 2);
  EXPECT_EQ(before.results.scenarios[0].reasons,
            std::vector<std::string>{"not exercised by any seed: fence_refused"});
  options_.seeds = {18, Seed{0}};
  const CampaignEnd after = run(rare(R"(["fence_refused", "lease_acquired"])"));
  EXPECT_EQ(after.results.exit_code, 0);
  const auto& properties = after.results.scenarios[0].properties;
  const auto probe = std::ranges::find(properties, "fence_refused", &reports::PropertyCount::name);
  ASSERT_NE(probe, properties.end());
  EXPECT_EQ(probe->seeds, 1U);
}

/// The scripted runner reaches another state every 50 seeds.
TEST_F(Reach, counts_states_and_how_many_the_last_quarter_of_seeds_added) {
  options_.seeds = {200, Seed{0}};
  const CampaignEnd end = run(load_scripted("good", "reference"));
  const reports::ScenarioResult& good = end.results.scenarios[0];
  EXPECT_EQ(good.states.size(), 3U + 4U + 4U);
  EXPECT_EQ(good.states_late, 2U);
  EXPECT_TRUE(std::ranges::is_sorted(good.states, {}, &reports::StateCount::name));
}

TEST_F(Reach, says_which_strategy_showed_what) {
  options_.seeds = {300, Seed{0}};
  const CampaignEnd end = run(load_scripted("known", "zoo/broken", expects_double_grant));
  const reports::ScenarioResult& known = end.results.scenarios[0];
  ASSERT_EQ(known.strategies.size(), 4U);
  std::uint64_t seeds = 0;
  std::uint64_t sightings = 0;
  for (const reports::StrategyCount& strategy : known.strategies) {
    seeds += strategy.seeds;
    ASSERT_EQ(strategy.anomalies.size(), 1U) << strategy.name;
    sightings += strategy.anomalies[0].seeds;
    const auto is_own = [&](const reports::SeedResult& seed) {
      return seed.strategy == strategy.name && !seed.anomalies.empty();
    };
    const auto first = std::ranges::find_if(known.seed_results, is_own);
    ASSERT_NE(first, known.seed_results.end());
    EXPECT_EQ(strategy.anomalies[0].first, first->seed);
  }
  EXPECT_EQ(seeds, 300U);
  EXPECT_EQ(sightings, 30U);
}

}  // namespace
}  // namespace lockstep::campaign
