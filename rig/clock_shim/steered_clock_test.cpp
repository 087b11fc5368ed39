#include "rig/clock_shim/steered_clock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace lockstep::rig {
namespace {

class Steered : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ =
        std::filesystem::temp_directory_path() / ("lockstep-steered-" + std::to_string(::getpid()));
  }
  SteeredClock make(Nanos skew, std::int64_t ppm) {
    auto file = ClockFile::create(path_, ClockMode::offset);
    EXPECT_TRUE(file);
    return SteeredClock(std::move(*file), skew, ppm, MonoTime{});
  }
  /// What a child would add to its clock.
  [[nodiscard]] Nanos offset() const {
    std::int64_t ns = 0;
    std::ifstream in(path_, std::ios::binary);
    std::array<char, sizeof(ns)> bytes{};
    in.read(bytes.data(), bytes.size());
    std::memcpy(&ns, bytes.data(), sizeof(ns));
    return Nanos(ns);
  }
  std::string path_;
};

TEST_F(Steered, begins_with_its_skew_and_steps_from_there) {
  SteeredClock clock = make(milliseconds(5), 0);
  EXPECT_EQ(offset(), milliseconds(5));
  clock.step(seconds(3));
  EXPECT_EQ(offset(), seconds(3) + milliseconds(5));
  clock.advance(MonoTime(seconds(100)));
  EXPECT_EQ(offset(), seconds(3) + milliseconds(5));
}

TEST_F(Steered, gains_by_its_rate) {
  SteeredClock clock = make(Nanos(0), -200);
  clock.advance(MonoTime(seconds(10)));
  EXPECT_EQ(offset(), -milliseconds(2));
  clock.set_rate(0);
  clock.advance(MonoTime(seconds(20)));
  EXPECT_EQ(offset(), -milliseconds(2));
}

TEST_F(Steered, slews_back_at_500_ppm_and_no_further) {
  SteeredClock clock = make(milliseconds(2), 0);
  clock.slew();
  clock.advance(MonoTime(seconds(2)));
  EXPECT_EQ(offset(), milliseconds(1));
  clock.advance(MonoTime(seconds(10)));
  EXPECT_EQ(offset(), Nanos(0));
  EXPECT_FALSE(clock.moves());
}

}  // namespace
}  // namespace lockstep::rig
