// A real redis-server under the shim: its wall clock is what the test says, its timers go on.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "rig/clock_shim/clock_file.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::rig {
namespace {

class ClockShim : public ::testing::Test {
 protected:
  void start(ClockMode mode, Nanos at_start) {
    // Not in the server's folder, which is made by starting it.
    std::string folder =
        (std::filesystem::temp_directory_path() / "lockstep-clock-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    auto clock = ClockFile::create(folder_ + "/clock", mode);
    ASSERT_TRUE(clock) << to_text(clock.error());
    clock_.emplace(std::move(*clock));
    clock_->set(at_start);
    RedisOptions options;
    options.environment = clock_->environment();
    auto redis = RedisProcess::start(options);
    ASSERT_TRUE(redis) << to_text(redis.error());
    redis_ = std::move(*redis);
  }
  void TearDown() override {
    redis_.reset();
    clock_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::string ask(const std::vector<std::string>& command) {
    const auto reply = redis_->ask(command);
    return reply ? *reply : to_text(reply.error());
  }

  std::string folder_;
  std::optional<ClockFile> clock_;
  std::unique_ptr<RedisProcess> redis_;
};

TEST_F(ClockShim, a_jump_forward_takes_from_what_is_left_to_live) {
  ASSERT_NO_FATAL_FAILURE(start(ClockMode::offset, Nanos(0)));
  EXPECT_EQ(ask({"SET", "k", "v", "EX", "100"}), "OK");
  clock_->set(seconds(60));
  const int left = std::stoi(ask({"TTL", "k"}));
  EXPECT_LE(left, 40);
  EXPECT_GE(left, 30);
  clock_->set(seconds(200));
  EXPECT_EQ(ask({"EXISTS", "k"}), "0");
}

TEST_F(ClockShim, a_jump_back_gives_to_what_is_left_to_live) {
  ASSERT_NO_FATAL_FAILURE(start(ClockMode::offset, Nanos(0)));
  EXPECT_EQ(ask({"SET", "k", "v", "EX", "100"}), "OK");
  clock_->set(seconds(-1000));
  EXPECT_GT(std::stoi(ask({"TTL", "k"})), 1000);
}

TEST_F(ClockShim, an_absolute_clock_stands_still_and_moves_by_the_millisecond) {
  const Nanos start_at = seconds(1'700'000'000);
  ASSERT_NO_FATAL_FAILURE(start(ClockMode::absolute, start_at));
  EXPECT_EQ(ask({"SET", "k", "v", "PX", "100"}), "OK");
  EXPECT_EQ(ask({"PTTL", "k"}), "100");
  EXPECT_EQ(ask({"PTTL", "k"}), "100");
  clock_->set(start_at + milliseconds(99) + Nanos(999'999));
  EXPECT_EQ(ask({"PTTL", "k"}), "1");
  EXPECT_EQ(ask({"PEXPIRETIME", "k"}), "1700000000100");
  clock_->set(start_at + milliseconds(101));
  EXPECT_EQ(ask({"PTTL", "k"}), "-2");
  EXPECT_EQ(clock_->value(), start_at + milliseconds(101));
}

TEST(ClockFile, a_path_that_cannot_be_made_is_an_error) {
  const auto clock = ClockFile::create("/no/such/folder/clock", ClockMode::offset);
  ASSERT_FALSE(clock);
  EXPECT_EQ(clock.error().code, Errc::io_error);
}

}  // namespace
}  // namespace lockstep::rig
