// The durable queue in real processes on a real file system: killed at any moment, opened twice,
// out of space.
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "impl/base/draw.hpp"
#include "impl/base/test_seeds.hpp"
#include "impl/facade/blocking_event_queue.hpp"
#include "rig/child_process.hpp"

namespace lockstep::rig {
namespace {

using Queue = facade::BlockingEventQueue<std::string>;
using Ids = std::set<std::uint64_t>;

class QueueProcess : public testing::Test {
 protected:
  QueueProcess() {
    std::string pattern = std::filesystem::temp_directory_path() / "lockstep-process-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~QueueProcess() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path jobs() const { return folder_ / "jobs"; }
  [[nodiscard]] std::string output() const { return folder_ / "output.txt"; }
  /// The example program, working on the queue without end.
  [[nodiscard]] ChildProcess start(const std::string& level) const {
    ChildOptions options;
    options.arguments = {JOB_QUEUE, jobs(), level, "1000000"};
    options.output_file = output();
    auto started = ChildProcess::start(options);
    if (!started) throw std::runtime_error(started.error().detail);
    return std::move(*started);
  }

  std::filesystem::path folder_;
};

/// What the processes said they did, and what they may have done.
struct Account {
  Ids pushed;
  Ids done;
  Ids doing;  ///< the ack was about to be asked for: it may have happened

  /// A last line that was cut off counts for nothing.
  void read(const std::string& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line) && !in.eof();) {
      const std::size_t space = line.find(' ');
      if (space == std::string::npos) continue;
      const std::string what = line.substr(0, space);
      const std::uint64_t number = std::strtoull(line.c_str() + space, nullptr, 10);
      if (what == "pushed") {
        EXPECT_TRUE(pushed.insert(number).second) << "id twice: " << number;
      }
      if (what == "doing") doing.insert(number);
      if (what == "done") done.insert(number);
    }
  }
};

Ids ids_in(Queue& queue) {
  Ids ids;
  const auto iterator = queue.iterator();
  EXPECT_TRUE(iterator);
  while (iterator) {
    const auto page = (*iterator)->next(1'000);
    EXPECT_TRUE(page);
    if (!page || page->empty()) break;
    for (const auto& event : *page) ids.insert(event.receipt.id.value);
  }
  return ids;
}

/// @param unknown_max  Pushes that were never answered.
void expect_accounted(const Account& account, const Ids& present, std::size_t unknown_max) {
  std::size_t unknown = 0;
  for (const std::uint64_t id : account.pushed) {
    const bool may_be_gone = account.doing.contains(id) || account.done.contains(id);
    EXPECT_TRUE(present.contains(id) || may_be_gone) << "event " << id << " is lost";
  }
  for (const std::uint64_t id : present) {
    EXPECT_FALSE(account.done.contains(id)) << "event " << id << " was acked and is there";
    unknown += account.pushed.contains(id) ? 0 : 1;
  }
  EXPECT_LE(unknown, unknown_max);
}

void wait_until_it_works(const std::string& output) {
  for (int i = 0; i < 5'000 && tail_of(output, 100).find("pushed") == std::string::npos; ++i) {
    ::poll(nullptr, 0, 2);
  }
}

void kill_again_and_again(const std::string& level, const std::function<ChildProcess()>& start,
                          const std::filesystem::path& folder, const std::string& output) {
  const Seed seed{2026};
  constexpr std::uint64_t producers = 2;
  const std::uint64_t kills = test_seeds(100);
  Account account;
  std::uint64_t worked = 0;
  for (std::uint64_t round = 0; round < kills; ++round) {
    ChildProcess child = start();
    // one in four times while it opens the queue, else while it works
    const bool is_opening = round % 4 == 0;
    if (!is_opening) wait_until_it_works(output);
    const std::uint64_t ms = below(draw(seed, DrawStream::test, round), 60);
    ::poll(nullptr, 0, static_cast<int>(ms));
    child.kill_now();
    const std::size_t before = account.pushed.size();
    account.read(output);
    worked += account.pushed.size() > before ? 1 : 0;
    std::filesystem::remove(output);
    auto queue = Queue::open(folder);
    ASSERT_TRUE(queue) << queue.error().detail;
    EXPECT_TRUE(queue->recovery().damage.empty());
    expect_accounted(account, ids_in(*queue), producers * (round + 1));
    if (testing::Test::HasFailure()) return;
  }
  std::printf("%s: %llu kills, in %llu of these runs events were pushed; %zu pushed, %zu done\n",
              level.c_str(), static_cast<unsigned long long>(kills),
              static_cast<unsigned long long>(worked), account.pushed.size(), account.done.size());
  EXPECT_GT(worked, kills / 2);
  EXPECT_GT(account.done.size(), kills);
}

TEST_F(QueueProcess, accounts_for_every_event_at_sync_however_often_it_is_killed) {
  kill_again_and_again("sync", [this] { return start("sync"); }, jobs(), output());
}

TEST_F(QueueProcess, accounts_for_every_event_at_group_however_often_it_is_killed) {
  kill_again_and_again("group", [this] { return start("group"); }, jobs(), output());
}

TEST_F(QueueProcess, another_process_cannot_open_the_queue_meanwhile) {
  ChildProcess child = start("group");
  wait_until_it_works(output());
  ASSERT_TRUE(child.running()) << tail_of(output(), 1'000);
  const auto second = Queue::open(jobs());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::in_use);
  EXPECT_NE(second.error().detail.find(jobs().string()), std::string::npos)
      << second.error().detail;
  child.kill_now();
  EXPECT_TRUE(Queue::open(jobs())) << "the lock ends with its process";
}

// ---- no space left ------------------------------------------------------------------------------

/// Pushes until it fails. @return how many were pushed.
std::size_t fill(Queue& queue, Error& error) {
  const std::string payload(64U << 10U, 'x');
  for (std::size_t n = 0;; ++n) {
    const auto id = queue.push(payload);
    if (id) continue;
    error = id.error();
    return n;
  }
}

void expect_all_handled(Queue& queue, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    const auto event = queue.pop();
    ASSERT_TRUE(event && *event) << "event " << n << " of " << count;
    const auto acked = queue.ack((*event)->receipt);
    ASSERT_TRUE(acked) << acked.error().detail;
    EXPECT_EQ(*acked, queue::Acked::acked);
  }
  EXPECT_TRUE(queue.is_empty());
}

TEST_F(QueueProcess, a_push_into_the_reserve_is_refused_and_acks_go_on) {
  {
    auto queue = Queue::open(jobs());
    ASSERT_TRUE(queue && queue->push_many({"a", "b"}));
  }
  const auto space = std::filesystem::space(folder_);
  auto queue = Queue::open(jobs(), {.reserve_bytes = space.capacity});
  ASSERT_TRUE(queue);
  const auto refused = queue->push("c");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::disk_full);
  EXPECT_FALSE(refused.error().indefinite()) << "nothing was written";
  expect_all_handled(*queue, 2);
}

/// A file system of its own, of 40 MiB; needs root.
class SmallDisk : public QueueProcess {
 protected:
  void SetUp() override {
    if (mount("none", folder_.c_str(), "tmpfs", 0, "size=40m") != 0) {
      GTEST_SKIP() << "only root mounts a small file system";
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
};

TEST_F(SmallDisk, pushes_stop_at_the_reserve_and_everything_is_acked) {
  auto queue = Queue::open(jobs(), {.reserve_bytes = 8U << 20U});
  ASSERT_TRUE(queue) << queue.error().detail;
  Error error;
  const std::size_t pushed = fill(*queue, error);
  EXPECT_EQ(error.code, Errc::disk_full);
  EXPECT_FALSE(error.indefinite());
  EXPECT_GT(pushed, 100U);
  expect_all_handled(*queue, pushed);
}

TEST_F(SmallDisk, a_disk_that_is_really_full_loses_nothing_that_was_acknowledged) {
  std::ofstream(folder_ / "ballast") << std::string(4U << 20U, 'b');
  std::size_t pushed = 0;
  {
    auto queue = Queue::open(jobs(), {.reserve_bytes = 0});
    ASSERT_TRUE(queue) << queue.error().detail;
    Error error;
    pushed = fill(*queue, error);
    EXPECT_EQ(error.code, Errc::disk_full) << error.detail;
    const auto again = queue->push("more");
    ASSERT_FALSE(again);
    EXPECT_FALSE(again.error().indefinite()) << "after a failed write nothing more is written";
  }
  std::filesystem::remove(folder_ / "ballast");
  auto queue = Queue::open(jobs(), {.reserve_bytes = 0});
  ASSERT_TRUE(queue) << queue.error().detail;
  EXPECT_TRUE(queue->recovery().damage.empty());
  EXPECT_GE(queue->len(), pushed);
  EXPECT_LE(queue->len(), pushed + 1);  // what failed may be there
  expect_all_handled(*queue, queue->len());
}

}  // namespace
}  // namespace lockstep::rig
