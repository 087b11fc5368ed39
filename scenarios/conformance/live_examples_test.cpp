// The example programs as processes of a fleet over a live Redis: killed, stopped and continued.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "impl/live/os_clock.hpp"
#include "rig/child_process.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::rig {
namespace {

constexpr Nanos ttl = seconds(2);  // of the examples
constexpr Nanos retry = milliseconds(200);
/// Two command deadlines, a connect deadline, jitter and a second.
constexpr Nanos bound = 2 * milliseconds(500) + seconds(1) + milliseconds(500) + seconds(1);

MonoTime now() { return live::OsClock().now(); }

void doze(int ms) { ::poll(nullptr, 0, ms); }

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// One process of a fleet, with its output in a file.
class Member {
 public:
  Member(const RedisProcess& server, const std::string& program, const std::string& name,
         const std::vector<std::string>& more = {})
      : file_(server.folder() + "/" + name + ".txt") {
    ChildOptions options;
    options.arguments = {program, "redis://127.0.0.1:" + std::to_string(server.port()), name};
    options.arguments.insert(options.arguments.end(), more.begin(), more.end());
    options.output_file = file_;
    auto started = ChildProcess::start(options);
    EXPECT_TRUE(started) << (started ? "" : to_text(started.error()));
    process = std::move(*started);
  }

  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(file_); }
  [[nodiscard]] std::size_t count(const std::string& start) const {
    const auto all = lines();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const std::string& line) { return line.starts_with(start); }));
  }
  /// Waits until more than `before` lines start so.
  [[nodiscard]] bool says(const std::string& start, std::size_t before, Nanos limit) const {
    const auto end = now() + limit;
    while (count(start) <= before && now() < end) doze(5);
    return count(start) > before;
  }

  ChildProcess process;

 private:
  std::string file_;
};

std::unique_ptr<RedisProcess> start_server() {
  auto server = RedisProcess::start({});
  EXPECT_TRUE(server) << (server ? "" : to_text(server.error()));
  return std::move(*server);
}

void print_distribution(std::vector<std::int64_t> ms) {
  std::sort(ms.begin(), ms.end());
  std::printf(
      "handover after kill -9 of the holder, %zu times: min %lld ms, median %lld ms, max "
      "%lld ms; at most ttl + retry + bound = %lld ms\n",
      ms.size(), static_cast<long long>(ms.front()), static_cast<long long>(ms[ms.size() / 2]),
      static_cast<long long>(ms.back()),
      static_cast<long long>(
          std::chrono::duration_cast<milliseconds>(ttl + retry + bound).count()));
}

TEST(LiveExamples, the_other_takes_over_within_the_bound_when_the_holder_is_killed) {
  const auto server = start_server();
  Member holder(*server, GUARDED_WORKER, "w0");
  ASSERT_TRUE(holder.says("wrote", 0, seconds(10)));
  std::vector<std::int64_t> handovers_ms;
  for (int round = 1; round <= 5; ++round) {
    Member other(*server, GUARDED_WORKER, "w" + std::to_string(round));
    doze(500);  // it finds the lock taken
    EXPECT_EQ(other.count("holds"), 0U);
    holder.process.kill_now();
    const auto killed = now();
    ASSERT_TRUE(other.says("holds", 0, ttl + retry + bound)) << "round " << round;
    handovers_ms.push_back(std::chrono::duration_cast<milliseconds>(now() - killed).count());
    ASSERT_TRUE(other.says("wrote", 0, bound));
    std::swap(holder.process, other.process);  // the dead one goes
  }
  print_distribution(handovers_ms);
}

TEST(LiveExamples, a_holder_that_was_stopped_past_its_lease_is_refused_when_it_goes_on) {
  const auto server = start_server();
  std::size_t refusals = 0;
  for (int round = 0; round < 4 && refusals == 0; ++round) {
    Member old(*server, GUARDED_WORKER, "old" + std::to_string(round));
    ASSERT_TRUE(old.says("wrote", 2, seconds(10)));
    Member next(*server, GUARDED_WORKER, "next" + std::to_string(round));
    doze(300);
    old.process.signal(SIGSTOP);
    ASSERT_TRUE(next.says("wrote", 0, ttl + retry + bound));
    const std::size_t written = old.count("wrote");
    old.process.signal(SIGCONT);
    doze(1'000);
    EXPECT_EQ(old.count("wrote"), written) << "an old token was accepted";
    EXPECT_EQ(old.count("holds"), 1U) << "it goes back to waiting";
    refusals += old.count("refused: token");
    next.process.kill_now();
    old.process.kill_now();
    const auto flushed = server->ask({"FLUSHALL"});
    ASSERT_TRUE(flushed);
  }
  EXPECT_GE(refusals, 1U) << "never stopped between the look at the lease and the write";
}

TEST(LiveExamples, pipelines_of_which_one_is_killed_leave_no_event_out) {
  const auto server = start_server();
  const std::vector<std::string> long_run{"500", "30"};
  Member first(*server, COLLECTION_PIPELINE, "a", long_run);
  ASSERT_TRUE(first.says("wrote", 3, seconds(10)));
  Member second(*server, COLLECTION_PIPELINE, "b", {"100", "9"});
  doze(300);
  EXPECT_EQ(second.count("wrote"), 0U);
  first.process.kill_now();
  ASSERT_TRUE(second.process.wait_for(seconds(30)));
  EXPECT_EQ(second.process.wait_status(), 0);
  const auto emitted = server->ask({"HLEN", "{lockstep-log}:log:shop:orders"});
  const auto written = server->ask({"HLEN", "{lockstep-view}:hash:shop:orders"});
  ASSERT_TRUE(emitted && written);
  EXPECT_EQ(*emitted, *written);
  EXPECT_GE(std::stoi(*emitted), 120);
  EXPECT_EQ(second.count("lockstep_lock_acquired_total{key=\"lock:shop:orders\"} 1"), 1U);
}

TEST(LiveExamples, no_period_is_started_twice_when_the_leader_is_killed) {
  const auto server = start_server();
  Member first(*server, BEAT_SCHEDULER, "a", {"30"});
  ASSERT_TRUE(first.says("a starts mail", 3, seconds(10)));
  Member second(*server, BEAT_SCHEDULER, "b", {"8"});
  doze(500);
  EXPECT_EQ(second.count("b starts"), 0U);
  first.process.kill_now();
  ASSERT_TRUE(second.process.wait_for(seconds(30)));
  EXPECT_EQ(second.count("it was leader"), 1U);
  std::map<std::string, int> started;
  for (const Member* member : {&first, &second}) {
    for (const std::string& line : member->lines()) {
      std::smatch found;
      const std::regex words("^. starts (.*), token .*");
      if (std::regex_match(line, found, words)) ++started[found[1]];
    }
  }
  EXPECT_GE(started.size(), 10U);
  for (const auto& [what, count] : started) EXPECT_EQ(count, 1) << what;
}

TEST(LiveExamples, wrong_words_are_told_how_it_is_used) {
  for (const std::string program : {BEAT_SCHEDULER, COLLECTION_PIPELINE, GUARDED_WORKER}) {
    const auto server_folder = start_server();
    ChildOptions options;
    options.arguments = {program, "nonsense"};
    options.output_file = server_folder->folder() + "/usage.txt";
    auto started = ChildProcess::start(options);
    ASSERT_TRUE(started);
    ASSERT_TRUE(started->wait_for(seconds(10)));
    EXPECT_EQ(WEXITSTATUS(started->wait_status()), 64);
    EXPECT_TRUE(lines_of(options.output_file).at(0).starts_with("usage: "));
  }
}

}  // namespace
}  // namespace lockstep::rig
