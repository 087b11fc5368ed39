// The queue on Redis streams for plain threads, on a live server.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "impl/facade/blocking_event_queue.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::facade {
namespace {

using Queue = BlockingEventQueue<std::string, queue::RedisStreamQueue>;

class BlockingStreams : public testing::Test {
 protected:
  void SetUp() override {
    auto started = rig::RedisProcess::start({});
    ASSERT_TRUE(started) << to_text(started.error());
    server_ = std::move(*started);
  }
  [[nodiscard]] Result<Queue> open(queue::RedisStreamOptions options = {}) const {
    return Queue::open("redis://" + server_->host() + ":" + std::to_string(server_->port()) +
                           "?command_timeout=5s",
                       std::move(options));
  }
  std::unique_ptr<rig::RedisProcess> server_;
};

TEST_F(BlockingStreams, every_event_of_many_threads_and_openings_is_handled_once) {
  constexpr int openings = 2;
  constexpr int each = 50;
  std::mutex mutex;
  std::vector<std::string> handled;
  const auto work = [&](int number) {
    auto queue = open();
    ASSERT_TRUE(queue) << to_text(queue.error());
    std::thread producer([&queue, number] {
      for (int i = 0; i < each; ++i) {
        EXPECT_TRUE(queue->push(std::to_string(number * each + i)));
      }
    });
    while (auto event = queue->poll(milliseconds(500)).value_or(std::nullopt)) {
      EXPECT_TRUE(queue->ack(event->receipt));
      const std::lock_guard lock(mutex);
      handled.push_back(*event->value);
    }
    producer.join();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < openings; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  std::sort(handled.begin(), handled.end());
  EXPECT_EQ(handled.size(), std::size_t{openings * each});
  EXPECT_EQ(std::unique(handled.begin(), handled.end()), handled.end());
}

TEST_F(BlockingStreams, what_is_not_acked_comes_again_and_an_old_receipt_is_stale) {
  queue::RedisStreamOptions options;
  options.visibility = milliseconds(300);
  auto queue = open(options);
  ASSERT_TRUE(queue) << to_text(queue.error());
  ASSERT_TRUE(queue->push("a"));
  const auto first = queue->pop();
  ASSERT_TRUE(first && *first);
  const auto again = queue->poll(seconds(5));
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->receipt.attempt, 2U);
  EXPECT_EQ(queue->ack((*first)->receipt).error().code, Errc::stale);
  EXPECT_TRUE(queue->ack((*again)->receipt));
  EXPECT_EQ(queue->count().value_or(queue::QueueCounts{.ready = 9}), queue::QueueCounts{});
}

TEST_F(BlockingStreams, a_queue_that_the_server_lost_is_not_begun_anew_in_silence) {
  auto queue = open();
  ASSERT_TRUE(queue) << to_text(queue.error());
  ASSERT_TRUE(queue->push("a"));
  server_->kill_now();
  ASSERT_TRUE(server_->restart());  // without an append-only file: empty
  Result<queue::EventId> pushed = queue->push("b");
  for (int i = 0; i < 50 && !pushed && pushed.error().code != Errc::corrupt; ++i) {
    pushed = queue->push("b");
  }
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().code, Errc::corrupt) << to_text(pushed.error());
  EXPECT_FALSE(pushed.error().indefinite());
  const auto popped = queue->pop();
  ASSERT_FALSE(popped);
  EXPECT_EQ(popped.error().code, Errc::corrupt) << to_text(popped.error());
}

TEST_F(BlockingStreams, a_bad_url_and_bad_options_are_refused) {
  const auto bad = Queue::open("http://127.0.0.1", {});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::invalid_argument);
  queue::RedisStreamOptions options;
  options.visibility = Nanos(0);
  const auto endless = open(options);
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace lockstep::facade
