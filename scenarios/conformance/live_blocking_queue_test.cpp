// The durable queue for plain threads, on the real file system. What a queue promises is in
// queue_*_contract.cpp; here is what threads add.
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "impl/facade/blocking_event_queue.hpp"

namespace lockstep::facade {
namespace {

using Queue = BlockingEventQueue<std::string>;

void doze(int ms) { ::poll(nullptr, 0, ms); }

class BlockingQueue : public testing::Test {
 protected:
  BlockingQueue() {
    std::string pattern = std::filesystem::temp_directory_path() / "lockstep-facade-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~BlockingQueue() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Queue open(queue::QueueOptions options = {}) {
    auto queue = Queue::open(folder_ / "jobs", options);
    if (!queue) throw std::runtime_error(queue.error().detail);
    return std::move(*queue);
  }
  std::filesystem::path folder_;
};

TEST_F(BlockingQueue, keeps_events_in_order_through_a_reopen) {
  {
    Queue queue = open();
    EXPECT_TRUE(queue.push("a"));
    EXPECT_TRUE(queue.push_many({"b", "c"}));
    const auto first = queue.pop();
    ASSERT_TRUE(first && *first);
    EXPECT_EQ(*(*first)->value, "a");
    EXPECT_TRUE(queue.ack((*first)->receipt));
    EXPECT_EQ(queue.len(), 2U);
  }
  Queue queue = open();
  EXPECT_EQ(queue.ready_len(), 2U);
  const auto iterator = queue.iterator();
  ASSERT_TRUE(iterator);
  const auto page = (*iterator)->next(10);
  ASSERT_TRUE(page && page->size() == 2);
  EXPECT_EQ(*(*page)[0].value, "b");
  EXPECT_EQ(*(*page)[1].value, "c");
  EXPECT_TRUE((*iterator)->next(10)->empty());
}

TEST_F(BlockingQueue, every_event_of_many_threads_is_handled_once) {
  constexpr int threads = 4;
  constexpr int each = 200;
  Queue queue = open({.push_level = queue::Level::group, .ack_level = queue::Level::group});
  std::mutex mutex;
  std::vector<std::string> handled;
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&queue, t] {
      for (int i = 0; i < each; ++i) {
        EXPECT_TRUE(queue.push(std::to_string(t) + ":" + std::to_string(i)));
      }
    });
    running.emplace_back([&] {
      while (true) {
        const auto event = queue.poll(milliseconds(500));
        if (!event || !*event) return;
        EXPECT_TRUE(queue.ack((*event)->receipt));
        const std::lock_guard lock(mutex);
        handled.push_back(*(*event)->value);
      }
    });
  }
  for (std::thread& one : running) one.join();
  std::sort(handled.begin(), handled.end());
  EXPECT_EQ(handled.size(), std::size_t{threads * each});
  EXPECT_EQ(std::unique(handled.begin(), handled.end()), handled.end());
  EXPECT_TRUE(queue.is_empty());
  const queue::QueueMetrics metrics = queue.metrics();
  EXPECT_LT(metrics.writes, metrics.changes) << "threads shared fsyncs";
}

TEST_F(BlockingQueue, a_push_of_another_thread_ends_a_poll) {
  Queue queue = open();
  std::thread pusher([&queue] {
    doze(50);
    EXPECT_TRUE(queue.push("late"));
  });
  const auto event = queue.poll(seconds(30));
  pusher.join();
  ASSERT_TRUE(event && *event);
  EXPECT_EQ(*(*event)->value, "late");
}

TEST_F(BlockingQueue, a_poll_ends_at_its_time_though_another_thread_runs_the_loop) {
  Queue queue = open();
  std::thread longer([&queue] { EXPECT_TRUE(queue.poll(milliseconds(300))); });
  doze(50);
  const auto none = queue.poll(milliseconds(20));
  EXPECT_TRUE(none && !*none);
  longer.join();
}

TEST_F(BlockingQueue, the_second_opener_is_refused) {
  const Queue queue = open();
  const auto second = Queue::open(folder_ / "jobs");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::in_use) << second.error().detail;
}

TEST_F(BlockingQueue, calls_after_close_say_so) {
  Queue queue = open();
  EXPECT_TRUE(queue.close());
  EXPECT_TRUE(queue.close());
  const auto id = queue.push("x");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Errc::closed);
}

TEST_F(BlockingQueue, a_folder_without_a_name_is_an_error) {
  for (const char* const path : {"", "/"}) {
    const auto queue = Queue::open(path);
    ASSERT_FALSE(queue);
    EXPECT_EQ(queue.error().code, Errc::invalid_argument) << queue.error().detail;
  }
  EXPECT_TRUE(Queue::open((folder_ / "deep/er/jobs").string() + "/"));
}

}  // namespace
}  // namespace lockstep::facade
