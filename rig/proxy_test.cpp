// The proxy in front of a real server, and the lane of one direction as the machine that it is.
#include "rig/proxy.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "rig/blocking_redis.hpp"
#include "rig/proxy_lane.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::rig {
namespace {

constexpr FaultId fault{7};

std::vector<std::byte> bytes(std::size_t n) { return std::vector<std::byte>(n, std::byte{1}); }
MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

TEST(Lane, delivers_in_order_what_no_fault_holds) {
  Lane lane;
  const WayState way;
  lane.take(bytes(1), way, at(0));
  lane.take(bytes(2), way, at(0));
  ASSERT_NE(lane.ready(way, at(0)), nullptr);
  EXPECT_EQ(lane.ready(way, at(0))->size(), 1U);
  lane.pop();
  EXPECT_EQ(lane.ready(way, at(0))->size(), 2U);
}

TEST(Lane, a_clog_holds_and_then_releases_everything) {
  Lane lane;
  WayState way;
  way.clogs = {fault};
  lane.take(bytes(1), way, at(0));
  EXPECT_EQ(lane.ready(way, at(1000)), nullptr);
  way.clogs.clear();
  EXPECT_NE(lane.ready(way, at(1000)), nullptr);
  EXPECT_FALSE(lane.has_lost());
}

TEST(Lane, of_what_a_cut_held_back_all_or_nothing_comes) {
  for (const bool delivers : {true, false}) {
    Lane lane;
    WayState way;
    way.cuts = {fault};
    lane.take(bytes(1), way, at(0));
    EXPECT_TRUE(lane.has_lost());
    way.cuts.clear();
    lane.resolve_cut(delivers);
    EXPECT_EQ(lane.ready(way, at(1)) != nullptr, delivers);
    lane.take(bytes(1), way, at(2));
    EXPECT_EQ(lane.is_silent(), !delivers);
  }
}

TEST(Lane, a_cut_that_held_nothing_back_leaves_no_trace) {
  Lane lane;
  lane.resolve_cut(false);
  EXPECT_FALSE(lane.is_silent());
}

TEST(Lane, what_is_slowed_keeps_its_order_when_the_delay_falls) {
  Lane lane;
  WayState way;
  way.extra = milliseconds(100);
  lane.take(bytes(1), way, at(0));
  way.extra = Nanos(0);
  lane.take(bytes(2), way, at(10));
  EXPECT_EQ(lane.ready(way, at(50)), nullptr);
  EXPECT_EQ(lane.due(way), at(100));
  lane.pop();
  EXPECT_EQ(lane.due(way), at(100));
}

TEST(Lane, is_over_when_the_end_of_the_stream_was_delivered_or_will_never_be) {
  Lane lane;
  const WayState way;
  lane.take({}, way, at(0));
  EXPECT_FALSE(lane.is_over());
  lane.fall_silent();
  EXPECT_TRUE(lane.is_over());
}

/// A server behind a proxy whose loop has a thread of its own.
class ProxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto redis = RedisProcess::start();
    ASSERT_TRUE(redis) << to_text(redis.error());
    redis_ = std::move(*redis);
    const auto server = look_up(loop_, redis_->host(), redis_->port());
    ASSERT_TRUE(server);
    ProxyOptions options;
    options.server = *server;
    options.delivers_late = [this](std::uint64_t) { return delivers_late_; };
    options.on_touched = [this](FaultId which) { touched_ += which == fault ? 1 : 0; };
    auto proxy = Proxy::open(loop_, std::move(options));
    ASSERT_TRUE(proxy) << to_text(proxy.error());
    proxy_ = std::move(*proxy);
    loop_.start_thread();
  }
  void TearDown() override {
    loop_.stop_thread();
    proxy_.reset();
  }

  /// On the loop's thread, and done when this returns.
  void act(const std::function<void(Proxy&)>& what) {
    std::promise<void> done;
    loop_.post([&] {
      what(*proxy_);
      done.set_value();
    });
    done.get_future().wait();
  }
  [[nodiscard]] Result<std::string> ping(Nanos limit = seconds(5)) const {
    return ask_redis({.port = proxy_->port()}, {"PING"}, limit);
  }

  bool delivers_late_ = true;
  std::atomic<int> touched_ = 0;
  live::Loop loop_;
  std::unique_ptr<RedisProcess> redis_;
  std::unique_ptr<Proxy> proxy_;
};

TEST_F(ProxyTest, passes_everything_on_while_nothing_is_wrong) {
  EXPECT_EQ(ping(), "PONG");
  const std::string big(1 << 20, 'x');
  EXPECT_EQ(ask_redis({.port = proxy_->port()}, {"ECHO", big}, seconds(5)), big);
  EXPECT_EQ(touched_, 0);
}

TEST_F(ProxyTest, a_connection_made_during_a_cut_gets_no_answer_and_new_ones_do_after_it) {
  act([](Proxy& proxy) { proxy.cut(fault, Way::down); });
  const auto unanswered = ping(milliseconds(100));
  ASSERT_FALSE(unanswered);
  EXPECT_EQ(unanswered.error().code, Errc::no_reply);
  EXPECT_GT(touched_, 0);
  act([](Proxy& proxy) { proxy.heal(fault, Way::down); });
  EXPECT_EQ(ping(), "PONG");
}

TEST_F(ProxyTest, cuts_count) {
  act([](Proxy& proxy) {
    proxy.cut(fault, Way::up);
    proxy.cut(FaultId{8}, Way::up);
    proxy.heal(fault, Way::up);
  });
  EXPECT_FALSE(ping(milliseconds(100)));
  act([](Proxy& proxy) { proxy.heal(FaultId{8}, Way::up); });
  EXPECT_EQ(ping(), "PONG");
}

TEST_F(ProxyTest, what_is_clogged_arrives_after_it) {
  act([](Proxy& proxy) { proxy.clog(fault, Way::up); });
  std::future<Result<std::string>> answer = std::async([this] { return ping(); });
  EXPECT_EQ(answer.wait_for(milliseconds(100)), std::future_status::timeout);
  act([](Proxy& proxy) { proxy.unclog(fault, Way::up); });
  EXPECT_EQ(answer.get(), "PONG");
  EXPECT_GT(touched_, 0);
}

TEST_F(ProxyTest, what_is_slowed_takes_longer) {
  act([](Proxy& proxy) { proxy.slow(fault, Way::down, milliseconds(200)); });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ping(), "PONG");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(200));
}

TEST_F(ProxyTest, a_reset_ends_connections) {
  act([](Proxy& proxy) { proxy.clog(fault, Way::up); });
  std::future<Result<std::string>> answer = std::async([this] { return ping(); });
  EXPECT_EQ(answer.wait_for(milliseconds(100)), std::future_status::timeout);
  act([](Proxy& proxy) { proxy.reset(fault); });
  const Result<std::string> ended = answer.get();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::connection_lost);
}

TEST_F(ProxyTest, refuses_and_listens_again_on_the_same_port) {
  act([](Proxy& proxy) { proxy.refuse(true); });
  const auto refused = ping();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  act([](Proxy& proxy) { proxy.refuse(true); });  // no more than once
  EXPECT_FALSE(ping());
  act([](Proxy& proxy) { proxy.refuse(false); });
  EXPECT_EQ(ping(), "PONG");
}

TEST_F(ProxyTest, a_server_that_is_gone_is_a_lost_connection) {
  redis_->kill_now();
  const auto lost = ping();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::connection_lost);
}

TEST_F(ProxyTest, heal_all_ends_everything) {
  act([](Proxy& proxy) {
    proxy.cut(fault, Way::up);
    proxy.clog(fault, Way::down);
    proxy.slow(fault, Way::up, seconds(60));
    proxy.refuse(true);
    proxy.heal_all();
  });
  EXPECT_EQ(ping(), "PONG");
}

}  // namespace
}  // namespace lockstep::rig
