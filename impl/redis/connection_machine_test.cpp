#include "impl/redis/connection_machine.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "impl/base/draw.hpp"

namespace lockstep::redis {
namespace {

using Input = ConnectionMachine::Input;
using Does = ConnectionMachine::Action::Kind;
using Kind = Input::Kind;

constexpr std::uint64_t most = ~std::uint64_t{0};  // draws the longest pause
constexpr ConnectionMachine::Backoff backoff{milliseconds(10), milliseconds(80)};

MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

Does does(ConnectionMachine& machine, std::int64_t ms, Kind kind, bool wanted) {
  return machine.step(at(ms), {kind, wanted, most}).kind;
}

TEST(ConnectionMachine, it_connects_on_demand_only) {
  ConnectionMachine machine(backoff);
  const auto idle = machine.step(at(0), {Kind::look, false, 0});
  EXPECT_EQ(idle.kind, Does::wait);
  EXPECT_EQ(idle.until, never);
  EXPECT_EQ(does(machine, 1, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 2, Kind::connected, true), Does::serve);
}

TEST(ConnectionMachine, pauses_double_up_to_the_maximum_and_are_kept) {
  ConnectionMachine machine(backoff);
  std::vector<std::int64_t> pauses;
  std::int64_t ms = 0;
  EXPECT_EQ(does(machine, ms, Kind::look, true), Does::connect);
  for (int i = 0; i < 6; ++i) {
    const auto action = machine.step(at(ms), {Kind::failed, true, most});
    ASSERT_EQ(action.kind, Does::wait);
    pauses.push_back((action.until - at(ms)) / milliseconds(1));
    ms += pauses.back();
    EXPECT_EQ(does(machine, ms - 1, Kind::look, true), Does::wait);
    EXPECT_EQ(does(machine, ms, Kind::look, true), Does::connect);
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{10, 20, 40, 80, 80, 80}));
  EXPECT_EQ(machine.failures(), 6U);
}

TEST(ConnectionMachine, a_connection_that_brought_a_reply_is_replaced_at_once) {
  ConnectionMachine machine(backoff);
  EXPECT_EQ(does(machine, 0, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 0, Kind::failed, true), Does::wait);
  EXPECT_EQ(does(machine, 10, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 10, Kind::connected, true), Does::serve);
  machine.prove();
  EXPECT_EQ(machine.failures(), 0U);
  EXPECT_EQ(does(machine, 11, Kind::lost, true), Does::connect);
}

TEST(ConnectionMachine, one_that_dies_before_any_reply_counts_as_failed) {
  ConnectionMachine machine(backoff);
  EXPECT_EQ(does(machine, 0, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 0, Kind::connected, true), Does::serve);
  const auto action = machine.step(at(0), {Kind::lost, true, most});
  EXPECT_EQ(action.kind, Does::wait);
  EXPECT_EQ(action.until, at(10));
}

TEST(ConnectionMachine, a_replica_is_left_with_a_pause_even_when_it_answered) {
  ConnectionMachine machine(backoff);
  EXPECT_EQ(does(machine, 0, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 0, Kind::connected, true), Does::serve);
  machine.prove();
  EXPECT_EQ(does(machine, 0, Kind::turned_away, true), Does::wait);
  EXPECT_EQ(machine.failures(), 1U);
}

TEST(ConnectionMachine, a_lost_connection_that_nobody_needs_stays_lost) {
  ConnectionMachine machine(backoff);
  EXPECT_EQ(does(machine, 0, Kind::look, true), Does::connect);
  EXPECT_EQ(does(machine, 0, Kind::connected, false), Does::serve);
  machine.prove();
  const auto action = machine.step(at(1), {Kind::lost, false, 0});
  EXPECT_EQ(action.kind, Does::wait);
  EXPECT_EQ(action.until, never);
}

TEST(ConnectionMachine, every_pause_lies_between_half_and_the_whole) {
  for (std::uint32_t k = 1; k < 70; ++k) {
    const Nanos whole = backoff_pause(backoff, k, most);
    for (std::uint64_t i = 0; i < 50; ++i) {
      const Nanos pause = backoff_pause(backoff, k, draw(Seed{k}, DrawStream::test, i));
      EXPECT_GE(pause, whole / 2);
      EXPECT_LE(pause, whole);
    }
    EXPECT_LE(whole, backoff.max);
  }
}

TEST(ConnectionMachine, only_failures_that_waiting_cannot_mend_reach_the_waiters) {
  for (int code = 0; code <= static_cast<int>(Errc::in_use); ++code) {
    const auto errc = static_cast<Errc>(code);
    const bool expected = errc == Errc::denied || errc == Errc::bad_certificate ||
                          errc == Errc::protocol || errc == Errc::invalid_argument;
    EXPECT_EQ(fails_waiters(errc), expected) << name_of(errc);
  }
}

}  // namespace
}  // namespace lockstep::redis
