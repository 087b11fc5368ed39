// `lockstep shrink`, the shrinking that `run` does, and replays of folders, over the scripted
// runner.
#include <gtest/gtest.h>

#include <regex>

#include "cli/sandbox.hpp"

namespace lockstep::cli {
namespace {

class ShrinkCli : public testing::Test {
 protected:
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] Finished run(const std::vector<std::string>& arguments) const {
    return box_.run(LOCKSTEP_SCRIPTED, arguments);
  }
  /// A failure of seed 3, which shows lock/double-grant, without any shrinking.
  void make_failure() const {
    box_.scenario("bad", "zoo/broken");
    static_cast<void>(run({"run", "bad.json", "--seed", "3", "--shrink", "none"}));
    ASSERT_TRUE(fs::exists(box_.folder() / failure));
  }
  [[nodiscard]] bool exists(const std::string& file) const {
    return fs::exists(box_.folder() / file);
  }

  static constexpr const char* failure = "out/bad/3/failure.json";
  static constexpr const char* shrunk = "out/bad/3/shrunk.json";
  Sandbox box_{fs::path(testing::TempDir()) / ("shrink_" + name_of_test())};
};

TEST_F(ShrinkCli, writes_a_smaller_failure_with_its_story_that_replays) {
  make_failure();
  const Finished end = run({"shrink", failure});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_NE(end.out.find("to    0 faults, 0 operations"), std::string::npos) << end.out;
  EXPECT_TRUE(std::regex_search(end.out, std::regex("\n  1\\. .*clients? with"))) << end.out;
  EXPECT_LT(box_.read(shrunk).size(), box_.read(failure).size());
  EXPECT_NE(box_.read(shrunk).find("\"story\""), std::string::npos);
  const Finished again = run({"replay", shrunk});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.out.find("on its recorded path, same hash"), std::string::npos) << again.out;
}

TEST_F(ShrinkCli, writes_where_it_is_told) {
  make_failure();
  EXPECT_EQ(run({"shrink", failure, "-o", "small.json"}).exit_code, 0);
  EXPECT_TRUE(exists("small.json"));
  EXPECT_FALSE(exists(shrunk));
  const Finished nowhere = run({"shrink", failure, "-o", "no/such/folder/x.json"});
  EXPECT_EQ(nowhere.exit_code, 74) << nowhere.err;
}

TEST_F(ShrinkCli, says_what_it_cannot_shrink) {
  make_failure();
  const Finished other = run({"shrink", failure, "--anomaly", "lock/stuck"});
  EXPECT_EQ(other.exit_code, 64);
  EXPECT_NE(other.err.find("does not show lock/stuck; it shows lock/double-grant"),
            std::string::npos)
      << other.err;
  EXPECT_EQ(run({"shrink", failure, "--budget", "soon"}).exit_code, 64);
  EXPECT_EQ(run({"shrink", failure, "--budget", "0s"}).exit_code, 64);
  EXPECT_EQ(run({"shrink", "nothing.json"}).exit_code, 66);
  EXPECT_EQ(run({"shrink", "bad.json"}).exit_code, 65);
}

TEST_F(ShrinkCli, a_failure_of_another_build_exits_3) {
  make_failure();
  const std::string other =
      std::regex_replace(box_.read(failure), std::regex("\"seed\": 3"), "\"seed\": 4");
  box_.write("other.json", other);
  const Finished end = run({"shrink", "other.json"});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  EXPECT_FALSE(exists("other.shrunk.json"));
}

TEST_F(ShrinkCli, run_shrinks_the_first_unforeseen_failure_of_a_scenario) {
  box_.scenario("bad", "zoo/broken");
  const Finished end = run({"run", "bad.json", "--seeds", "20", "--json", "r.json"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_TRUE(exists(shrunk));
  EXPECT_FALSE(exists("out/bad/13/shrunk.json"));  // one of a scenario is enough
  EXPECT_NE(end.out.find("shrunk.json   # shrunk: 0 faults"), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("its story, shrunk to 0 faults"), std::string::npos) << end.out;
  EXPECT_NE(box_.read("r.json").find("\"shrunk\""), std::string::npos);
}

TEST_F(ShrinkCli, run_shrinks_foreseen_failures_only_when_asked) {
  box_.scenario("bad", "zoo/broken", campaign::expects_double_grant);
  EXPECT_EQ(run({"run", "bad.json", "--seeds", "20"}).exit_code, 0);
  EXPECT_FALSE(exists(shrunk));
  EXPECT_EQ(run({"run", "bad.json", "--seeds", "20", "--shrink", "all"}).exit_code, 0);
  EXPECT_TRUE(exists(shrunk));
  const Finished wrong = run({"run", "bad.json", "--shrink", "some"});
  EXPECT_EQ(wrong.exit_code, 64) << wrong.err;
}

TEST_F(ShrinkCli, what_does_not_repeat_is_not_shrunk) {
  box_.scenario("flips", "zoo/flipping");
  const Finished end = run({"run", "flips.json", "--seeds", "3", "--check-determinism"});
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.out.find("shrunk"), std::string::npos) << end.out;
}

TEST_F(ShrinkCli, a_corpus_is_replayed_by_its_folder) {
  make_failure();
  EXPECT_EQ(run({"shrink", failure, "--regression", "-o", "bug.json"}).exit_code, 0);
  const std::string bug = box_.read("bug.json");
  EXPECT_EQ(bug.find("trace_hash"), std::string::npos);
  box_.write("corpus/b/not_mended.json", bug);
  const Finished broken = run({"replay", "corpus"});
  EXPECT_EQ(broken.exit_code, 1) << broken.out << broken.err;
  EXPECT_TRUE(std::regex_search(broken.out,
                                std::regex("FAILED +corpus/b/not_mended.json +lock/double-grant")))
      << broken.out;
  // the bug is mended: the code does something else now
  box_.write("corpus/b/not_mended.json",
             std::regex_replace(bug, std::regex("zoo/broken"), "reference"));
  const Finished mended = run({"replay", "corpus"});
  EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
  EXPECT_NE(mended.out.find("1 of 1 failure files as expected; exit 0"), std::string::npos);
}

TEST_F(ShrinkCli, a_folder_of_failures_has_no_trace_and_no_seed) {
  make_failure();
  EXPECT_EQ(run({"replay", "out", "--trace"}).exit_code, 64);
  EXPECT_EQ(run({"replay", "out", "--until-event", "3"}).exit_code, 64);
  fs::create_directories(box_.folder() / "empty");
  EXPECT_EQ(run({"replay", "empty"}).exit_code, 66);
  box_.write("mixed/x.json", "{}");
  EXPECT_EQ(run({"replay", "mixed"}).exit_code, 65);
}

}  // namespace
}  // namespace lockstep::cli
