// One node's clocks as integer piecewise-linear functions of true time: a monotonic clock with a
// rate, and a wall clock that shares the rate and can jump or be slewed.
//
// Not modelled: a frozen monotonic clock; leap seconds; a rate that differs between the two clocks
// for any other reason than slewing.
#pragma once

#include "impl/base/time.hpp"
#include "sim/verbs.hpp"

namespace lockstep::sim {

class NodeClock {
 public:
  /// At true time 0 the monotonic clock reads `mono_start` and the wall clock is `skew` off.
  /// 0 <= mono_start <= reading_max; |skew| <= offset_max; |rate| < 10^6.
  NodeClock(Nanos mono_start, Nanos skew, PartsPerMillion rate);

  /// True times never go back from call to call, and stay below 2^61 ns.
  [[nodiscard]] MonoTime mono(Nanos true_now) const;
  [[nodiscard]] WallTime wall(Nanos true_now) const;

  /// The earliest true time at which mono() reads at least `local`, given the present rate; never
  /// before `true_now`. Rounds up: local(result) >= local, or a timer would fire early.
  [[nodiscard]] Nanos true_at(MonoTime local, Nanos true_now) const;

  void set_rate(PartsPerMillion rate, Nanos true_now);
  /// All steps together stay within offset_max.
  void step_wall(Nanos delta, Nanos true_now);
  /// Removes the wall clock's offset from true time at 500 ppm of this node's own time, as adjtime
  /// does: without a jump, and never backwards. Aims at the offset of now: what the rate adds
  /// meanwhile stays.
  void slew_wall(Nanos true_now);

  [[nodiscard]] PartsPerMillion rate() const { return rate_; }

  /// True time 0 on the wall clock of a world: 2020-09-13T12:26:40Z.
  static constexpr Nanos wall_epoch{1'600'000'000'000'000'000};
  static constexpr std::int64_t slew_ppm = 500;
  static constexpr Nanos offset_max{1LL << 60U};   ///< 36 years; more would overflow
  static constexpr Nanos reading_max{1LL << 60U};  ///< of mono_start

 private:
  void rebase(Nanos true_now);
  [[nodiscard]] Nanos elapsed_local(Nanos true_now) const;
  [[nodiscard]] Nanos slew_done(Nanos mono_now) const;

  PartsPerMillion rate_;
  Nanos base_true_{0};
  Nanos base_mono_;
  Nanos mono_start_;
  Nanos wall_offset_;   ///< wall - (mono - mono_start) - wall_epoch, before slewing
  Nanos slew_from_{0};  ///< what mono read when the present slew began
  Nanos slew_left_{0};  ///< what it had to remove then
};

}  // namespace lockstep::sim
