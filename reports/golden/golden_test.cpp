// Every rendering held against a file in this folder, byte by byte: a change of words is seen in
// review. LOCKSTEP_GOLDEN=write build/release/golden_test writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "checkers/history_file.hpp"
#include "reports/checked.hpp"
#include "reports/exports/edn.hpp"
#include "reports/exports/mermaid.hpp"
#include "reports/exports/perfetto.hpp"
#include "reports/github.hpp"
#include "reports/html/bench_page.hpp"
#include "reports/html/campaign_page.hpp"
#include "reports/html/run_page.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/markdown.hpp"
#include "reports/sample_results.hpp"
#include "reports/text.hpp"

namespace lockstep::reports {
namespace {

std::string path_of(const std::string& name) {
  return std::string(LOCKSTEP_GOLDEN_FOLDER) + "/" + name;
}

std::string content_of(const std::string& name) {
  std::ostringstream out;
  out << std::ifstream(path_of(name), std::ios::binary).rdbuf();
  return std::move(out).str();
}

bool is_to_be_written() {
  // lint-allow(environment-variable): who runs the test says so, and no run depends on it
  const char* const wish = std::getenv("LOCKSTEP_GOLDEN");
  return wish != nullptr && std::string_view(wish) == "write";
}

void expect_golden(const std::string& name, const std::string& text) {
  if (is_to_be_written()) std::ofstream(path_of(name), std::ios::binary) << text;
  const std::string golden = content_of(name);
  ASSERT_FALSE(golden.empty()) << path_of(name) << " is missing";
  EXPECT_EQ(text, golden) << "differs from " << path_of(name);
}

/// A history whose names are as bad as names get, with all that a plan could add to it.
RunRecord hostile_run() {
  RunRecord run;
  auto history = checkers::load_history(path_of("hostile_history.jsonl"));
  EXPECT_TRUE(history.has_value()) << (history ? "" : history.error().detail);
  if (!history) return run;
  run.history = std::move(*history);
  auto judgement = checkers::judge_both(run.history);
  EXPECT_TRUE(judgement.has_value());
  if (judgement) run.judgement = std::move(*judgement);
  run.file = "out/</script>/7/failure.json";
  run.scenario = run.history.header.scenario;
  run.about = "Names are data.";
  run.seed = Seed{7};
  run.strategy = "pct";
  run.trace_hash = "00112233445566778899aabbccddeeff";
  run.version = "0.1.0";
  run.commit = "0123abc";
  run.compiler = "clang 19.1.7";
  run.replay = replay_line(run.file);
  run.config = R"({"seed": 7, "note": "</script>"})";
  run.expect = samples::clock_jump().claim;
  run.shrunk = ShrunkRun{"out/x/7/shrunk.json",
                         "lock/double-grant",
                         "2 faults, 4 operations",
                         {"1. 0.1s  client/0: acquire", "2. </script>"}};
  run.plan = {{"pause", 200'000'000, 500'000'000, "client/0 stands still for 500ms"},
              {"redis-restart", 912'500'000, 1'000'000'000, "redis/0 restarts"}};
  run.lasting = {"pause", "redis-restart"};
  run.clocks = {{"redis/0", {{0, 5}, {400'000'000, 5}, {400'000'000, 9'000'000'005}}}};
  return run;
}

template <class Write>
std::string streamed(const Write& write) {
  std::ostringstream out;
  EXPECT_TRUE(write(out).has_value());
  return std::move(out).str();
}

TEST(Golden, results_of_a_campaign_as_json) {
  expect_golden("results.json", to_json(samples::everything()));
}

TEST(Golden, results_of_a_campaign_as_text) {
  expect_golden("results.txt", to_text(samples::everything(), {.coverage = true}));
}

TEST(Golden, results_of_a_campaign_as_markdown) {
  expect_golden("results.md", to_markdown(samples::everything()));
}

TEST(Golden, results_of_a_campaign_as_junit) {
  expect_golden("results.xml", to_junit(samples::everything()));
}

TEST(Golden, results_of_a_campaign_as_annotations) {
  expect_golden("results.github.txt", to_github(samples::everything()));
}

TEST(Golden, a_checked_history_as_text_and_json) {
  const RunRecord run = hostile_run();
  const CheckedHistory checked = checked_history("mine.jsonl", run.history, run.judgement);
  expect_golden("checked.txt", to_text(checked));
  expect_golden("checked.json", to_json(std::span(&checked, 1)));
}

TEST(Golden, a_run_as_perfetto_trace) {
  const RunRecord run = hostile_run();
  expect_golden("run.perfetto.json",
                streamed([&](std::ostream& out) { return write_perfetto(run, out); }));
}

TEST(Golden, a_history_as_edn) {
  const RunRecord run = hostile_run();
  expect_golden("history.edn",
                streamed([&](std::ostream& out) { return write_edn(run.history, out); }));
}

TEST(Golden, a_witness_as_mermaid) {
  const RunRecord run = hostile_run();
  ASSERT_FALSE(run.judgement.black_box.violations.empty());
  expect_golden("witness.mmd", to_mermaid(run.judgement.black_box.violations.front(), run));
}

TEST(Golden, the_documents_of_pages) {
  expect_golden("run_page.json", run_page(hostile_run()).data + "\n");
  expect_golden(
      "campaign_page.json",
      campaign_page(to_json(samples::everything()), {{"out/x/12/failure.json", "x.html"}}).data +
          "\n");
  const std::string runs[] = {R"({"schema": 1, "label": "</script>", "rows": []})", "{}"};
  expect_golden("bench_page.json", bench_page(runs).data + "\n");
}

}  // namespace
}  // namespace lockstep::reports
