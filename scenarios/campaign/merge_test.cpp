#include "scenarios/campaign/merge.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <regex>

#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/text.hpp"
#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/results_file.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

namespace lockstep::campaign {
namespace {

namespace fs = std::filesystem;
using reports::Results;
using scenarios::LoadedScenario;

class Merge : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    out_ = fs::path(testing::TempDir()) / (std::string("merge_") + test->name());
    fs::remove_all(out_);
    options_.out = out_.string();
    options_.seeds = {300, Seed{100}};
    options_.now = [this] { return milliseconds(++looks_); };
  }
  void TearDown() override { fs::remove_all(out_); }

  /// Every kind of thing that results hold, under every expectation.
  static std::vector<LoadedScenario> all_sorts() {
    const char* const valid = R"({"verdict": "valid"})";
    return {load_scripted("good", "reference", valid, R"(["grant", "takeover"])"),
            load_scripted("vacuous", "reference", valid, R"(["grant", "renew"])"),
            load_scripted("bad", "zoo/broken"),
            load_scripted("known", "zoo/broken", expects_double_grant),
            load_scripted("odd", "zoo/surprising", expects_double_grant),
            load_scripted("missed", "reference", expects_double_grant),
            load_scripted("undecided", "zoo/undecided"),
            load_scripted("split", "zoo/disagreeing")};
  }

  Results run(const std::vector<LoadedScenario>& scenarios, Shard shard = {}) {
    options_.shard = shard;
    return run_campaign(scenarios, &scripted_run, options_).results;
  }

  /// The shards' results through their JSON, as `lockstep merge` sees them.
  std::vector<ShardResults> shards_of(const std::vector<LoadedScenario>& scenarios,
                                      std::uint32_t count) {
    std::vector<ShardResults> out;
    for (std::uint32_t index = count; index >= 1; --index) {  // the order must not matter
      const std::string file = std::to_string(index) + ".json";
      auto read = parse_results(reports::to_json(run(scenarios, {index, count})), file);
      EXPECT_TRUE(read.has_value()) << scenarios::to_text(read.error());
      out.push_back({file, *std::move(read)});
    }
    return out;
  }

  fs::path out_;
  std::atomic<std::int64_t> looks_{0};
  CampaignOptions options_;
};

/// Everything but what depends on the machine.
Results timeless(Results results) {
  results.elapsed = Nanos(0);
  results.jobs = 1;
  for (reports::ScenarioResult& scenario : results.scenarios) scenario.busy = Nanos(0);
  return results;
}

std::string why(const std::vector<ShardResults>& shards, MergeOptions options = {}) {
  const auto merged = merge_shards(shards, options);
  return merged ? "" : scenarios::to_text(merged.error());
}

TEST_F(Merge, of_shards_says_in_every_format_what_one_run_says) {
  const Results once = timeless(run(all_sorts()));
  ASSERT_EQ(once.exit_code, 1);
  for (const std::uint32_t count : {1U, 2U, 3U, 7U}) {
    const auto merged = merge_shards(shards_of(all_sorts(), count), {});
    ASSERT_TRUE(merged.has_value()) << scenarios::to_text(merged.error());
    const Results results = timeless(merged->results);
    EXPECT_EQ(reports::to_json(results), reports::to_json(once)) << count;
    EXPECT_EQ(reports::to_text(results), reports::to_text(once)) << count;
    EXPECT_EQ(reports::to_junit(results), reports::to_junit(once)) << count;
    EXPECT_TRUE(merged->troubles.empty());
  }
}

/// What diverges differs in each run; who diverges does not.
TEST_F(Merge, of_shards_finds_the_divergences_that_one_run_finds) {
  options_.check_determinism = true;
  options_.seeds = {60, Seed{0}};
  const std::vector<LoadedScenario> flips = {load_scripted("flips", "zoo/flipping")};
  const Results once = run(flips);
  const auto merged = merge_shards(shards_of(flips, 3), {});
  ASSERT_TRUE(merged.has_value()) << scenarios::to_text(merged.error());
  EXPECT_EQ(merged->results.exit_code, 3);
  const reports::ScenarioResult& scenario = merged->results.scenarios[0];
  EXPECT_EQ(scenario.divergences_found, 60U);
  EXPECT_EQ(scenario.reasons, once.scenarios[0].reasons);
  ASSERT_EQ(scenario.divergences.size(), reports::divergences_max);
  EXPECT_EQ(scenario.divergences[19].seed, Seed{19});
}

TEST_F(Merge, of_shards_keeps_the_failures_that_one_run_keeps) {
  for (const bool keep_all : {false, true}) {
    options_.keep_all = keep_all;
    const std::vector<LoadedScenario> odd = {
        load_scripted("odd", "zoo/surprising", expects_double_grant)};
    const auto merged = merge_shards(shards_of(odd, 4), {});
    ASSERT_TRUE(merged.has_value());
    EXPECT_EQ(reports::to_json(timeless(merged->results)), reports::to_json(timeless(run(odd))));
    const std::vector<reports::Failure>& kept = merged->results.scenarios[0].failures;
    EXPECT_EQ(kept.size(), keep_all ? 31U : 6U);  // five foreseen ones, and the surprise
  }
}

/// A run shrinks the first failure of a scenario; so did each shard.
TEST_F(Merge, keeps_the_shrunk_failure_that_one_run_would_have_made) {
  std::vector<ShardResults> shards = shards_of({load_scripted("bad", "zoo/broken")}, 3);
  for (ShardResults& shard : shards) {
    ASSERT_FALSE(shard.results.scenarios[0].failures.empty());
    shard.results.scenarios[0].failures[0].shrunk = reports::ShrunkRun{shard.file, "a/b", "", {}};
  }
  const auto merged = merge_shards(shards, {});
  ASSERT_TRUE(merged.has_value());
  const std::vector<reports::Failure>& failures = merged->results.scenarios[0].failures;
  ASSERT_TRUE(failures[0].shrunk.has_value());
  EXPECT_EQ(failures[0].seed, Seed{103});  // the fourth seed, of shard 1
  EXPECT_EQ(failures[0].shrunk->file, "1.json");
  for (std::size_t i = 1; i < failures.size(); ++i) EXPECT_FALSE(failures[i].shrunk.has_value());
}

/// In shard 2 of 30 nothing is found within 20 seeds: only together they know.
TEST_F(Merge, judges_the_whole_and_not_the_parts) {
  const std::vector<LoadedScenario> known = {
      load_scripted("known", "zoo/broken", expects_double_grant)};
  std::vector<ShardResults> shards = shards_of(known, 30);
  EXPECT_EQ(shards[28].results.exit_code, 2);
  const auto merged = merge_shards(shards, {});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->results.exit_code, 0);
  EXPECT_EQ(merged->results.scenarios[0].anomalies[0].first, Seed{103});
}

TEST_F(Merge, finds_an_expected_anomaly_too_late_where_one_run_does) {
  const std::vector<LoadedScenario> late = {load_scripted(
      "late", "zoo/broken",
      R"({"verdict": "invalid", "anomalies": ["lock/double-grant"], "within_seeds": 3})")};
  options_.seeds = {40, Seed{0}};
  EXPECT_EQ(run(late).exit_code, 1);
  const std::vector<ShardResults> shards = shards_of(late, 4);
  // the third seed of its shard, the fourth of the campaign
  EXPECT_EQ(shards[0].results.exit_code, 0);
  EXPECT_EQ(merge_shards(shards, {})->results.exit_code, 1);
}

TEST_F(Merge, of_more_shards_than_seeds_works) {
  options_.seeds = {3, Seed{0}};
  const std::vector<LoadedScenario> good = {load_scripted("good", "reference")};
  const auto merged = merge_shards(shards_of(good, 5), {});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(reports::to_json(timeless(merged->results)), reports::to_json(timeless(run(good))));
}

TEST_F(Merge, of_an_interrupted_shard_counts_what_ran) {
  const std::vector<LoadedScenario> known = {
      load_scripted("known", "zoo/broken", expects_double_grant)};
  std::vector<ShardResults> shards = shards_of(known, 2);
  std::atomic<bool> interrupted{false};
  options_.interrupted = &interrupted;
  options_.progress = [&](const Progress& progress) { interrupted = progress.seeds_done >= 7; };
  shards[1].results = run(known, {1, 2});
  ASSERT_EQ(shards[1].results.scenarios[0].seeds, 7U);
  const auto merged = merge_shards(shards, {});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->results.exit_code, 130);
  EXPECT_EQ(merged->results.scenarios[0].seeds, 157U);
}

TEST_F(Merge, of_shards_with_a_time_says_what_all_of_them_showed) {
  options_.run_for = milliseconds(300);
  const std::vector<LoadedScenario> two = {load_scripted("a", "reference"),
                                           load_scripted("b", "zoo/broken")};
  const std::vector<ShardResults> shards = shards_of(two, 2);
  const auto merged = merge_shards(shards, {});
  ASSERT_TRUE(merged.has_value()) << scenarios::to_text(merged.error());
  EXPECT_EQ(merged->results.scenarios[1].seeds,
            shards[0].results.scenarios[1].seeds + shards[1].results.scenarios[1].seeds);
  EXPECT_EQ(merged->results.exit_code, 1);
}

TEST_F(Merge, names_the_shards_that_are_missing) {
  std::vector<ShardResults> shards = shards_of({load_scripted("good", "reference")}, 5);
  shards.erase(shards.begin() + 3);  // 2
  shards.erase(shards.begin());      // 5
  EXPECT_EQ(why(shards),
            "1.json: /campaign/shard/count: found 5 shards, and not all of them given; "
            "expected shards 2, 5 too, or --partial");
  const auto merged = merge_shards(shards, {.partial = true});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->results.exit_code, 2);
  EXPECT_EQ(merged->results.scenarios[0].seeds, 180U);
  EXPECT_NE(reports::to_text(merged->results).find("without shards 2 5 of 5: "), std::string::npos);
  EXPECT_NE(why({{"m.json", merged->results}}).find("a merge that went without some"),
            std::string::npos);
}

TEST_F(Merge, refuses_a_shard_given_twice) {
  std::vector<ShardResults> shards = shards_of({load_scripted("good", "reference")}, 2);
  shards.push_back({"copy.json", shards[0].results});
  EXPECT_EQ(why(shards),
            "copy.json: /campaign/shard: found shard 2/2, as in 2.json; expected each shard once");
}

TEST_F(Merge, refuses_what_is_not_of_one_campaign_and_names_the_field) {
  const std::vector<ShardResults> shards = shards_of({load_scripted("good", "reference")}, 2);
  const auto with = [&](const std::function<void(Results&)>& change) {
    std::vector<ShardResults> changed = shards;
    change(changed[0].results);
    return why(changed);
  };
  const std::vector<std::pair<std::string, std::function<void(Results&)>>> changes = {
      {"/commit", [](Results& r) { r.commit = "other"; }},
      {"/version", [](Results& r) { r.version = "9"; }},
      {"/campaign/first_seed", [](Results& r) { r.asked.first = Seed{7}; }},
      {"/campaign/seeds", [](Results& r) { r.asked.seeds = 301; }},
      {"/campaign/for_ns", [](Results& r) { r.asked.run_for = seconds(1); }},
      {"/campaign/sets", [](Results& r) { r.asked.sets = {"lock.ttl=1s"}; }},
      {"/campaign/check_determinism", [](Results& r) { r.asked.check_determinism = true; }},
      {"/campaign/shard/count", [](Results& r) { r.asked.part.count = 3; }},
      {"/scenarios", [](Results& r) { r.scenarios.clear(); }},
      {"/scenarios/0/name", [](Results& r) { r.scenarios[0].name = "x"; }},
      {"/scenarios/0/digest", [](Results& r) { r.scenarios[0].claim.digest = "0"; }},
      {"/scenarios/0/expect", [](Results& r) { r.scenarios[0].claim.allowed = {"a/b"}; }},
      {"/scenarios/0/seeds", [](Results& r) { r.scenarios[0].seeds = 200; }},
      {"/scenarios/0/seed_results/3/seed",
       [](Results& r) { r.scenarios[0].seed_results[3].seed = Seed{1}; }},
  };
  for (const auto& [pointer, change] : changes) {
    EXPECT_TRUE(with(change).starts_with("2.json: " + pointer + ": ")) << with(change);
  }
}

TEST_F(Merge, tells_of_shards_that_did_not_come_to_their_end) {
  options_.seeds = {20, Seed{0}};
  const std::vector<ShardResults> shards = shards_of({load_scripted("throws", "zoo/throwing")}, 2);
  const auto merged = merge_shards(shards, {});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->results.exit_code, 70);
  EXPECT_EQ(merged->troubles, std::vector<std::string>{
                                  "1.json: shard 1/2 did not come to its end: it exited with 70"});
}

TEST_F(Merge, a_fault_that_some_shard_saw_effective_is_no_problem) {
  std::vector<ShardResults> shards = shards_of({load_scripted("good", "reference")}, 2);
  shards[0].results.scenarios[0].faults[0].effective = 0;
  shards[0].results.problems = {"fault pause fired and was never effective"};
  EXPECT_TRUE(merge_shards(shards, {})->results.problems.empty());
}

}  // namespace
}  // namespace lockstep::campaign
