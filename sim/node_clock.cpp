#include "sim/node_clock.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::sim {

namespace {

constexpr std::int64_t million = 1'000'000;

using Wide = __int128;

}  // namespace

NodeClock::NodeClock(Nanos mono_start, Nanos skew, PartsPerMillion rate)
    : rate_(rate), base_mono_(mono_start), wall_offset_(skew - mono_start) {
  ASSERT(rate.value > -million && rate.value < million);
}

MonoTime NodeClock::mono(Nanos true_now) const {
  const std::int64_t elapsed = (true_now - base_true_).count();
  ASSERT(elapsed >= 0);
  const Wide local = static_cast<Wide>(elapsed) * (million + rate_.value) / million;
  return MonoTime(base_mono_ + Nanos(static_cast<std::int64_t>(local)));
}

WallTime NodeClock::wall(Nanos true_now) const {
  const Nanos offset = wall_offset_ - slew_done(true_now);
  return WallTime(mono(true_now).time_since_epoch() + offset + wall_epoch);
}

Nanos NodeClock::true_at(MonoTime local, Nanos true_now) const {
  const Nanos wanted = local.time_since_epoch() - base_mono_;
  if (wanted <= mono(true_now).time_since_epoch() - base_mono_) return true_now;
  const std::int64_t rate = million + rate_.value;
  const Wide elapsed = (static_cast<Wide>(wanted.count()) * million + rate - 1) / rate;
  const Wide limit = Nanos::max().count() - base_true_.count();
  return elapsed > limit ? Nanos::max() : base_true_ + Nanos(static_cast<std::int64_t>(elapsed));
}

void NodeClock::rebase(Nanos true_now) {
  base_mono_ = mono(true_now).time_since_epoch();
  base_true_ = true_now;
}

void NodeClock::set_rate(PartsPerMillion rate, Nanos true_now) {
  ASSERT(rate.value > -million && rate.value < million);
  rebase(true_now);
  rate_ = rate;
}

Nanos NodeClock::slew_done(Nanos true_now) const {
  const Nanos most = (true_now - slew_from_) / (million / slew_ppm);
  return slew_left_ >= Nanos(0) ? std::min(slew_left_, most) : std::max(slew_left_, -most);
}

void NodeClock::step_wall(Nanos delta, Nanos true_now) {
  wall_offset_ += delta - slew_done(true_now);
  slew_left_ = Nanos(0);
  slew_from_ = true_now;
}

void NodeClock::slew_wall(Nanos true_now) {
  step_wall(Nanos(0), true_now);
  slew_left_ = wall(true_now).time_since_epoch() - wall_epoch - true_now;
}

}  // namespace lockstep::sim
