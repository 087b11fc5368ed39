#include <gtest/gtest.h>

#include <regex>

#include "cli/sandbox.hpp"

namespace lockstep::cli {
namespace {

/// The real program on a shipped scenario, with a flaw in what it simulates (planted_lua.cpp).
class Planted : public testing::Test {
 protected:
  [[nodiscard]] Finished run(const std::string& plant, std::vector<std::string> options) const {
    std::vector<std::string> arguments{"LD_PRELOAD=" LOCKSTEP_PLANTED_LUA,
                                       "LOCKSTEP_PLANT=" + plant, LOCKSTEP_PROGRAM, "run",
                                       LOCKSTEP_SOURCE "/scenarios/lock/redis_lock_swarm.json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return box_.run("/usr/bin/env", arguments);
  }
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  Sandbox box_{fs::path(testing::TempDir()) / ("planted_" + name_of_test())};
};

TEST_F(Planted, nothing_passes) {
  const Finished end = run("nothing", {"--seed", "3", "--check-determinism"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
}

TEST_F(Planted, an_os_clock_ends_the_program_with_the_stack_the_seed_and_the_event) {
  const Finished end = run("clock", {"--seed", "3"});
  EXPECT_EQ(end.exit_code, 128 + SIGABRT) << end.out << end.err;
  const std::regex words(
      "determinism guard: simulated code called clock_gettime; instead: env::Clock"
      "[^]*steady_clock::now[^]*lua_pcall[^]*World::run_until"
      "[^]*SIGABRT in scenario redis_lock_swarm, seed 3, event \\d+\n"
      "  lockstep run \\S*redis_lock_swarm.json --seed 3\n");
  EXPECT_TRUE(std::regex_search(end.err, words)) << end.err;
}

TEST_F(Planted, a_count_of_the_process_is_a_divergence_that_names_the_event) {
  const Finished end = run("count", {"--seed", "3", "--check-determinism"});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  const std::regex words(
      "seed 3 differs at event \\d+:\n +once: +(.* at .*)\n +again: +(.* at .*)\n");
  std::smatch sides;
  ASSERT_TRUE(std::regex_search(end.out, sides, words)) << end.out << end.err;
  EXPECT_NE(sides[1], sides[2]);
}

}  // namespace
}  // namespace lockstep::cli
