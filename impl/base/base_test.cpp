#include <gtest/gtest.h>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"
#include "impl/base/duration.hpp"
#include "impl/base/hash.hpp"

namespace lockstep {
namespace {

TEST(Duration, round_trips_through_text) {
  for (const char* text : {"0s", "1ns", "1.5us", "200ms", "3s", "3600s", "-20us", "0.25s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parse_duration(to_text(*parsed)), *parsed) << text;
  }
  EXPECT_EQ(to_text(milliseconds(1500)), "1.5s");
  EXPECT_EQ(to_text(Nanos::min()).front(), '-');
}

TEST(Duration, refuses_what_is_not_one) {
  for (const char* text : {"", "s", "5", "1.5", ".5s", "1.s", "3 s", "3sec", "1.0000000001s",
                           "99999999999999999999s", "9999999999s9", "--1s", "10000000h"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    EXPECT_NE(parsed.error().detail.find(text), std::string::npos);
  }
}

TEST(Duration, ranges_are_inclusive_and_ordered) {
  EXPECT_EQ(parse_duration_range("200ms..2s"), (DurationRange{milliseconds(200), seconds(2)}));
  EXPECT_EQ(parse_duration_range("0..5ms"), (DurationRange{Nanos(0), milliseconds(5)}));
  EXPECT_EQ(parse_duration_range("7s"), (DurationRange{seconds(7), seconds(7)}));
  EXPECT_FALSE(parse_duration_range("2s..1s").has_value());
  EXPECT_FALSE(parse_duration_range("1s..").has_value());
}

TEST(Time, a_sum_saturates_at_never_from_any_start) {
  const MonoTime before(Nanos(-5));
  EXPECT_EQ(saturating_add(before, Nanos(3)), MonoTime(Nanos(-2)));
  EXPECT_EQ(saturating_add(MonoTime::min(), Nanos::max()), MonoTime(Nanos(-1)));
  EXPECT_EQ(saturating_add(MonoTime(Nanos(1)), Nanos::max()), never);
  EXPECT_EQ(saturating_add(never, Nanos(0)), never);
}

TEST(Draw, depends_on_every_argument_and_nothing_else) {
  const auto base = draw(Seed{1}, DrawStream::test, 2, 3, 4);
  EXPECT_EQ(base, draw(Seed{1}, DrawStream::test, 2, 3, 4));
  EXPECT_NE(base, draw(Seed{2}, DrawStream::test, 2, 3, 4));
  EXPECT_NE(base, draw(Seed{1}, DrawStream::fault, 2, 3, 4));
  EXPECT_NE(base, draw(Seed{1}, DrawStream::test, 9, 3, 4));
  EXPECT_NE(base, draw(Seed{1}, DrawStream::test, 2, 9, 4));
  EXPECT_NE(base, draw(Seed{1}, DrawStream::test, 2, 3, 9));
  EXPECT_NE(draw(Seed{1}, DrawStream::test, 2, 3), draw(Seed{1}, DrawStream::test, 3, 2));
}

TEST(Draw, between_reaches_both_ends_and_stays_inside) {
  bool low = false;
  bool high = false;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::int64_t v = between(draw(Seed{7}, DrawStream::test, i), -3, 3);
    ASSERT_GE(v, -3);
    ASSERT_LE(v, 3);
    low |= v == -3;
    high |= v == 3;
  }
  EXPECT_TRUE(low && high);
  EXPECT_EQ(between(~0ULL, INT64_MIN, INT64_MAX), INT64_MAX);
}

TEST(Hash, order_and_length_matter) {
  RollingHash ab;
  ab.add(1);
  ab.add(2);
  RollingHash ba;
  ba.add(2);
  ba.add(1);
  EXPECT_NE(ab, ba);
  EXPECT_EQ(ab.hex().size(), 32U);
  EXPECT_NE(digest(std::string_view("a\0", 2)), digest("a"));
}

TEST(Hash, is_a_golden_value_on_every_compiler) {
  RollingHash h;
  h.add(42);
  h.add("lockstep");
  EXPECT_EQ(h.hex(), "749125bebac4939ea943a6370cb10ecd");
}

TEST(AssertDeathTest, exits_with_70_after_the_hook) {
  EXPECT_EXIT(
      {
        set_assert_hook(
            [](const char*, const char*, int) noexcept { std::fputs("hook\n", stderr); });
        ASSERT(1 + 1 == 3);
      },
      testing::ExitedWithCode(70), "1 \\+ 1 == 3(.|\n)*hook");
}

}  // namespace
}  // namespace lockstep
