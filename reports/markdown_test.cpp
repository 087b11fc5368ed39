#include "reports/markdown.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "reports/coverage.hpp"
#include "reports/sample_results.hpp"

namespace lockstep::reports {
namespace {

using namespace samples;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MarkdownReport, begins_with_a_row_per_scenario) {
  const std::string text = to_markdown(everything());
  EXPECT_TRUE(text.starts_with(
      "## Lockstep: 2 of 5 scenarios as expected\n\n"
      "Exit 3, 30.25s, commit 0123456789012345678901234567890123456789.\n\n"
      "**Without shard 3 of 4**: nothing is known of its seeds.\n\n"
      "**fault reset fired 12 times and was never effective**\n\n"
      "|  | scenario | verdict | seeds | anomalies |\n"
      "| --- | --- | --- | --- | --- |\n"
      "| ok | redis\\_lock\\_holder\\_paused | valid | 500 |  |\n"
      "| ok | redis\\_clock\\_jump | invalid | 500 | lock/double-grant in 37, first 12 (expected)"
      "<br>lock/spurious-refusal in 1, first 40 (warning) |\n"
      "| **failed** | broken | invalid | 1 | lock/double-grant in 1, first 5 (unexpected) |\n"))
      << text;
}

TEST(MarkdownReport, shows_what_failed_with_replay_line_and_witness) {
  const std::string text = to_markdown(everything());
  EXPECT_TRUE(holds(text,
                    "### broken: failed\n\n"
                    "- lock/double-grant is neither expected nor allowed; first at seed 5\n\n"
                    "```\nlockstep replay out/x/5/failure.json\n```\n\n"
                    "```\nlock/double-grant: Two leases of k were held at once.\n"))
      << text;
  EXPECT_TRUE(holds(text, "- seed 8 differs at event 4711: timer on node 3 at 1.5s / deliver"));
}

TEST(MarkdownReport, says_which_strategy_found_what_and_what_was_covered) {
  const std::string text = to_markdown(everything());
  EXPECT_TRUE(holds(text,
                    "| scenario | anomaly | fifo | pct |\n| --- | --- | --- | --- |\n"
                    "| redis\\_clock\\_jump | lock/double-grant | 30/260, first 12 | "
                    "7/240, first 99 |\n"))
      << text;
  EXPECT_TRUE(holds(text,
                    "<details><summary>redis\\_lock\\_holder\\_paused: 1 of 1 fault kind "
                    "effective, 2 probes, 2 states (0 new in the last 125 seeds)</summary>"))
      << text;
  EXPECT_TRUE(holds(text, "| pause | 4000 | 3900 | 3800 |\n"));
  EXPECT_TRUE(holds(text, "| grant | 500 | required |\n"));
}

/// Names and reasons are text, whatever they look like.
TEST(MarkdownReport, lets_nothing_of_a_reason_be_markup) {
  Results results;
  results.scenarios = {broken()};
  results.scenarios[0].reasons = {"a | b\n# c <img src=x> `d` [e](f) &amp;\x01"};
  results.scenarios[0].failures[0].violations[0].description = "```\nnot the end\n";
  const std::string text = to_markdown(results);
  EXPECT_TRUE(holds(text,
                    "- a \\| b \\# c &lt;img src=x\\> \\`d\\` \\[e\\](f) &amp;amp;"
                    "\xef\xbf\xbd\n"))
      << text;
  EXPECT_TRUE(holds(text, "````\n```\nnot the end\n````\n")) << text;
}

TEST(MarkdownReport, is_cut_behind_a_section_where_a_summary_would_be_refused) {
  Results results;
  for (int i = 0; i < 2'000; ++i) results.scenarios.push_back(broken());
  for (ScenarioResult& scenario : results.scenarios) {
    scenario.reasons = {std::string(1'000, 'x')};
  }
  const std::string text = to_markdown(results);
  EXPECT_LT(text.size(), std::size_t{1} << 20U);
  EXPECT_TRUE(text.ends_with("```\n\nThe rest is too long for a summary; --json has all of it.\n"));
}

TEST(CoverageText, leaves_out_what_says_nothing) {
  ScenarioResult scenario = vacuous();
  scenario.seeds = 3;
  EXPECT_EQ(coverage_text(scenario), "0 probes, 0 states");
  scenario.seeds = 8;
  EXPECT_EQ(coverage_text(scenario), "0 probes, 0 states (0 new in the last 2 seeds)");
}

TEST(CoverageText, knows_what_is_required_and_missing) {
  ScenarioResult scenario = paused();
  EXPECT_FALSE(lacks_required(scenario));
  scenario.claim.require = {"grant", "fault:pause"};
  EXPECT_FALSE(lacks_required(scenario));
  scenario.faults[0].effective = 0;
  EXPECT_TRUE(lacks_required(scenario));
  scenario.claim.require = {"fault:crash"};
  EXPECT_TRUE(lacks_required(scenario));
  scenario.claim.require = {"lease_lost"};
  EXPECT_TRUE(lacks_required(scenario));
}

}  // namespace
}  // namespace lockstep::reports
