#include "rig/clock_shim/steered_clock.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::rig {

namespace {

/// `ppm` of `time`, without overflow for any run.
Nanos part_of(Nanos time, std::int64_t ppm) {
  constexpr std::int64_t million = 1'000'000;
  return Nanos(time.count() / million * ppm + time.count() % million * ppm / million);
}

}  // namespace

SteeredClock::SteeredClock(ClockFile file, Nanos skew, std::int64_t rate_ppm, MonoTime now)
    : file_(std::move(file)), offset_(skew), rate_ppm_(rate_ppm), advanced_(now) {
  file_.set(offset_);
}

void SteeredClock::step(Nanos delta) {
  offset_ += delta;
  file_.set(offset_);
}

void SteeredClock::advance(MonoTime now) {
  const Nanos passed = now - std::exchange(advanced_, now);
  if (!moves()) return;
  offset_ += part_of(passed, rate_ppm_);
  const Nanos most = part_of(passed, slew_ppm);
  const Nanos slewed = std::clamp(slew_left_, -most, most);
  slew_left_ -= slewed;
  offset_ -= slewed;
  file_.set(offset_);
}

}  // namespace lockstep::rig
