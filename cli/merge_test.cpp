// `lockstep merge` and what else continuous integration asks of the command line, as a user would.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <regex>

#include "cli/sandbox.hpp"

namespace lockstep::cli {
namespace {

/// The command line over the scripted runner, in a folder of its own.
class MergeCli : public testing::Test {
 protected:
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] Finished run(const std::vector<std::string>& arguments) const {
    return box_.run(LOCKSTEP_SCRIPTED, arguments);
  }
  /// With variables set: "NAME=value".
  [[nodiscard]] Finished run_with(std::vector<std::string> variables,
                                  const std::vector<std::string>& arguments) const {
    variables.emplace_back(LOCKSTEP_SCRIPTED);
    variables.insert(variables.end(), arguments.begin(), arguments.end());
    return box_.run("/usr/bin/env", variables);
  }
  /// Runs shard I/N into I.json.
  void shard(const std::string& index, const std::string& count) const {
    static_cast<void>(run({"run", "all", "--seeds", "60", "--shrink", "none", "--shard",
                           index + "/" + count, "--json", index + ".json"}));
  }
  void scenarios() const {
    box_.write("all/good.json", campaign::scripted_scenario("good", "reference"));
    box_.write("all/bad.json", campaign::scripted_scenario("bad", "zoo/broken"));
  }
  void expect_mistake(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& pattern) const {
    const Finished end = run(arguments);
    EXPECT_EQ(end.exit_code, exit_code) << end.err;
    EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
    EXPECT_TRUE(std::regex_search(end.err, std::regex(pattern))) << end.err;
  }
  Sandbox box_{fs::path(testing::TempDir()) / ("merge_" + name_of_test())};
};

/// Without what depends on the machine.
std::string timeless(const std::string& text) {
  const std::string json = std::regex_replace(text, std::regex(R"re("timing":\{[^}]*\})re"), "t");
  const std::regex times(R"re([0-9.]+(/s|ms|us|s)|-(?=\n|  )|time="[0-9.]+")re");
  return std::regex_replace(std::regex_replace(json, times, "t"), std::regex(" +"), " ");
}

TEST_F(MergeCli, two_shards_give_the_verdicts_and_counts_of_one_run) {
  scenarios();
  const Finished once = run({"run", "all", "--seeds", "60", "--shrink", "none", "--json",
                             "once.json", "--junit", "once.xml"});
  ASSERT_EQ(once.exit_code, 1) << once.err;
  shard("1", "2");
  shard("2", "2");
  const Finished merged =
      run({"merge", "2.json", "1.json", "-o", "merged.json", "--junit", "m.xml"});
  EXPECT_EQ(merged.exit_code, once.exit_code) << merged.err;
  EXPECT_EQ(merged.err, "");
  EXPECT_EQ(timeless(merged.out), timeless(once.out));
  EXPECT_EQ(timeless(box_.read("merged.json")), timeless(box_.read("once.json")));
  EXPECT_EQ(timeless(box_.read("m.xml")), timeless(box_.read("once.xml")));
}

TEST_F(MergeCli, what_was_merged_replays) {
  scenarios();
  shard("1", "2");
  shard("2", "2");
  const Finished merged = run({"merge", "1.json", "2.json"});
  std::smatch line;
  ASSERT_TRUE(std::regex_search(merged.out, line, std::regex("lockstep replay (\\S+)")));
  EXPECT_EQ(run({"replay", line[1]}).exit_code, 1);
}

TEST_F(MergeCli, a_shard_that_is_missing_is_named_and_may_be_gone_without) {
  scenarios();
  shard("1", "3");
  shard("3", "3");
  expect_mistake({"merge", "1.json", "3.json"}, 65, "1.json: .*expected shard 2 too");
  const Finished partial = run({"merge", "1.json", "3.json", "--partial", "-o", "m.json"});
  EXPECT_EQ(partial.exit_code, 1);
  EXPECT_NE(partial.out.find("without shard 2 of 3"), std::string::npos) << partial.out;
  EXPECT_NE(box_.read("m.json").find(R"("missing_shards":[2])"), std::string::npos);
}

TEST_F(MergeCli, mistakes_name_file_and_place) {
  scenarios();
  shard("1", "2");
  shard("2", "2");
  const std::string whole = box_.read("1.json");
  box_.write("cut.json", whole.substr(0, whole.size() / 2));
  box_.write("text.json", "hello\n");
  box_.write("two.json", std::regex_replace(whole, std::regex(R"("schema":1)"), R"("schema":2)"));
  expect_mistake({"merge"}, 64, "RESULTS is required");
  expect_mistake({"merge", "1.json", "--jsno", "x"}, 64, "did you mean '--json'");
  expect_mistake({"mrege", "1.json"}, 64, "did you mean 'merge'\\?");
  expect_mistake({"merge", "1.json", "cut.json"}, 65, "cut.json:[0-9]+:[0-9]+: found");
  expect_mistake({"merge", "text.json"}, 65, "text.json:1:1: found");
  expect_mistake({"merge", "two.json"}, 65, "two.json: /schema: found 2; expected 1");
  expect_mistake({"merge", "all/good.json"}, 65, "all/good.json: /");
  expect_mistake({"merge", "1.json", "1.json"}, 65, "1.json: .*shard 1/2, as in 1.json");
  expect_mistake({"merge", "1.json", "none.json"}, 66, "none.json: found no such file");
  expect_mistake({"merge", "all"}, 66, "all: found a folder");
  expect_mistake({"merge", "1.json", "2.json", "-o", "nowhere/m.json"}, 74, "no folder nowhere");
}

TEST_F(MergeCli, shards_of_other_options_or_scenarios_are_refused) {
  scenarios();
  shard("1", "2");
  const auto other = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"run", "all", "--shard", "2/2", "--json", "2.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    static_cast<void>(run(arguments));
  };
  other({"--seeds", "61"});
  expect_mistake({"merge", "1.json", "2.json"}, 65, "2.json: /campaign/seeds: found '61'");
  other({"--seeds", "60", "--set", "lock.ttl=5s"});
  expect_mistake({"merge", "1.json", "2.json"}, 65, "2.json: /campaign/sets: found 'lock.ttl=5s'");
  box_.write("all/good.json", campaign::scripted_scenario("good", "zoo/broken"));
  other({"--seeds", "60"});
  expect_mistake({"merge", "1.json", "2.json"}, 65, "2.json: /scenarios/1/digest: ");
}

TEST_F(MergeCli, shard_auto_reads_what_the_machine_says) {
  scenarios();
  const std::vector<std::string> arguments = {"run",     "all",  "--seeds", "60",
                                              "--shard", "auto", "--json",  "auto.json"};
  EXPECT_EQ(run_with({"CI_NODE_INDEX=2", "CI_NODE_TOTAL=3"}, arguments).exit_code, 1);
  EXPECT_NE(box_.read("auto.json").find(R"("shard":{"index":2,"count":3})"), std::string::npos);
  const Finished half = run_with({"CI_NODE_INDEX=2"}, arguments);
  EXPECT_EQ(half.exit_code, 64);
  EXPECT_NE(half.err.find("--shard auto: found no CI_NODE_TOTAL"), std::string::npos) << half.err;
}

TEST_F(MergeCli, an_interrupted_run_writes_every_format_and_can_be_merged) {
  scenarios();
  Process process(LOCKSTEP_SCRIPTED,
                  {"run", "all", "--for", "50s", "--json", "r.json", "--junit", "r.xml",
                   "--markdown", "r.md", "--github"},
                  box_.folder().string());
  // the first kept failure is a sign that seeds run
  for (int ms = 0; ms < 30'000 && !fs::exists(box_.folder() / "out/bad/3/failure.json"); ++ms) {
    ::poll(nullptr, 0, 1);
  }
  process.signal(SIGINT);
  const Finished end = process.wait();
  EXPECT_EQ(end.exit_code, 130);
  EXPECT_NE(end.out.find("\n::error file=all/bad.json,title=bad%3A failed::"), std::string::npos);
  EXPECT_NE(box_.read("r.xml").find("<testcase name=\"bad\""), std::string::npos);
  EXPECT_NE(box_.read("r.md").find("**Interrupted**"), std::string::npos);
  const Finished merged = run({"merge", "r.json"});
  EXPECT_EQ(merged.exit_code, 130) << merged.err;
  EXPECT_NE(merged.out.find("interrupted: "), std::string::npos) << merged.out;
}

TEST_F(MergeCli, annotations_are_printed_where_github_runs_and_on_demand) {
  scenarios();
  const std::string annotation = "::error file=all/bad.json,title=bad%3A failed::";
  const auto prints = [&](const char* actions, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"run", "all", "--seeds", "5", "--shrink", "none"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished end = run_with({std::string("GITHUB_ACTIONS=") + actions}, arguments);
    return end.out.find(annotation) != std::string::npos;
  };
  EXPECT_TRUE(prints("true", {}));
  EXPECT_FALSE(prints("true", {"--no-github"}));
  EXPECT_FALSE(prints("", {}));
  EXPECT_TRUE(prints("", {"--github"}));
}

TEST_F(MergeCli, coverage_is_told_on_demand) {
  scenarios();
  const std::string line = "coverage: 1 of 1 fault kind effective, 4 probes, 7 states (";
  EXPECT_EQ(run({"run", "all/good.json"}).out.find("coverage: "), std::string::npos);
  const Finished told = run({"run", "all/good.json", "--coverage", "--json", "r.json"});
  EXPECT_NE(told.out.find(line), std::string::npos) << told.out;
  EXPECT_NE(run({"merge", "r.json", "--coverage"}).out.find(line), std::string::npos);
}

}  // namespace
}  // namespace lockstep::cli
