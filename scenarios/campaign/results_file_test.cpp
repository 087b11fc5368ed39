#include "scenarios/campaign/results_file.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "reports/json.hpp"
#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

namespace lockstep::campaign {
namespace {

/// Results with something in every field.
std::string document() {
  CampaignOptions options;
  options.seeds = {25, Seed{UINT64_MAX - 25}};
  options.out = testing::TempDir() + "results_file_test";
  options.sets = {"lock.ttl=3s"};
  options.check_determinism = true;
  options.now = [] { return milliseconds(1); };
  const std::vector<scenarios::LoadedScenario> all = {
      load_scripted("known", "zoo/surprising", expects_double_grant, R"(["takeover"])"),
      load_scripted("undecided", "zoo/undecided"), load_scripted("flips", "zoo/flipping")};
  reports::Results results = run_campaign(all, &scripted_run, options).results;
  results.scenarios[0].failures[0].shrunk =
      reports::ShrunkRun{"out/shrunk.json", "lock/double-grant", "1 fault", {"A line.", "A line."}};
  return reports::to_json(results);
}

std::string mistake_of(const std::string& text) {
  const auto read = parse_results(text, "r.json");
  if (read) return "";
  EXPECT_EQ(scenarios::exit_code_of(read.error()), 65);
  return scenarios::to_text(read.error());
}

std::string with(const std::string& pattern, const std::string& replacement) {
  const std::string text = document();
  EXPECT_TRUE(std::regex_search(text, std::regex(pattern))) << pattern;
  return std::regex_replace(text, std::regex(pattern), replacement,
                            std::regex_constants::format_first_only);
}

TEST(ResultsFile, is_read_and_written_again_as_the_same_text) {
  const std::string text = document();
  const auto read = parse_results(text, "r.json");
  ASSERT_TRUE(read.has_value()) << scenarios::to_text(read.error());
  EXPECT_EQ(reports::to_json(*read), text);
}

TEST(ResultsFile, that_is_cut_anywhere_is_a_mistake_with_its_line) {
  const std::string text = document();
  for (std::size_t size = 0; size + 2 < text.size(); size += 97) {
    const std::string mistake = mistake_of(text.substr(0, size));
    EXPECT_TRUE(std::regex_search(mistake, std::regex("^r.json:[0-9]+:[0-9]+: found "))) << mistake;
  }
}

TEST(ResultsFile, of_another_kind_is_a_mistake_that_names_the_field) {
  EXPECT_TRUE(mistake_of("hello").starts_with("r.json:1:1: ")) << mistake_of("hello");
  EXPECT_EQ(mistake_of("[]"), "r.json: found a list; expected an object");
  EXPECT_EQ(mistake_of("{}"),
            "r.json: /schema: found no such field; expected results of this version of lockstep");
  EXPECT_EQ(mistake_of(R"({"schema": 2})"), "r.json: /schema: found 2; expected 1");
}

TEST(ResultsFile, with_a_wrong_field_is_a_mistake_that_points_at_it) {
  const std::vector<std::tuple<std::string, std::string, std::string>> mistakes = {
      {R"("jobs":1)", R"("jobs":"1")", "/timing/jobs: found the string"},
      {R"("jobs":1)", R"("jobs":-1)", "/timing/jobs: found the number -1"},
      {R"("jobs":1)", R"("jobs":1.5)", "/timing/jobs: found the number 1.5"},
      {R"("interrupted":false)", R"("interrupted":0)", "/interrupted: found the number 0"},
      {R"("fired")", R"("fried")", "/scenarios/0/faults/0/fired: found no such field"},
      {R"("kind":"pause")", R"("kind":"paws")", "/scenarios/0/faults/0/kind: found 'paws'"},
      {R"("standing":")", R"("standing":"x)", "/scenarios/0/standing: found 'x"},
      {R"("sets":\[)", R"("sets":[3,)", "/campaign/sets: found the number 3"},
      {R"("index":1)", R"("index":2)", "/campaign/shard: found 2/1"},
      {R"("count":1\})", R"("count":0})", "/campaign/shard: found 1/0"},
      {R"("seeds":25,"shard")", R"("seeds":26,"shard")", "/campaign/seeds: found 26"},
      {R"("seeds":25,"seeds_unknown")", R"("seeds":24,"seeds_unknown")",
       "/scenarios/0/seed_results: found 25 seeds"},
      {R"("buckets":\[\[)", R"("buckets":[[99999,1],[)", "/scenarios/0/distributions/0/buckets"},
      {R"("divergences_found":0)", R"("divergences_found":1)", "/scenarios/0/divergences: found 0"},
      {R"("trace_hash")", R"("extra":1,"trace_hash")",
       "/scenarios/0/seed_results/0/extra: found an unknown field"},
  };
  for (const auto& [pattern, replacement, expected] : mistakes) {
    const std::string mistake = mistake_of(with(pattern, replacement));
    EXPECT_TRUE(mistake.starts_with("r.json: " + expected)) << expected << "\n" << mistake;
  }
}

TEST(ResultsFile, with_seeds_out_of_order_or_twice_is_a_mistake) {
  for (const char* other : {R"("seed":18446744073709551592)", R"("seed":18446744073709551600)"}) {
    const std::string mistake = mistake_of(with(R"("seed":18446744073709551591)", other));
    EXPECT_TRUE(mistake.starts_with(
        "r.json: /scenarios/0/seed_results: found seeds out of order; expected ascending ones"))
        << mistake;
  }
}

TEST(ResultsFile, that_is_not_there_is_missing) {
  const auto read = load_results("nowhere.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(scenarios::exit_code_of(read.error()), 66);
}

}  // namespace
}  // namespace lockstep::campaign
