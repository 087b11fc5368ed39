#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "cli/sandbox.hpp"

namespace lockstep::cli {
namespace {

/// The command line over the scripted runner, in a folder of its own.
class Mistakes : public testing::Test {
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

  /// Exit code and exactly one line on stderr that matches.
  void expect_mistake(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& pattern) const {
    const Finished end = run(arguments);
    EXPECT_EQ(end.exit_code, exit_code) << end.err;
    EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
    EXPECT_TRUE(std::regex_search(end.err, std::regex(pattern))) << end.err;
  }
  Sandbox box_{fs::path(testing::TempDir()) / ("mistakes_" + name_of_test())};
  const fs::path folder_ = box_.folder();
};

TEST_F(Mistakes, wrong_usage_exits_64) {
  scenario("good", "reference");
  expect_mistake({"rnu", "good.json"}, 64, "unknown command 'rnu'; did you mean 'run'\\?");
  expect_mistake({"run"}, 64, "SCENARIO is required");
  expect_mistake({"run", "good.json", "--sed", "1"}, 64, "'--sed'; did you mean '--seed'\\?");
  expect_mistake({"run", "good.json", "--seed", "1", "--seeds", "2"}, 64, "one of --seed");
  expect_mistake({"run", "good.json", "--jobs", "0"}, 64, "--jobs");
  expect_mistake({"run", "good.json", "--jobs", "many"}, 64, "--jobs");
  expect_mistake({"run", "good.json", "--jobs", "-1"}, 64, "--jobs");
  expect_mistake({"run", "good.json", "--keep", "some"}, 64, "--keep");
  expect_mistake({"run", "good.json", "--json"}, 64, "--json");
  expect_mistake({"replay"}, 64, "FAILURE is required");
  expect_mistake({"replay", "a", "b"}, 64, "unexpected argument 'b'");
  expect_mistake({"replay", "a", "--until-event", "-1"}, 64, "--until-event");
  expect_mistake({"check"}, 64, "HISTORY is required");
  expect_mistake({"check", "--model", "lease-lok", "a"}, 64, "did you mean 'lease-lock'\\?");
  expect_mistake({"list"}, 64, "subcommand");
  expect_mistake({"list", "fautls"}, 64, "did you mean 'faults'\\?");
  expect_mistake({"shrink"}, 64, "FAILURE is required");
  expect_mistake({"shrnk", "failure.json"}, 64, "did you mean 'shrink'\\?");
}

TEST_F(Mistakes, a_seed_that_is_no_number_exits_64) {
  scenario("good", "reference");
  expect_mistake({"run", "good.json", "--seed", "abc"}, 64, "'abc'");
  expect_mistake({"run", "good.json", "--seed", "18446744073709551616"}, 64,
                 "18446744073709551616");
  expect_mistake({"run", "good.json", "--seed", ""}, 64, "");
  expect_mistake({"run", "good.json", "--seeds", "10@"}, 64, "");
  expect_mistake({"run", "good.json", "--seeds", "0"}, 64, "");
  expect_mistake({"run", "good.json", "--shard", "5/4"}, 64, "'5/4'");
  expect_mistake({"run", "good.json", "--for", "60"}, 64, "'60'.*60s");
  expect_mistake({"run", "good.json", "--for", "0s"}, 64, "'0s'");
  expect_mistake({"replay", "good.json", "--seed", "x"}, 64, "'x'");
}

TEST_F(Mistakes, a_bad_set_or_strategy_exits_64) {
  scenario("good", "reference");
  expect_mistake({"run", "good.json", "--set", "lock.tttl=3s"}, 64, "tttl");
  expect_mistake({"run", "good.json", "--set", "lock.ttl=3"}, 64, "ttl");
  expect_mistake({"run", "good.json", "--set", "lock.ttl"}, 64, "lock.ttl");
  expect_mistake({"run", "good.json", "--strategy", "chaos"}, 64, "chaos");
}

TEST_F(Mistakes, a_bad_scenario_exits_65_and_names_the_place) {
  const std::string good = campaign::scripted_scenario("good", "reference");
  const auto with = [&](const std::string& member) {
    return std::string(good).insert(1, member + ", ");
  };
  write("unknown.json", with(R"("lokc": {"ttl": "3s"})"));
  expect_mistake({"run", "unknown.json"}, 65, "unknown.json: .*lokc.*did you mean 'lock'");
  write("unit.json", with(R"("lock": {"ttl": "3"})"));
  expect_mistake({"run", "unit.json"}, 65, "unit.json: /lock/ttl: .*expected");
  write("type.json", with(R"("lock": {"fencing": "yes"})"));
  expect_mistake({"run", "type.json"}, 65, "type.json: /lock/fencing: .*expected");
  write("cut.json", good.substr(0, good.size() / 2));
  expect_mistake({"run", "cut.json"}, 65, "cut.json:1:");
  write("empty.json", "");
  expect_mistake({"run", "empty.json"}, 65, "empty.json");
  write("odd.json", campaign::scripted_scenario("odd", "zoo/nobody_knows"));
  const Finished refused = run({"run", "odd.json"});
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_NE(refused.err.find("odd.json: found a scenario that this build cannot run"),
            std::string::npos)
      << refused.err;
}

TEST_F(Mistakes, a_missing_file_or_an_empty_folder_exits_66) {
  scenario("good", "reference");
  fs::create_directories(folder_ / "empty");
  write("scenarios/lock/deep.json", campaign::scripted_scenario("deep", "reference"));
  expect_mistake({"run", "godo.json"}, 66, "godo.json.*did you mean 'good.json'\\?");
  expect_mistake({"run", "deep"}, 66, "did you mean 'scenarios/lock/deep.json'\\?");
  expect_mistake({"run", "empty"}, 66, "empty");
  expect_mistake({"replay", "nothing.json"}, 66, "nothing.json");
  expect_mistake({"replay", "nothing.json", "--seed", "1"}, 66, "nothing.json");
  expect_mistake({"check", "nothing.jsonl"}, 66, "nothing.jsonl");
  expect_mistake({"check", "empty"}, 66, "empty: found a folder");
  expect_mistake({"list", "scenarios", "empty"}, 66, "empty");
}

TEST_F(Mistakes, a_damaged_failure_file_exits_65) {
  scenario("bad", "zoo/broken");
  static_cast<void>(run({"run", "bad.json", "--seed", "3"}));
  const std::string failure = read("out/bad/3/failure.json");
  ASSERT_GT(failure.size(), 1000U);
  write("cut.json", failure.substr(0, failure.size() / 2));
  expect_mistake({"replay", "cut.json"}, 65, "cut.json:[0-9]+:");
  write("text.json", "this is no JSON");
  expect_mistake({"replay", "text.json"}, 65, "text.json:1:");
  expect_mistake({"replay", "bad.json"}, 65, "a scenario needs --seed N");
  expect_mistake({"replay", "out/bad/3/failure.json", "--seed", "3"}, 65,
                 "a failure file needs no --seed");
}

TEST_F(Mistakes, what_cannot_be_written_exits_74_before_the_first_seed) {
  scenario("bad", "zoo/throwing");
  write("file", "");
  expect_mistake({"run", "bad.json", "--out", "file"}, 74, "file");
  expect_mistake({"run", "bad.json", "--out", "file/deeper"}, 74, "file");
  expect_mistake({"run", "bad.json", "--json", "nowhere/r.json"}, 74, "no folder nowhere");
  expect_mistake({"run", "bad.json", "--junit", "."}, 74, "it is a folder");
}

TEST_F(Mistakes, a_full_disk_exits_74) {
  scenario("good", "reference");
  const Finished end = run({"run", "good.json", "--json", "/dev/full"});
  EXPECT_EQ(end.exit_code, 74);
  EXPECT_NE(end.err.find("cannot write /dev/full: No space left on device"), std::string::npos)
      << end.err;
  EXPECT_NE(end.out.find("; exit 74"), std::string::npos);
}

TEST_F(Mistakes, several_scenarios_cannot_be_replayed_at_once) {
  write("all/a.json", campaign::scripted_scenario("a", "reference"));
  write("all/b.json", campaign::scripted_scenario("b", "reference"));
  expect_mistake({"replay", "all", "--seed", "1"}, 64, "holds 2 scenarios; name one");
}

}  // namespace
}  // namespace lockstep::cli
