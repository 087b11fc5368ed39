#include "sim/node_clock.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::sim {

namespace {

constexpr std::int64_t million = 1'000'000;

/// floor(n * multiplier / divisor) in 64 bits, where the result fits; both below 2 * 10^6.
/// Splitting n keeps the remainder's product small, and no 128-bit division is needed.
struct Scaled {
  std::int64_t whole;  ///< floor
  bool exact;
  bool fits;
};

Scaled scale(std::int64_t n, std::int64_t multiplier, std::int64_t divisor) {
  const std::int64_t rest = n % divisor * multiplier;
  std::int64_t whole = 0;
  const bool over = __builtin_mul_overflow(n / divisor, multiplier, &whole) ||
                    __builtin_add_overflow(whole, rest / divisor, &whole);
  return {whole, rest % divisor == 0, !over};
}

bool valid(PartsPerMillion rate) { return rate.value > -million && rate.value < million; }

}  // namespace

NodeClock::NodeClock(Nanos mono_start, Nanos skew, PartsPerMillion rate)
    : rate_(rate), base_mono_(mono_start), mono_start_(mono_start), wall_offset_(skew) {
  ASSERT(valid(rate));
  ASSERT(mono_start >= Nanos(0) && mono_start <= reading_max);
  ASSERT(skew >= -offset_max && skew <= offset_max);
}

Nanos NodeClock::elapsed_local(Nanos true_now) const {
  const std::int64_t elapsed = (true_now - base_true_).count();
  ASSERT(elapsed >= 0);
  if (rate_.value == 0) return Nanos(elapsed);
  return Nanos(scale(elapsed, million + rate_.value, million).whole);
}

MonoTime NodeClock::mono(Nanos true_now) const {
  return MonoTime(base_mono_ + elapsed_local(true_now));
}

WallTime NodeClock::wall(Nanos true_now) const {
  const Nanos mono_now = mono(true_now).time_since_epoch();
  return WallTime(mono_now - mono_start_ + wall_offset_ - slew_done(mono_now) + wall_epoch);
}

Nanos NodeClock::true_at(MonoTime local, Nanos true_now) const {
  if (local <= mono(true_now)) return true_now;
  std::int64_t elapsed = (local.time_since_epoch() - base_mono_).count();
  if (rate_.value != 0) {
    const Scaled scaled = scale(elapsed, million, million + rate_.value);
    if (!scaled.fits) return Nanos::max();
    elapsed = scaled.exact ? scaled.whole : scaled.whole + 1;
  }
  return elapsed > (Nanos::max() - base_true_).count() ? Nanos::max() : base_true_ + Nanos(elapsed);
}

void NodeClock::rebase(Nanos true_now) {
  base_mono_ += elapsed_local(true_now);
  base_true_ = true_now;
}

void NodeClock::set_rate(PartsPerMillion rate, Nanos true_now) {
  ASSERT(valid(rate));
  rebase(true_now);
  rate_ = rate;
}

/// Counted in the node's own time: the wall clock then never moves against the monotonic one by
/// more than that one moved, rounding included.
Nanos NodeClock::slew_done(Nanos mono_now) const {
  if (slew_left_ == Nanos(0)) return slew_left_;
  const Nanos most = (mono_now - slew_from_) / (million / slew_ppm);
  return slew_left_ > Nanos(0) ? std::min(slew_left_, most) : std::max(slew_left_, -most);
}

void NodeClock::step_wall(Nanos delta, Nanos true_now) {
  const Nanos mono_now = mono(true_now).time_since_epoch();
  ASSERT(delta >= -offset_max && delta <= offset_max);
  wall_offset_ += delta - slew_done(mono_now);
  ASSERT(wall_offset_ >= -offset_max && wall_offset_ <= offset_max);
  slew_left_ = Nanos(0);
  slew_from_ = mono_now;
}

void NodeClock::slew_wall(Nanos true_now) {
  step_wall(Nanos(0), true_now);
  slew_left_ = wall(true_now).time_since_epoch() - wall_epoch - true_now;
}

}  // namespace lockstep::sim
