// The keeper's decisions, in scenes. Every story: keeper_stories_test.cpp.
#include <gtest/gtest.h>

#include <string>

#include "impl/lock/keeper_words.hpp"

namespace lockstep::lock {
namespace {

using Input = KeeperMachine::Input;
using Kind = KeeperMachine::Input::Kind;

struct Scene {
  KeeperMachine machine{config()};
  std::string step(std::int64_t ms, const Input& in) { return to_text(machine.step(at(ms), in)); }
  std::string step(std::int64_t ms, Kind kind) { return step(ms, input(kind)); }
  std::int64_t wakes() const { return (machine.wake_at() - at(0)) / milliseconds(1); }

  /// Holding since 0, deadline 988.
  void hold() {
    EXPECT_EQ(step(0, Kind::look), "acquire-new");
    EXPECT_EQ(step(10, with_deadline(Kind::acquired, 988)), "start");
    EXPECT_TRUE(machine.holding());
  }
};

TEST(KeeperMachine, it_acquires_at_once_and_retries_after_contention) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(5, Kind::contended), "");
  EXPECT_EQ(scene.wakes(), 205);
  EXPECT_EQ(scene.step(204, Kind::look), "");
  EXPECT_EQ(scene.step(205, Kind::look), "acquire-new");
  Input late = input(Kind::contended);
  late.jitter_bits = ~std::uint64_t{0};
  EXPECT_EQ(scene.step(300, late), "");
  EXPECT_EQ(scene.wakes(), 550);
}

TEST(KeeperMachine, an_unknown_acquire_is_tried_again_with_the_same_token_while_it_may) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(100, failed(true, 400)), "");
  EXPECT_EQ(scene.step(300, Kind::look), "acquire-again");
  EXPECT_EQ(scene.step(350, failed(true, 400)), "");
  EXPECT_EQ(scene.step(550, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(560, with_deadline(Kind::acquired, 1500)), "start");
}

TEST(KeeperMachine, a_definite_failure_draws_a_new_token) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(100, failed(false, 900)), "");
  EXPECT_EQ(scene.step(300, Kind::look), "acquire-new");
}

TEST(KeeperMachine, renewals_follow_refresh_interval_from_the_moment_they_were_sent) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.wakes(), 300);
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.wakes(), 888);
  EXPECT_EQ(scene.step(320, with_deadline(Kind::renewed, 1288)), "move");
  EXPECT_EQ(scene.machine.deadline(), at(1288));
  EXPECT_EQ(scene.wakes(), 600);
}

TEST(KeeperMachine, failed_renewals_are_retried_and_leave_the_deadline_and_the_stop) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(500, Kind::renew_failed), "");
  EXPECT_EQ(scene.wakes(), 600);
  EXPECT_EQ(scene.step(600, Kind::look), "renew");
  EXPECT_EQ(scene.step(888, Kind::look), "stop");  // while the second is still out
  EXPECT_EQ(scene.step(890, Kind::renew_failed), "");
  EXPECT_EQ(scene.step(988, Kind::look), "lost-by-deadline cancel");
  EXPECT_FALSE(scene.machine.holding());
  EXPECT_EQ(scene.step(990, Kind::worker_ended), "release");  // the store may still hold it
  EXPECT_EQ(scene.step(995, Kind::released), "");
  EXPECT_EQ(scene.wakes(), 1195);
  EXPECT_EQ(scene.step(1195, Kind::look), "acquire-new");
}

TEST(KeeperMachine, a_worker_stopped_at_stop_at_starts_over_even_if_a_renewal_saves_the_lease) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(880, Kind::look), "renew");
  EXPECT_EQ(scene.step(888, Kind::look), "stop");
  EXPECT_EQ(scene.step(900, with_deadline(Kind::renewed, 1868)), "move");
  EXPECT_TRUE(scene.machine.holding());
  EXPECT_EQ(scene.step(950, Kind::worker_ended), "release");
  EXPECT_EQ(scene.step(960, Kind::released), "");
  EXPECT_EQ(scene.step(1160, Kind::look), "acquire-new");
}

TEST(KeeperMachine, lost_stops_the_worker_at_once_and_cancels_it_after_the_grace) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(310, Kind::lost), "lost stop");
  EXPECT_EQ(scene.wakes(), 410);
  EXPECT_EQ(scene.step(410, Kind::look), "cancel");
  EXPECT_EQ(scene.step(411, Kind::worker_ended), "");  // nothing is left to release
  EXPECT_EQ(scene.step(611, Kind::look), "acquire-new");
}

TEST(KeeperMachine, a_pause_past_the_deadline_is_final_even_if_a_renewal_was_answered) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(1000, with_deadline(Kind::renewed, 1288)), "lost-by-deadline stop cancel");
  EXPECT_FALSE(scene.machine.holding());
}

TEST(KeeperMachine, shutdown_renews_until_the_worker_has_drained_and_then_releases) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(100, Kind::stop), "stop");
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(310, with_deadline(Kind::renewed, 1288)), "move");
  EXPECT_EQ(scene.step(600, Kind::look), "renew");
  EXPECT_EQ(scene.step(610, Kind::worker_ended), "");  // the renewal is still out
  EXPECT_EQ(scene.step(620, with_deadline(Kind::renewed, 1588)), "move release");
  EXPECT_EQ(scene.step(630, Kind::released), "finish");
  EXPECT_TRUE(scene.machine.finished());
}

TEST(KeeperMachine, a_worker_that_ends_by_itself_ends_the_keeper) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(50, Kind::worker_ended), "release");
  EXPECT_EQ(scene.step(60, Kind::released), "finish");
}

TEST(KeeperMachine, shutdown_while_an_acquire_is_out_gives_the_lease_back) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(1, Kind::stop), "");
  EXPECT_EQ(scene.step(10, with_deadline(Kind::acquired, 988)), "release");
  EXPECT_EQ(scene.step(20, Kind::released), "finish");
}

TEST(KeeperMachine, shutdown_after_an_unknown_acquire_releases_what_may_be_held) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(10, failed(true, 900)), "");
  EXPECT_EQ(scene.step(20, Kind::stop), "release");
  EXPECT_EQ(scene.step(30, Kind::release_failed), "release");
  EXPECT_EQ(scene.step(40, Kind::release_failed), "finish");
}

TEST(KeeperMachine, shutdown_while_waiting_ends_at_once) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(5, Kind::contended), "");
  EXPECT_EQ(scene.step(6, Kind::stop), "finish");
}

TEST(KeeperMachine, a_stop_that_came_first_never_acquires) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::stop), "finish");
}

TEST(KeeperMachine, a_lease_that_leaves_no_time_for_work_is_given_back) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(900, with_deadline(Kind::acquired, 988)), "release");
  EXPECT_EQ(scene.step(910, Kind::released), "");
  EXPECT_EQ(scene.step(1110, Kind::look), "acquire-new");
}

}  // namespace
}  // namespace lockstep::lock
