// The numbers of periods, also before 1970 and at the ends of the clock.
#include "impl/work/ticks.hpp"

#include <gtest/gtest.h>

namespace lockstep::work {
namespace {

WallTime at(std::int64_t ms) { return WallTime(milliseconds(ms)); }

TEST(Ticks, a_tick_lasts_from_its_begin_to_the_next) {
  const Ticks ticks{seconds(10), seconds(3)};
  EXPECT_EQ(ticks.at(at(2'999)), -1);
  EXPECT_EQ(ticks.at(at(3'000)), 0);
  EXPECT_EQ(ticks.at(at(12'999)), 0);
  EXPECT_EQ(ticks.at(at(13'000)), 1);
  EXPECT_EQ(ticks.begin(1), at(13'000));
}

TEST(Ticks, numbers_go_on_below_zero) {
  const Ticks ticks{seconds(10)};
  EXPECT_EQ(ticks.at(at(-1)), -1);
  EXPECT_EQ(ticks.at(at(-10'000)), -1);
  EXPECT_EQ(ticks.at(at(-10'001)), -2);
  EXPECT_EQ(ticks.begin(-2), at(-20'000));
}

TEST(Ticks, every_moment_lies_in_the_tick_of_its_number) {
  const Ticks ticks{milliseconds(7), milliseconds(-3)};
  for (std::int64_t ms = -100; ms < 100; ++ms) {
    const std::int64_t number = ticks.at(at(ms));
    EXPECT_LE(ticks.begin(number), at(ms));
    EXPECT_GT(ticks.begin(number + 1), at(ms));
  }
}

TEST(Ticks, a_begin_beyond_the_clock_is_its_end) {
  const Ticks ticks{seconds(10)};
  EXPECT_EQ(ticks.begin(INT64_MAX), WallTime::max());
  EXPECT_EQ(ticks.begin(INT64_MIN), WallTime::min());
}

}  // namespace
}  // namespace lockstep::work
