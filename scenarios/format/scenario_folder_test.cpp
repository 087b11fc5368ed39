#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/format/files.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/samples.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::scenarios {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed at its end.
class ScenarioFolder : public testing::Test {
 protected:
  ScenarioFolder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("lockstep_") + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ScenarioFolder() override { fs::remove_all(folder_); }

  std::string add(const std::string& path, const std::string& name) {
    const std::string file = (folder_ / path).string();
    const auto text = replaced(sample_text(), "redis_lock_holder_paused", name);
    EXPECT_TRUE(write_file(file, text));
    return file;
  }
  [[nodiscard]] std::string path(const std::string& below = "") const {
    return (folder_ / below).string();
  }
  static std::vector<std::string> names(const Input<std::vector<LoadedScenario>>& loaded) {
    std::vector<std::string> all;
    if (!loaded) return {to_text(loaded.error())};
    for (const LoadedScenario& one : *loaded) all.push_back(one.scenario.name);
    return all;
  }

  fs::path folder_;
};

using Names = std::vector<std::string>;
using Paths = std::vector<std::string>;

TEST_F(ScenarioFolder, failure_files_below_it_are_passed_over) {
  const std::string failure = R"({"schema": 1, "scenario": "x", "plan": {}})";
  ASSERT_TRUE(write_file(path("regressions.json"), failure));
  add("a.json", "first");
  const std::vector<std::string> folder{path()};
  EXPECT_EQ(names(load_scenarios(folder)), std::vector<std::string>{"first"});
  const std::vector<std::string> named{path("regressions.json")};
  EXPECT_FALSE(load_scenarios(named).has_value());  // whoever names one is told
  fs::remove(path("a.json"));
  const auto none = load_scenarios(folder);
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(to_text(none.error()).find("replay runs failure files"), std::string::npos);
}

TEST_F(ScenarioFolder, gives_every_json_below_it_by_path) {
  add("b.json", "two");
  add("a/z.json", "one");
  add("c/d/e.json", "three");
  add("c/notes.txt", "none");
  EXPECT_EQ(names(load_scenarios(Paths{path()})), (Names{"one", "two", "three"}));
}

TEST_F(ScenarioFolder, a_file_named_twice_is_loaded_once_and_order_is_that_of_the_paths) {
  const std::string b = add("b.json", "two");
  add("a.json", "one");
  EXPECT_EQ(names(load_scenarios(Paths{b, path(), path("./a.json")})), (Names{"two", "one"}));
}

TEST_F(ScenarioFolder, two_files_with_one_name_are_an_error_of_the_second) {
  add("a.json", "one");
  add("b.json", "one");
  const auto loaded = load_scenarios(Paths{path()});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(exit_code_of(loaded.error()), 65);
  EXPECT_EQ(loaded.error().file, path("b.json"));
  EXPECT_EQ(loaded.error().pointer, "/name");
}

TEST_F(ScenarioFolder, what_is_not_there_is_missing) {
  for (const std::string& gone : {path("gone.json"), path()}) {
    const auto loaded = load_scenarios(Paths{gone});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(exit_code_of(loaded.error()), 66) << to_text(loaded.error());
  }
  EXPECT_EQ(exit_code_of(read_file(path(), 10).error()), 66);
  EXPECT_EQ(exit_code_of(read_file(path("gone"), 10).error()), 66);
}

TEST_F(ScenarioFolder, overrides_apply_to_every_file) {
  add("a.json", "one");
  add("b.json", "two");
  const auto loaded = load_scenarios(Paths{path()}, std::vector<std::string>{"lock.ttl=9s"});
  ASSERT_TRUE(loaded);
  for (const LoadedScenario& one : *loaded) EXPECT_EQ(one.scenario.lock.ttl, seconds(9));
}

TEST_F(ScenarioFolder, files_are_written_whole_or_not_at_all) {
  const std::string file = path("new/folder/file");
  ASSERT_TRUE(write_file(file, "first"));
  ASSERT_TRUE(write_file(file, "second"));
  EXPECT_EQ(read_file(file, 100).value(), "second");
  EXPECT_EQ(exit_code_of(read_file(file, 5).error()), 65) << "too large";
  const auto failed = write_file(path("new/folder"), "x");
  ASSERT_FALSE(failed);
  EXPECT_EQ(exit_code_of(failed.error()), 74);
  EXPECT_EQ(exit_code_of(write_file(file + "/below", "x").error()), 74);
  EXPECT_FALSE(fs::exists(path("new/folder.part")));
}

// The files that ship: each says what it is for, and its plans can be made.
TEST(ShippedScenarios, are_read_written_and_expanded) {
  const auto loaded = load_scenarios(Paths{LOCKSTEP_SCENARIOS});
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  EXPECT_GE(loaded->size(), 60U);
  for (const auto& [file, scenario] : *loaded) {
    EXPECT_EQ(fs::path(file).stem().string(), scenario.name);
    EXPECT_EQ(parse_scenario(write_scenario(scenario), file).value(), scenario) << file;
    EXPECT_FALSE(scenario.require.empty()) << file;
    std::size_t faults = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Plan plan = expand(scenario, Seed{seed});
      EXPECT_EQ(parse_plan(write_plan(plan), file).value(), plan) << file;
      faults += plan.faults.size();
    }
    EXPECT_EQ(faults > 0, !scenario.faults.empty()) << file;
  }
}

}  // namespace
}  // namespace lockstep::scenarios
