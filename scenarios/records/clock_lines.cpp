#include "scenarios/records/clock_lines.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "sim/node_clock.hpp"

namespace lockstep::scenarios {
namespace {

using checkers::Event;
using faults::Kind;
namespace name = checkers::name;

/// As far as clocks of whole nanoseconds are on a line.
constexpr std::int64_t rounding_ns = 3;
/// Nobody sees where within it a line bends.
constexpr std::int64_t finest_ns = 1000;
/// More than any plan lasts; beyond it a history is of something else.
constexpr Nanos longest = std::chrono::hours(24 * 365);

class Line {
 public:
  explicit Line(const NodeClock& drawn)
      : clock_(Nanos(0), drawn.skew, sim::PartsPerMillion{drawn.drift_ppm}) {
    line_.node = drawn.node;
  }

  [[nodiscard]] const std::string& node() const { return line_.node; }

  /// What the clock shows, and between the last look and this one where its line bends: a slew that
  /// reaches its end does that where no fault is.
  void look(Nanos at) {
    const reports::ClockPoint point = point_at(at.count());
    if (!line_.points.empty()) refine(line_.points.back(), point);
    if (line_.points.empty() || line_.points.back() != point) line_.points.push_back(point);
  }

  /// Nothing where steps add up to more than a clock can hold: no run of ours did that.
  void step(Nanos at, std::int64_t by) {
    constexpr std::int64_t most = sim::NodeClock::offset_max.count() / 4;
    total_ += std::min(by < 0 ? -by : by, most);
    if (total_ > most) return;
    look(at);
    clock_.step_wall(Nanos(by), at);
    look(at);
  }

  void skew(Nanos at, std::int64_t by) {
    skews_ += 1;
    step(at, by);
  }
  /// The last of those that overlap ends them all.
  void end_skew(Nanos at) {
    skews_ = skews_ > 0 ? skews_ - 1 : 0;
    if (skews_ == 0) slew(at);
  }

  void drift(Nanos at, Nanos until, std::int64_t ppm) {
    drifts_.push_back({until, ppm});
    set_rate(at);
  }
  void end_drift(Nanos at) {
    std::erase_if(drifts_, [at](const Drift& drift) { return drift.until <= at; });
    set_rate(at);
  }

  void heal(Nanos at) {
    drifts_.clear();
    skews_ = 0;
    set_rate(at);
    slew(at);
  }

  [[nodiscard]] reports::NodeClock done() && { return std::move(line_); }

 private:
  struct Drift {
    Nanos until{};
    std::int64_t ppm = 0;
  };

  [[nodiscard]] reports::ClockPoint point_at(std::int64_t time_ns) const {
    const Nanos at(time_ns);
    const Nanos offset = clock_.wall(at).time_since_epoch() - sim::NodeClock::wall_epoch - at;
    return {time_ns, offset.count()};
  }

  /// Adds the points without which the line would not be straight from `from` to `to`.
  void refine(reports::ClockPoint from, reports::ClockPoint to) {
    if (to.time_ns - from.time_ns <= finest_ns) return;
    const reports::ClockPoint middle = point_at(from.time_ns + (to.time_ns - from.time_ns) / 2);
    const std::int64_t straight = from.offset_ns + (to.offset_ns - from.offset_ns) / 2;
    const std::int64_t off = middle.offset_ns - straight;
    if (off >= -rounding_ns && off <= rounding_ns) return;
    refine(from, middle);
    line_.points.push_back(middle);
    refine(middle, to);
  }

  void slew(Nanos at) {
    look(at);
    clock_.slew_wall(at);
  }

  /// The latest that goes on; after the last, none.
  void set_rate(Nanos at) {
    look(at);
    clock_.set_rate({drifts_.empty() ? 0 : drifts_.back().ppm}, at);
  }

  sim::NodeClock clock_;
  reports::NodeClock line_;
  std::int64_t total_ = 0;
  std::uint32_t skews_ = 0;
  std::vector<Drift> drifts_;
};

const faults::PlannedFault* find_fault(const Plan& plan, Kind kind, std::int64_t at_ns) {
  const auto found = std::ranges::find_if(plan.faults, [&](const faults::PlannedFault& fault) {
    return fault.kind == kind && fault.at.count() == at_ns;
  });
  return found == plan.faults.end() ? nullptr : &*found;
}

void strike(Line& line, const Plan& plan, const Event& event, std::string_view f) {
  const Nanos at(event.time_ns);
  if (f == "clock-skew-end") return line.end_skew(at);
  if (f == "clock-drift-end") return line.end_drift(at);
  const auto kind = faults::kind_of(f);
  const auto* const fault = kind ? find_fault(plan, *kind, event.time_ns) : nullptr;
  if (fault == nullptr) return;
  const std::int64_t amount = fault->parameters.front();
  if (*kind == Kind::clock_step) line.step(at, amount);
  if (*kind == Kind::clock_skew) line.skew(at, amount);
  if (*kind == Kind::clock_drift) line.drift(at, at + fault->lasts, amount);
}

/// Walks from mark to mark.
class Walk {
 public:
  Walk(const Plan& plan, const checkers::History& history, Nanos end)
      : plan_(plan), history_(history), end_(end) {
    for (const NodeClock& drawn : plan.config.clocks) lines_.emplace_back(drawn);
  }

  std::vector<reports::NodeClock> all() {
    for (Line& line : lines_) line.look(Nanos(0));
    for (const Event& event : history_.events) {
      // what was written by hand may have times that fall
      const bool is_next = event.time_ns >= now_ns_ && event.time_ns <= end_.count();
      if (event.process == checkers::nemesis && is_next) mark(event);
    }
    for (Line& line : lines_) line.look(end_);
    std::vector<reports::NodeClock> out;
    for (Line& line : lines_) out.push_back(std::move(line).done());
    return out;
  }

 private:
  void mark(const Event& event) {
    const std::string_view f = history_.text(event.f);
    const bool is_heal = event.f == name::heal;
    if (!is_heal && !f.starts_with("clock-")) return;
    now_ns_ = event.time_ns;
    for (Line& line : lines_) {
      if (is_heal) line.heal(Nanos(event.time_ns));
      if (!is_heal && line.node() == history_.text(event.node)) strike(line, plan_, event, f);
    }
  }

  const Plan& plan_;
  const checkers::History& history_;
  Nanos end_;
  std::vector<Line> lines_;
  std::int64_t now_ns_ = 0;
};

}  // namespace

std::vector<reports::NodeClock> clock_lines(const Plan& plan, const checkers::History& history,
                                            Nanos end) {
  if (end > longest) return {};
  return Walk(plan, history, end).all();
}

}  // namespace lockstep::scenarios
