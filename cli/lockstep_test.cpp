#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "cli/sandbox.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::cli {
namespace {

/// The real program over the simulated world, on the scenarios that are shipped.
class Lockstep : public testing::Test {
 protected:
  [[nodiscard]] Finished lockstep(const std::vector<std::string>& arguments) const {
    return box_.run(LOCKSTEP_PROGRAM, arguments);
  }
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  static std::string shipped(const std::string& path) {
    return std::string(LOCKSTEP_SOURCE) + "/scenarios/" + path;
  }

  Sandbox box_{fs::path(testing::TempDir()) / ("lockstep_" + name_of_test())};
  const fs::path folder_ = box_.folder();
};

const char* const clock_jump = "lock/redis_wall_clock_jumps_forward.json";
const char* const plain_delete = "lock/zoo_plain_delete.json";
constexpr std::size_t regressions_least = 15;  // so that none of them is lost unseen

std::size_t json_files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::ranges::count_if(fs::directory_iterator(folder),
                            [](const auto& one) { return one.path().extension() == ".json"; }));
}

TEST_F(Lockstep, finds_a_known_weakness_and_replays_it_in_another_folder) {
  const Finished found = lockstep({"run", shipped(clock_jump), "--seeds", "40"});
  ASSERT_NE(found.exit_code, 1) << found.out << found.err;
  std::smatch line;
  ASSERT_TRUE(std::regex_search(found.out, line, std::regex("lockstep replay (\\S+)")))
      << found.out << found.err;
  box_.write("elsewhere/failure.json", box_.read(line[1]));
  fs::remove_all(folder_ / "out");
  const Finished again = lockstep({"replay", "elsewhere/failure.json"});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
  EXPECT_NE(again.out.find("on its recorded path, same hash"), std::string::npos) << again.out;
}

TEST_F(Lockstep, makes_a_page_of_a_run_with_its_faults_clocks_and_leases) {
  const Finished found = lockstep({"run", shipped(clock_jump), "--seed", "0", "--html", "pages"});
  ASSERT_EQ(found.exit_code, 0) << found.out << found.err;
  const std::string page = box_.read("pages/redis_wall_clock_jumps_forward-0.html");
  for (const char* const part :
       {R"("kind":"clock-step","node":"redis/0")", "the wall clock of redis/0 jumps forward by",
        R"("clocks":[{"node":"client/0","points":[[0,)", R"("leases":{"rows":)",
        R"("mermaid":"sequenceDiagram\u000a)", R"("heal_ns":30000000000)"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  const std::string kept = "out/redis_wall_clock_jumps_forward/0";
  const Finished again = lockstep({"report", kept, "-o", "again.html"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(box_.read("again.html"), page) << "one run, one page";
  fs::remove(folder_ / kept / "history.jsonl");
  EXPECT_EQ(lockstep({"report", kept, "-o", "replayed.html"}).exit_code, 0);
  EXPECT_EQ(box_.read("replayed.html"), page) << "a replay tells the same";
}

TEST_F(Lockstep, shrinks_a_failure_of_the_zoo_to_a_few_events_that_replay) {
  const Finished found = lockstep({"run", shipped("lock/zoo_plain_delete.json"), "--seeds", "20",
                                   "--shrink", "all", "--shrink-budget", "60s"});
  std::smatch size;
  const std::regex shrunk("replay (\\S+)   # shrunk: ([0-9]+) faults?, ([0-9]+) operations?");
  ASSERT_TRUE(std::regex_search(found.out, size, shrunk)) << found.out << found.err;
  EXPECT_LE(std::stoi(size[2]), 3);
  EXPECT_LE(std::stoi(size[3]), 12);
  const Finished again = lockstep({"replay", size[1]});
  EXPECT_NE(again.out.find("lock/"), std::string::npos) << again.out;
  EXPECT_NE(again.out.find("on its recorded path, same hash"), std::string::npos) << again.out;
}

TEST_F(Lockstep, judges_the_history_it_left_as_the_run_did) {
  static_cast<void>(lockstep({"run", shipped(clock_jump), "--seeds", "40"}));
  const auto folder = folder_ / "out/redis_wall_clock_jumps_forward";
  ASSERT_TRUE(fs::exists(folder));
  const fs::path history = fs::directory_iterator(folder)->path() / "history.jsonl";
  const Finished end = lockstep({"check", history.string()});
  EXPECT_EQ(end.exit_code, 1) << end.out << end.err;
  EXPECT_NE(end.out.find("lock/double-grant"), std::string::npos) << end.out;
}

TEST_F(Lockstep, runs_every_shipped_scenario_the_same_way_twice_and_on_two_threads) {
  const std::string seeds = std::to_string(test_seeds(3));
  const std::regex timing(R"re("timing":\{[^}]*\})re");
  std::vector<std::string> documents;
  for (const char* jobs : {"1", "2"}) {
    const Finished end =
        lockstep({"run", shipped("lock"), shipped("work"), shipped("queue"), shipped("outbox"),
                  "--seeds", seeds, "--jobs", jobs, "--json", "r.json", "--check-determinism"});
    // so few seeds may miss what is required or expected; nothing may be wrong or diverge
    EXPECT_TRUE(end.exit_code == 0 || end.exit_code == 2) << end.out << end.err;
    documents.push_back(std::regex_replace(box_.read("r.json"), timing, "timing"));
  }
  EXPECT_EQ(documents[0], documents[1]);
}

TEST_F(Lockstep, merges_shards_of_shipped_scenarios_into_the_results_of_one_run) {
  const std::string seeds = std::to_string(test_seeds(12)) + "@0x5a";
  const std::vector<std::string> scenarios = {
      shipped(clock_jump), shipped("lock/redis_lock_swarm.json"),
      shipped("queue/queue_power_cuts.json"), shipped("outbox/outbox_crashes.json"),
      shipped("work/pipeline_crashes.json")};
  const auto with = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"run"};
    arguments.insert(arguments.end(), scenarios.begin(), scenarios.end());
    arguments.insert(arguments.end(), options.begin(), options.end());
    return lockstep(arguments);
  };
  const Finished once = with({"--seeds", seeds, "--json", "once.json"});
  const std::regex timing(R"re("timing":\{[^}]*\})re");
  for (const int count : {2, 3}) {
    std::vector<std::string> merge = {"merge", "-o", "merged.json"};
    for (int index = 1; index <= count; ++index) {
      const std::string part = std::to_string(index) + "/" + std::to_string(count);
      merge.push_back(std::to_string(index) + ".json");
      static_cast<void>(with({"--seeds", seeds, "--shard", part, "--json", merge.back()}));
    }
    const Finished merged = lockstep(merge);
    EXPECT_EQ(merged.exit_code, once.exit_code) << merged.out << merged.err;
    EXPECT_EQ(std::regex_replace(box_.read("merged.json"), timing, "timing"),
              std::regex_replace(box_.read("once.json"), timing, "timing"))
        << count;
  }
}

/// Else it would not be its flaw by which a member of the zoo is found.
TEST_F(Lockstep, finds_nothing_wrong_with_the_zoos_pipeline_without_a_flaw) {
  const std::string seeds = std::to_string(test_seeds(20));
  for (const std::string member : {"never_retries", "no_local_deadline", "token_before_write",
                                   "refresh_stops_before_drain", "zombie_refresher"}) {
    const Finished end = lockstep({"run", shipped("work/zoo_" + member + ".json"), "--seeds", seeds,
                                   "--set", "implementation=control/simple_pipeline", "--set",
                                   R"(expect={"verdict":"valid"})"});
    EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  }
}

/// Each file is the plan of a bug of our own that was mended: it must stay so.
TEST_F(Lockstep, no_regression_fails_again) {
  const std::size_t files = json_files_in(shipped("regressions"));
  EXPECT_GE(files, regressions_least);
  const Finished end = lockstep({"replay", shipped("regressions")});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_TRUE(end.out.ends_with(std::to_string(files) + " of " + std::to_string(files) +
                                " failure files as expected; exit 0\n"))
      << end.out;
}

TEST_F(Lockstep, a_regression_that_fails_again_is_told_with_its_bug) {
  fs::copy(shipped("regressions"), folder_ / "corpus");
  const std::size_t files = json_files_in(folder_ / "corpus");
  static_cast<void>(lockstep({"run", shipped(plain_delete), "--seed", "1"}));
  const Finished shrunk = lockstep({"shrink", "out/zoo_plain_delete/1/failure.json", "--regression",
                                    "--budget", "5s", "--anomaly", "lock/double-grant", "--about",
                                    "Whoever asks deletes the lock.", "-o", "corpus/planted.json"});
  ASSERT_EQ(shrunk.exit_code, 0) << shrunk.out << shrunk.err;
  const Finished end = lockstep({"replay", "corpus"});
  EXPECT_EQ(end.exit_code, 1) << end.out << end.err;
  const std::regex told(
      "FAILED    corpus/planted.json  lock/double-grant[^\n]*\n"
      " +Whoever asks deletes the lock\\.\n");
  EXPECT_TRUE(std::regex_search(end.out, told)) << end.out;
  EXPECT_TRUE(end.out.ends_with(std::to_string(files) + " of " + std::to_string(files + 1) +
                                " failure files as expected; exit 1\n"))
      << end.out;
}

TEST_F(Lockstep, traces_a_seed_up_to_an_event) {
  const Finished end =
      lockstep({"replay", shipped(clock_jump), "--seed", "1", "--trace", "--until-event", "50"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_NE(end.out.find("\n#49  "), std::string::npos) << end.out;
  EXPECT_EQ(end.out.find("\n#50  "), std::string::npos) << end.out;
}

TEST_F(Lockstep, refuses_what_it_does_not_have) {
  box_.write("odd.json", campaign::scripted_scenario("odd", "zoo/nobody_knows"));
  const Finished end = lockstep({"run", "odd.json"});
  EXPECT_EQ(end.exit_code, 65);
  EXPECT_NE(end.err.find("odd.json: "), std::string::npos) << end.err;
}

TEST_F(Lockstep, lists_its_scenarios_and_its_zoo) {
  const Finished scenarios = lockstep({"list", "scenarios", shipped("lock")});
  EXPECT_EQ(scenarios.exit_code, 0) << scenarios.err;
  EXPECT_GE(std::ranges::count(scenarios.out, '\n'), 10);
  const Finished zoo = lockstep({"list", "zoo"});
  EXPECT_EQ(zoo.exit_code, 0);
  EXPECT_NE(zoo.out.find("zoo/plain_delete"), std::string::npos) << zoo.out;
}

}  // namespace
}  // namespace lockstep::cli
