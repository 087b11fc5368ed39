#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <regex>

#include "cli/progress.hpp"
#include "cli/sandbox.hpp"

namespace lockstep::cli {
namespace {

/// The command line over the scripted runner, in a folder of its own.
class Cli : public testing::Test {
 protected:
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void scenario(const std::string& name, std::string_view implementation,
                std::string_view expect = R"({"verdict": "valid"})") const {
    box_.scenario(name, implementation, expect);
  }
  void write(const std::string& file, const std::string& text) const { box_.write(file, text); }
  [[nodiscard]] std::string read(const std::string& file) const { return box_.read(file); }
  [[nodiscard]] Finished run(const std::vector<std::string>& arguments) const {
    return box_.run(LOCKSTEP_SCRIPTED, arguments);
  }
  Sandbox box_{fs::path(testing::TempDir()) / ("cli_" + name_of_test())};
  const fs::path folder_ = box_.folder();
};

// ---- run ---------------------------------------------------------------------------------------

TEST_F(Cli, run_prints_a_line_per_scenario_and_exits_0) {
  scenario("good", "reference");
  const Finished end = run({"run", "good.json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(std::regex_search(end.out, std::regex("^ok +good +valid +100 seeds"))) << end.out;
  EXPECT_EQ(end.err, "") << "no progress line but on a terminal";
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(Cli, run_finds_a_violation_and_its_line_can_be_pasted) {
  scenario("bad", "zoo/broken");
  const Finished end = run({"run", "bad.json", "--seeds", "20"});
  EXPECT_EQ(end.exit_code, 1);
  std::smatch line;
  ASSERT_TRUE(std::regex_search(end.out, line, std::regex("lockstep replay (\\S+)"))) << end.out;
  const Finished again = run({"replay", line[1]});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.out.find("on its recorded path, same hash"), std::string::npos) << again.out;
}

TEST_F(Cli, a_failure_replays_in_another_folder_without_its_scenario) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  write("elsewhere/f.json", read("out/bad/3/failure.json"));
  fs::remove_all(folder_ / "out");
  fs::remove(folder_ / "bad.json");
  const Finished end = run({"replay", "elsewhere/f.json"});
  EXPECT_EQ(end.exit_code, 1) << end.err;
}

TEST_F(Cli, run_takes_folders_and_orders_scenarios_by_path) {
  write("all/b.json", campaign::scripted_scenario("b", "reference"));
  write("all/deep/a.json", campaign::scripted_scenario("a", "reference"));
  const Finished end = run({"run", "all", "--seeds", "5"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_LT(end.out.find(" b "), end.out.find(" a ")) << end.out;
}

TEST_F(Cli, jobs_change_nothing_but_the_time) {
  scenario("bad", "zoo/broken");
  const std::regex timing(R"re("timing":\{[^}]*\})re");
  std::vector<std::string> documents;
  for (const char* jobs : {"1", "2"}) {
    const Finished end =
        run({"run", "bad.json", "--seeds", "200", "--jobs", jobs, "--json", "r.json"});
    EXPECT_EQ(end.exit_code, 1);
    documents.push_back(std::regex_replace(read("r.json"), timing, "timing"));
  }
  EXPECT_FALSE(documents[0].empty());
  EXPECT_EQ(documents[0], documents[1]);
}

TEST_F(Cli, results_go_to_json_and_junit_files) {
  scenario("good", "reference");
  const Finished end =
      run({"run", "good.json", "--seeds", "3@0x10", "--json", "r.json", "--junit", "r.xml"});
  EXPECT_EQ(end.exit_code, 0);
  const std::string json = read("r.json");
  EXPECT_TRUE(json.starts_with(R"({"schema":1,)")) << json;
  for (const char* seed : {R"("seed":16,)", R"("seed":17,)", R"("seed":18,)"}) {
    EXPECT_NE(json.find(seed), std::string::npos) << seed;
  }
  EXPECT_NE(read("r.xml").find("<testcase name=\"good\""), std::string::npos);
}

TEST_F(Cli, a_single_seed_may_be_a_commit) {
  scenario("good", "reference");
  const std::string commit = "0123456789abcdef0123456789abcdef01234567";
  const Finished end = run({"run", "good.json", "--seed", commit});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_NE(end.out.find("trace hash "), std::string::npos);
}

TEST_F(Cli, set_overrides_a_field_and_stands_in_the_plan) {
  scenario("bad", "reference");
  const Finished end =
      run({"run", "--set", "implementation=zoo/broken", "bad.json", "--seed", "3"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_EQ(run({"replay", "out/bad/3/failure.json"}).exit_code, 1);
}

TEST_F(Cli, strategy_is_forced_in_the_plan) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3", "--strategy", "pct"}));
  EXPECT_TRUE(std::regex_search(read("out/bad/3/failure.json"),
                                std::regex(R"re("strategy":[^\n]*"pct")re")));
}

TEST_F(Cli, too_few_seeds_exit_2) {
  scenario("known", "zoo/broken", campaign::expects_double_grant);
  EXPECT_EQ(run({"run", "known.json", "--seeds", "3"}).exit_code, 2);
  EXPECT_EQ(run({"run", "known.json", "--seeds", "4"}).exit_code, 0);
}

TEST_F(Cli, a_divergence_exits_3) {
  scenario("flips", "zoo/flipping");
  const Finished end = run({"run", "flips.json", "--seeds", "2", "--check-determinism"});
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_NE(end.out.find("seed 0 differs at event 7"), std::string::npos) << end.out;
}

TEST_F(Cli, keep_all_keeps_more_than_ten) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seeds", "150", "--keep", "all"}));
  EXPECT_TRUE(fs::exists(folder_ / "out/bad/143/failure.json"));
}

TEST_F(Cli, interrupting_writes_results_and_exits_130) {
  scenario("bad", "zoo/broken");
  Process process(LOCKSTEP_SCRIPTED,
                  {"run", "bad.json", "--for", "50s", "--json", "r.json", "--jobs", "2"},
                  folder_.string());
  // the first kept failure is a sign that seeds run
  for (int ms = 0; ms < 30'000 && !fs::exists(folder_ / "out/bad/3/failure.json"); ++ms) {
    ::poll(nullptr, 0, 1);
  }
  process.signal(SIGINT);
  const Finished end = process.wait();
  EXPECT_EQ(end.exit_code, 130) << end.err;
  EXPECT_NE(end.out.find("interrupted: "), std::string::npos) << end.out;
  EXPECT_NE(read("r.json").find(R"("interrupted":true)"), std::string::npos);
}

// ---- last words --------------------------------------------------------------------------------

TEST_F(Cli, a_failed_assert_exits_70_with_scenario_seed_and_event_and_a_failure_file) {
  scenario("dies", "zoo/asserting");
  const Finished end = run({"run", "dies.json", "--jobs", "2"});
  EXPECT_EQ(end.exit_code, 70);
  EXPECT_NE(end.err.find("scenario dies, seed 2, event 5"), std::string::npos) << end.err;
  EXPECT_EQ(run({"replay", "out/dies/2/failure.json"}).exit_code, 70);
}

TEST_F(Cli, an_exception_exits_70_with_scenario_and_seed) {
  scenario("throws", "zoo/throwing");
  const Finished end = run({"run", "throws.json"});
  EXPECT_EQ(end.exit_code, 70);
  EXPECT_NE(end.err.find("internal error: scenario throws, seed 2: out of scripts"),
            std::string::npos)
      << end.err;
}

TEST_F(Cli, a_fatal_signal_says_where_and_stays_fatal) {
  scenario("crashes", "zoo/crashing");
  const Finished end = run({"run", "crashes.json"});
#ifdef LOCKSTEP_SANITIZED
  EXPECT_NE(end.exit_code, 0) << "the sanitizer has the last word";
#else
  EXPECT_EQ(end.exit_code, 128 + SIGSEGV);
#endif
  EXPECT_NE(end.err.find("SIGSEGV in scenario crashes, seed 2, event 5\n"
                         "  lockstep run crashes.json --seed 2\n"),
            std::string::npos)
      << end.err;
}

// ---- replay, check, list, help -----------------------------------------------------------------

TEST_F(Cli, replay_prints_every_event_and_stops_where_asked) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  const Finished whole = run({"replay", "out/bad/3/failure.json", "--trace"});
  EXPECT_EQ(whole.exit_code, 1);
  EXPECT_NE(whole.out.find("#19  1.9s  client/0  timer\n"), std::string::npos) << whole.out;
  const Finished part = run({"replay", "out/bad/3/failure.json", "--trace", "--until-event", "5"});
  EXPECT_EQ(part.exit_code, 0);
  EXPECT_NE(part.out.find("#4  400ms  client/0  timer  even\n"), std::string::npos) << part.out;
  EXPECT_EQ(part.out.find("#5 "), std::string::npos);
  EXPECT_NE(part.out.find("stopped before event 5, not judged"), std::string::npos);
}

TEST_F(Cli, replay_says_where_it_left_its_path) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  std::string failure = read("out/bad/3/failure.json");
  const std::size_t path = failure.find("\"path\": \"");
  ASSERT_NE(path, std::string::npos);
  char& digit = failure[path + 9 + 4 * 11];
  digit = digit == '0' ? '1' : '0';
  write("changed.json", failure);
  const Finished end = run({"replay", "changed.json"});
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_NE(end.out.find("LEFT ITS PATH at event 11\n"), std::string::npos) << end.out;
}

TEST_F(Cli, check_judges_histories_and_exits_with_the_gravest) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  const Finished end = run({"check", "out/bad/3/history.jsonl"});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  EXPECT_NE(end.out.find("lock/double-grant"), std::string::npos) << end.out;
  const Finished json = run({"check", "--json", "out/bad/3/history.jsonl"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_TRUE(json.out.starts_with(R"({"schema":1,"histories":[)")) << json.out;
  const Finished named = run({"check", "--model", "lease-lock", "out/bad/3/history.jsonl"});
  EXPECT_EQ(named.out, end.out);
}

TEST_F(Cli, check_goes_on_behind_a_damaged_history_and_exits_65) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  const std::string history = read("out/bad/3/history.jsonl");
  write("cut.jsonl", history.substr(0, history.size() * 2 / 3));
  write("text.jsonl", "hello\n");
  const Finished end = run({"check", "cut.jsonl", "out/bad/3/history.jsonl"});
  EXPECT_EQ(end.exit_code, 65);
  EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
  EXPECT_NE(end.out.find("lock/double-grant"), std::string::npos);
  const Finished text = run({"check", "text.jsonl"});
  EXPECT_EQ(text.exit_code, 65);
  EXPECT_TRUE(text.err.starts_with("lockstep: text.jsonl:1")) << text.err;
}

TEST_F(Cli, list_names_what_there_is) {
  write("scenarios/a.json", campaign::scripted_scenario("a", "reference"));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"scenarios", "scenarios/a.json  expects valid. For tests."},
      {"workloads", "lock  A scripted workload."},
      {"checkers", "lock/double-grant"},
      {"faults", "pause"},
      {"probes", "fence_refused        a worker or relay met the token"},
      {"zoo", "zoo/broken  Finds lock/double-grant."}};
  for (const auto& [what, text] : expected) {
    const Finished end = run({"list", what});
    EXPECT_EQ(end.exit_code, 0) << what;
    EXPECT_NE(end.out.find(text), std::string::npos) << end.out;
  }
}

TEST_F(Cli, help_teaches_examples_and_exit_codes) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"run", "--help"},
                                             {"merge", "--help"},
                                             {"replay", "--help"},
                                             {"check", "--help"},
                                             {"list", "--help"}}) {
    const Finished end = run(arguments);
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_NE(end.out.find("Examples:\n  lockstep "), std::string::npos) << end.out;
    EXPECT_NE(end.out.find("Exit codes:\n  0 "), std::string::npos) << end.out;
    EXPECT_EQ(end.err, "");
  }
  const Finished bare = run({});
  EXPECT_EQ(bare.exit_code, 64);
  EXPECT_NE(bare.err.find("Examples:"), std::string::npos);
}

TEST_F(Cli, version_says_commit_and_compiler) {
  const Finished end = run({"--version"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(std::regex_match(
      end.out, std::regex("lockstep [0-9.]+ \\(commit (unknown|[0-9a-f]{40}(-dirty)?), "
                          "(clang|gcc) [0-9.]+\\)\n")))
      << end.out;
}

// ---- the progress line -------------------------------------------------------------------------

TEST(ProgressText, says_how_much_is_left) {
  campaign::Progress progress;
  progress.seeds_done = 120;
  progress.seeds_all = 500;
  progress.elapsed = seconds(60);
  EXPECT_EQ(progress_text(progress), "120/500 seeds  24%  2/s  3:10 left");
  progress.failures = 3;
  progress.seeds_done = 1;
  progress.elapsed = seconds(30);
  EXPECT_EQ(progress_text(progress), "1/500 seeds  0%  0/s  3 failed  4:09:30 left");
}

TEST(ProgressText, with_a_time_says_what_is_left_of_it) {
  campaign::Progress progress;
  progress.seeds_done = 120;
  progress.elapsed = seconds(53);
  progress.total = seconds(60);
  EXPECT_EQ(progress_text(progress), "120 seeds  2/s  0:07 left");
}

}  // namespace
}  // namespace lockstep::cli
