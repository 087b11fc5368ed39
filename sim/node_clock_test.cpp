// Clocks: exact against 128-bit arithmetic, timers never early, slewing never jumps or goes back.
#include "sim/node_clock.hpp"

#include <gtest/gtest.h>
// rapidcheck's GoogleTest glue wants gtest first
#include <rapidcheck/gtest.h>

#include "impl/base/draw.hpp"

namespace lockstep::sim {
namespace {

__extension__ using Wide = __int128;

constexpr Nanos start = seconds(1000);
constexpr Nanos skew = milliseconds(3);

Nanos wall_error(const NodeClock& clock, Nanos true_now) {
  return clock.wall(true_now).time_since_epoch() - NodeClock::wall_epoch - true_now;
}

/// Uniform in the rates that Verbs::drift() takes.
PartsPerMillion rate_of(std::uint64_t bits) { return {between(bits, -500'000, 500'000)}; }

/// Durations of all magnitudes up to `bits_max` bits.
Nanos span_of(std::uint64_t bits, unsigned bits_max) {
  const unsigned width = static_cast<unsigned>(below(mix64(bits), bits_max)) + 1;
  return Nanos(static_cast<std::int64_t>(bits >> (64 - width)));
}

RC_GTEST_PROP(NodeClock, reads_exactly_what_128_bits_would_say,
              (std::uint64_t a, std::uint64_t b)) {
  const PartsPerMillion rate = rate_of(mix64(a));
  const Nanos elapsed = span_of(mix64(b), 60);
  const NodeClock clock(start, Nanos(0), rate);
  const Wide exact = static_cast<Wide>(elapsed.count()) * (1'000'000 + rate.value) / 1'000'000;
  RC_ASSERT(static_cast<Wide>((clock.mono(elapsed) - MonoTime(start)).count()) == exact);
}

RC_GTEST_PROP(NodeClock, a_timer_is_never_early_and_at_most_one_tick_late,
              (std::uint64_t a, std::uint64_t b, std::uint64_t c)) {
  const NodeClock clock(start, Nanos(0), rate_of(mix64(a)));
  const Nanos now = span_of(mix64(b), 58);
  const MonoTime wanted = clock.mono(now) + span_of(mix64(c), 58);
  const Nanos fires = clock.true_at(wanted, now);
  RC_ASSERT(fires >= now);
  RC_ASSERT(clock.mono(fires) >= wanted);
  if (fires > now) RC_ASSERT(clock.mono(fires - Nanos(1)) < wanted);
}

TEST(NodeClock, a_time_that_has_passed_is_now_and_one_beyond_all_time_is_never) {
  for (const std::int64_t ppm : {-500'000, 0, 500'000}) {
    const NodeClock clock(start, Nanos(0), PartsPerMillion{ppm});
    EXPECT_EQ(clock.true_at(MonoTime(start) - seconds(1), seconds(5)), seconds(5));
    EXPECT_EQ(clock.true_at(MonoTime::min(), seconds(5)), seconds(5));
    EXPECT_GE(clock.true_at(never, seconds(5)), Nanos::max() / 2);
  }
  const NodeClock slow(start, Nanos(0), PartsPerMillion{-999'999});
  EXPECT_EQ(slow.true_at(never, seconds(5)), Nanos::max());
}

TEST(NodeClock, the_wall_clock_starts_off_by_the_skew_and_keeps_the_rate) {
  const NodeClock clock(start, skew, PartsPerMillion{100});
  EXPECT_EQ(wall_error(clock, Nanos(0)), skew);
  EXPECT_EQ(wall_error(clock, seconds(100)), skew + milliseconds(10));
}

TEST(NodeClock, a_step_moves_the_wall_clock_only) {
  NodeClock clock(start, skew, PartsPerMillion{0});
  clock.step_wall(seconds(-7), seconds(1));
  EXPECT_EQ(wall_error(clock, seconds(1)), skew - seconds(7));
  EXPECT_EQ(clock.mono(seconds(1)), MonoTime(start) + seconds(1));
}

/// Changes of all kinds at drawn times; both clocks are continuous where no step is.
RC_GTEST_PROP(NodeClock, no_change_of_rate_and_no_slew_jumps_or_turns_a_clock_back,
              (const std::vector<std::uint64_t>& changes)) {
  NodeClock clock(start, skew, PartsPerMillion{0});
  Nanos now{0};
  for (const std::uint64_t seed : changes) {
    const std::uint64_t bits = mix64(seed);
    const MonoTime mono = clock.mono(now);
    const WallTime wall = clock.wall(now);
    if ((bits & 1U) != 0) clock.slew_wall(now);
    if ((bits & 2U) != 0) clock.set_rate(rate_of(mix64(bits)), now);
    RC_ASSERT(clock.mono(now) == mono);
    RC_ASSERT(clock.wall(now) == wall);
    const Nanos later = now + span_of(mix64(bits + 1), 40);
    RC_ASSERT(clock.mono(later) >= mono);
    RC_ASSERT(clock.wall(later) >= wall);
    now = later;
  }
}

TEST(NodeClock, a_slewed_wall_clock_never_goes_back_from_one_nanosecond_to_the_next) {
  NodeClock clock(start, skew, PartsPerMillion{-200'000});
  clock.slew_wall(Nanos(0));
  WallTime before = clock.wall(Nanos(0));
  for (std::int64_t t = 1; t < 100'000; ++t) {
    const WallTime wall = clock.wall(Nanos(t));
    ASSERT_GE(wall, before) << "at " << t;
    before = wall;
  }
}

RC_GTEST_PROP(NodeClock, slewing_converges_on_true_time, (std::uint64_t a)) {
  const Nanos offset = Nanos(between(mix64(a), -1'000'000'000, 1'000'000'000));
  NodeClock clock(start, offset, PartsPerMillion{0});
  clock.slew_wall(seconds(1));
  RC_ASSERT(wall_error(clock, seconds(1)) == offset);
  const Nanos needed = std::chrono::abs(offset) * 2000;
  RC_ASSERT(wall_error(clock, seconds(1) + needed) == Nanos(0));
  RC_ASSERT(wall_error(clock, seconds(10) + 2 * needed) == Nanos(0));
  const Nanos half = wall_error(clock, seconds(1) + needed / 2);
  RC_ASSERT(std::chrono::abs(half - offset / 2) <= Nanos(1));
}

TEST(NodeClock, a_second_slew_goes_on_from_where_the_first_had_come) {
  NodeClock clock(start, milliseconds(10), PartsPerMillion{0});
  clock.slew_wall(Nanos(0));
  EXPECT_EQ(wall_error(clock, seconds(10)), milliseconds(5));
  clock.step_wall(milliseconds(1), seconds(10));  // a step ends the slew
  EXPECT_EQ(wall_error(clock, seconds(30)), milliseconds(6));
  clock.slew_wall(seconds(30));
  EXPECT_EQ(wall_error(clock, seconds(42)), Nanos(0));
}

}  // namespace
}  // namespace lockstep::sim
