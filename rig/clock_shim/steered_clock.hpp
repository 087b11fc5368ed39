// The wall clock of one child process as faults move it: steps, a rate, and slewing, written into
// the child's clock file.
//
// The file holds an offset, so a rate is many small steps: one at each advance().
#pragma once

#include "impl/base/time.hpp"
#include "rig/clock_shim/clock_file.hpp"

namespace lockstep::rig {

class SteeredClock {
 public:
  /// How fast an offset is slewed away, as a world's clocks do.
  static constexpr std::int64_t slew_ppm = 500;

  /// At `now` the clock is `skew` off.
  SteeredClock(ClockFile file, Nanos skew, std::int64_t rate_ppm, MonoTime now);

  void step(Nanos delta);
  /// 1 + ppm/10^6 of the host's clock from now on.
  void set_rate(std::int64_t ppm) { rate_ppm_ = ppm; }
  /// Removes the offset of now without a jump.
  void slew() { slew_left_ = offset_; }
  /// Time has passed. To be called every few milliseconds while moves().
  void advance(MonoTime now);
  [[nodiscard]] bool moves() const { return rate_ppm_ != 0 || slew_left_ != Nanos(0); }

  [[nodiscard]] std::vector<std::string> environment() const { return file_.environment(); }

 private:
  ClockFile file_;
  Nanos offset_;
  Nanos slew_left_{};
  std::int64_t rate_ppm_;
  MonoTime advanced_;
};

}  // namespace lockstep::rig
