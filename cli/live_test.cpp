// `lockstep live` as a user runs it: real processes, real servers, seconds of real time.
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/sandbox.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;

/// Short rounds, so that seconds of real time show something.
constexpr const char* quick_lock = R"("lock": {"backend": "redis", "ttl": "600ms",
  "refresh_interval": "200ms", "retry_interval": "100ms", "retry_jitter": "20ms",
  "renew_retry_interval": "50ms", "command_timeout": "150ms", "connect_timeout": "150ms"})";

/// As much as a step of a relay needs.
constexpr const char* patient_lock = R"("lock": {"backend": "redis", "ttl": "2s",
  "refresh_interval": "500ms", "retry_interval": "100ms", "retry_jitter": "20ms",
  "renew_retry_interval": "50ms", "stop_grace": "300ms", "command_timeout": "150ms",
  "connect_timeout": "150ms"})";

std::string lock_scenario(const std::string& more) {
  return std::string(R"({"schema": 1, "name": "quick", "about": "Of a test.",
    "workload": {"kind": "lock", "clients": 3, "keys": 1, "hold": "100ms..500ms",
                 "think": "5ms..50ms", "guarded": "fenced", "write_every": "50ms"}, )") +
         quick_lock + ", " + more + "}";
}

class Live : public ::testing::Test {
 protected:
  Live() : sandbox_(fs::temp_directory_path() / "lockstep-live-test") {
    fs::create_directory(tmp());
    ::setenv("TMPDIR", tmp().c_str(), 1);
  }
  ~Live() override { ::unsetenv("TMPDIR"); }

  [[nodiscard]] std::string tmp() const { return sandbox_.folder().string() + "/tmp"; }
  /// A run in a folder of its own, so that several can run at once.
  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> words) {
    const std::string folder = sandbox_.folder().string() + "/run-" + std::to_string(runs_++);
    fs::create_directory(folder);
    words.insert(words.begin(), "live");
    return std::make_unique<Process>(LOCKSTEP_PROGRAM, words, folder);
  }
  [[nodiscard]] Finished live(std::vector<std::string> words) {
    return start(std::move(words))->wait();
  }
  /// Neither a process nor a folder is left of a run.
  void expect_nothing_left() const {
    EXPECT_TRUE(fs::is_empty(tmp()));
    for (const fs::directory_entry& process : fs::directory_iterator("/proc")) {
      std::ifstream in(process.path() / "cmdline");
      const std::string words(std::istreambuf_iterator<char>(in), {});
      EXPECT_FALSE(words.contains(tmp())) << words;
    }
  }
  /// What `lockstep check` says of the history that the run left.
  [[nodiscard]] Finished check(int run, const std::string& name) {
    const std::string folder = sandbox_.folder().string() + "/run-" + std::to_string(run);
    Process process(LOCKSTEP_PROGRAM, {"check", "out/live/" + name + "/0/history.jsonl"}, folder);
    return process.wait();
  }

  Sandbox sandbox_;
  int runs_ = 0;
};

TEST_F(Live, a_lock_holds_while_its_clients_and_servers_are_killed_paused_and_cut_off) {
  sandbox_.write("kills.json", lock_scenario(R"("duration": "2500ms",
    "liveness": "1500ms", "faults": [
    {"kind": "crash", "target": "client", "every": "500ms..1s", "for": "100ms..200ms"},
    {"kind": "pause", "target": "client", "every": "500ms..1s", "for": "200ms..800ms"},
    {"kind": "blackhole", "target": "client", "every": "300ms..800ms", "for": "100ms..500ms"},
    {"kind": "reset", "target": "client", "every": "300ms..800ms"},
    {"kind": "redis-restart", "target": "redis", "at": "1s..2s", "for": "50ms..100ms"},
    {"kind": "pause", "target": "redis", "at": "1s..2s", "for": "100ms..200ms"}],
    "require": ["grant", "guarded_write", "fault:crash", "fault:pause", "fault:redis-restart"],
    "expect": {"verdict": "valid"})"));
  const Finished run = live({"../kills.json", "--spawn", "--json", "result.json"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_TRUE(run.out.starts_with("ok        quick  valid  live, seed 0")) << run.out;
  EXPECT_FALSE(run.out.contains("not exercised")) << run.out;
  const std::string result = sandbox_.read("run-0/result.json");
  EXPECT_TRUE(result.contains("\"verdict\":\"valid\"")) << result;
  const Finished again = check(0, "quick");
  EXPECT_EQ(again.exit_code, 0) << again.out;
  EXPECT_TRUE(again.out.contains("lease-lock")) << again.out;
  expect_nothing_left();
}

TEST_F(Live, a_wall_clock_of_the_server_that_jumps_grants_a_lock_twice) {
  sandbox_.write("jump.json", lock_scenario(R"("duration": "2s", "liveness": "500ms",
    "faults": [{"kind": "clock-step", "target": "redis", "every": "300ms..400ms", "by": "5s..9s"}],
    "expect": {"verdict": "invalid", "anomalies": ["lock/double-grant"],
      "allowed": ["lock/lost-early", "lock/granted-early", "lock/renewed-after-expiry"],
      "within_seeds": 50})"));
  const Finished run = live({"../jump.json", "--spawn", "--set", "workload.guarded=none"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_TRUE(run.out.contains("lock/double-grant (expected)")) << run.out;
  EXPECT_TRUE(run.out.contains("held for certain")) << run.out;
  EXPECT_EQ(check(0, "quick").exit_code, 1);
  expect_nothing_left();
}

TEST_F(Live, a_lock_that_deletes_what_is_not_its_own_is_found) {
  sandbox_.write("zoo.json", lock_scenario(R"("duration": "3s", "liveness": "500ms",
    "implementation": "zoo/plain_delete",
    "faults": [{"kind": "pause", "target": "holder", "every": "300ms..600ms",
                "for": "700ms..900ms"}],
    "expect": {"verdict": "valid"})"));
  const Finished run = live({"../zoo.json", "--spawn"});
  EXPECT_EQ(run.exit_code, 1) << run.out << run.err;
  EXPECT_TRUE(run.out.starts_with("FAILED")) << run.out;
  EXPECT_TRUE(run.out.contains("lock/foreign-release")) << run.out;
}

/// The other workloads side by side: mostly they wait for the ends of their runs.
TEST_F(Live, queues_and_outboxes_survive_kills) {
  sandbox_.write("queue.json", R"({"schema": 1, "name": "queue", "about": "Of a test.",
    "workload": {"kind": "queue", "clients": 2, "producers": 2, "consumers": 2, "hold": "0..10ms",
                 "think": "1ms..20ms"},
    "queue": {"push": "group", "ack": "group"},
    "duration": "2s", "liveness": "6s",
    "faults": [{"kind": "crash", "target": "client", "every": "300ms..700ms",
                "for": "10ms..100ms"}],
    "require": ["pushed", "delivered", "acked", "crash_recovered", "fault:crash"],
    "expect": {"verdict": "valid"}})");
  sandbox_.write("outbox.json",
                 std::string(R"({"schema": 1, "name": "outbox", "about": "Of a test.",
    "workload": {"kind": "outbox", "clients": 2, "keys": 3, "think": "5ms..50ms",
                 "guarded": "fenced"}, )") +
                     patient_lock + R"(,
    "duration": "2s", "liveness": "9500ms",
    "faults": [{"kind": "crash", "target": "client", "every": "500ms..900ms",
                "for": "10ms..100ms"}],
    "require": ["commit", "publish", "consume", "fault:crash"],
    "expect": {"verdict": "valid"}})");
  const auto queue = start({"../queue.json", "--spawn"});
  const auto outbox = start({"../outbox.json", "--spawn"});
  for (const auto* process : {&queue, &outbox}) {
    const Finished run = (*process)->wait();
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_TRUE(run.out.starts_with("ok ")) << run.out;
    EXPECT_FALSE(run.out.contains("not exercised")) << run.out;
  }
  expect_nothing_left();
}

TEST_F(Live, what_cannot_happen_live_is_refused_by_name_before_anything_starts) {
  sandbox_.write("disk.json", lock_scenario(R"("duration": "3s", "faults": [
    {"kind": "crash", "target": "client", "every": "1s..2s", "for": "1s..2s"},
    {"kind": "slow-disk", "target": "redis", "every": "1s..2s", "for": "1s..2s"},
    {"kind": "torn-write", "target": "redis", "every": "1s..2s"}],
    "expect": {"verdict": "valid"})"));
  const Finished run = live({"../disk.json", "--spawn"});
  EXPECT_EQ(run.exit_code, 65) << run.err;
  EXPECT_TRUE(run.err.contains("disk.json: cannot run live:\n  slow-disk: ")) << run.err;
  EXPECT_TRUE(run.err.contains("\n  torn-write: ")) << run.err;
  EXPECT_FALSE(run.err.contains("crash: ")) << run.err;
  EXPECT_TRUE(run.out.empty()) << run.out;
}

TEST_F(Live, a_server_that_is_not_there_is_69_and_wrong_usage_64) {
  sandbox_.write("plain.json",
                 lock_scenario(R"("duration": "1s", "expect": {"verdict": "valid"})"));
  const Finished gone = live({"../plain.json", "--redis", "redis://127.0.0.1:1"});
  EXPECT_EQ(gone.exit_code, 69) << gone.err;
  EXPECT_TRUE(gone.err.contains("127.0.0.1:1")) << gone.err;
  EXPECT_EQ(live({"../plain.json"}).exit_code, 64);
  EXPECT_EQ(live({"../plain.json", "--spawn", "--redis", "redis://h"}).exit_code, 64);
  EXPECT_EQ(live({"../plain.json", "--spawn", "--duration", "5"}).exit_code, 64);
  EXPECT_EQ(live({"../plain.json", "--redis", "http://h"}).exit_code, 65);
  EXPECT_EQ(live({"../missing.json", "--spawn"}).exit_code, 66);
}

TEST_F(Live, somebodys_server_is_used_if_its_database_is_empty) {
  const auto redis = rig::RedisProcess::start();
  ASSERT_TRUE(redis) << to_text(redis.error());
  sandbox_.write("plain.json", lock_scenario(R"("duration": "1s", "liveness": "1s",
    "faults": [{"kind": "crash", "target": "client", "at": "200ms..500ms", "for": "100ms..200ms"}],
    "expect": {"verdict": "valid"})"));
  const std::string url = "redis://127.0.0.1:" + std::to_string((*redis)->port()) + "/3";
  const Finished first = live({"../plain.json", "--redis", url});
  EXPECT_EQ(first.exit_code, 0) << first.out << first.err;
  const Finished second = live({"../plain.json", "--redis", url});
  EXPECT_EQ(second.exit_code, 65) << second.err;
  EXPECT_TRUE(second.err.contains("database 3 has ")) << second.err;
}

TEST_F(Live, an_interrupt_ends_all_processes_and_judges_what_there_is) {
  sandbox_.write("long.json",
                 lock_scenario(R"("duration": "60s", "expect": {"verdict": "valid"})"));
  const auto run = start({"../long.json", "--spawn"});
  ::poll(nullptr, 0, 2'000);
  run->signal(SIGINT);
  const Finished ended = run->wait();
  EXPECT_EQ(ended.exit_code, 130) << ended.out << ended.err;
  EXPECT_TRUE(ended.out.contains("interrupted: judged as far as it went")) << ended.out;
  EXPECT_FALSE(ended.out.contains(" 0 operations")) << ended.out;
  EXPECT_NE(check(0, "quick").exit_code, 65);
  expect_nothing_left();
}

}  // namespace
}  // namespace lockstep::cli
