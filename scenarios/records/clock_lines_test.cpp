#include "scenarios/records/clock_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/recorder.hpp"
#include "faults/nemesis.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::scenarios {
namespace {

using faults::Kind;

constexpr Nanos duration = seconds(30);
constexpr Nanos whole = seconds(45);

faults::FaultEntry entry(Kind kind, const std::string& target, Nanos lasts) {
  faults::FaultEntry out = faults::default_entry(kind);
  out.target = target;
  out.every = DurationRange{milliseconds(500), seconds(4)};
  out.lasts = DurationRange{lasts, lasts * 3};
  return out;
}

/// A plan whose clock faults overlap on both of its nodes.
Plan plan_of(Seed seed) {
  Plan plan;
  plan.config.clocks = {{"client/0", milliseconds(5), 150}, {"redis/0", milliseconds(-3), -200}};
  faults::FaultEntry steps = entry(Kind::clock_step, "client", Nanos(0));
  steps.lasts = {};
  plan.faults = faults::plan_faults(seed,
                                    {steps, entry(Kind::clock_skew, "client", seconds(1)),
                                     entry(Kind::clock_drift, "client", seconds(2)),
                                     entry(Kind::clock_drift, "redis", seconds(2))},
                                    {.until = duration});
  return plan;
}

/// A world under that plan, whose marks are written as those of every world are.
class Watched {
 public:
  explicit Watched(const Plan& plan) : recorder_(history_), world_({.seed = Seed{1}}) {
    for (const NodeClock& drawn : plan.config.clocks) {
      auto spec = sim::program(drawn.node.substr(0, drawn.node.find('/')),
                               [](sim::NodeRun&, env::TaskGroup&) {});
      spec.clock.skew = drawn.skew;
      spec.clock.drift = sim::PartsPerMillion{drawn.drift_ppm};
      nodes_.push_back(world_.add_node(std::move(spec)));
    }
    faults::NemesisOptions options;
    options.heal_at = duration;
    options.observer = [this](const faults::NemesisEvent& event) { mark(event); };
    nemesis_ = std::make_unique<faults::Nemesis>(world_, plan.faults, std::move(options));
    nemesis_->start();
  }

  /// The offset of a node's wall clock at `at`, which must not go back.
  std::int64_t offset(std::size_t node, Nanos at) {
    if (at > world_.now()) {
      world_.at(at, [] {});
      world_.run_until(at);
    }
    const WallTime wall = world_.node(nodes_[node]).clock.wall(at);
    return (wall.time_since_epoch() - sim::NodeClock::wall_epoch - at).count();
  }

  [[nodiscard]] const checkers::History& history() const { return history_; }

 private:
  void mark(const faults::NemesisEvent& event) {
    using What = faults::NemesisEvent::What;
    if (event.what == What::heal_all) return mark(checkers::name::heal, {}, {});
    const bool ends = event.what == What::end;
    if (event.what != What::begin && !ends) return;
    const std::string kind(faults::name_of(event.fault->kind));
    const bool is_step = event.fault->kind == Kind::clock_step;
    if (ends && is_step) return;
    for (const NodeId node : event.nodes) {
      const auto f = history_.names.intern(ends ? kind + "-end" : kind);
      const auto value = is_step ? std::optional(event.fault->parameters.at(0)) : std::nullopt;
      mark(f, history_.names.intern(world_.node(node).name), value);
    }
  }

  void mark(checkers::NameId f, checkers::NameId node, std::optional<std::int64_t> value) {
    checkers::Marker marker;
    marker.time = world_.now();
    marker.f = f;
    marker.node = node;
    marker.value = value;
    recorder_.mark(marker);
  }

  checkers::History history_;
  checkers::Recorder recorder_;
  sim::World world_;
  std::vector<NodeId> nodes_;
  std::unique_ptr<faults::Nemesis> nemesis_;
};

/// What the line says at `at`: of two points of one time the later one.
std::int64_t read(const reports::NodeClock& line, Nanos at) {
  const auto after =
      std::ranges::upper_bound(line.points, at.count(), {}, &reports::ClockPoint::time_ns);
  if (after == line.points.begin()) return line.points.front().offset_ns;
  const reports::ClockPoint& from = *std::prev(after);
  if (after == line.points.end() || after->time_ns == from.time_ns) return from.offset_ns;
  const __int128 rise = __int128{after->offset_ns - from.offset_ns} * (at.count() - from.time_ns);
  return from.offset_ns + static_cast<std::int64_t>(rise / (after->time_ns - from.time_ns));
}

TEST(ClockLines, say_what_the_clocks_of_the_world_showed) {
  constexpr std::int64_t rounding_ns = 20;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Plan plan = plan_of(Seed{seed});
    ASSERT_GT(plan.faults.size(), 10U);
    Watched watched(plan);
    std::vector<std::vector<std::int64_t>> truth(2);
    std::vector<Nanos> moments;
    for (Nanos at = milliseconds(7); at < whole; at += milliseconds(101)) moments.push_back(at);
    for (const Nanos at : moments) {
      for (std::size_t node = 0; node < 2; ++node) truth[node].push_back(watched.offset(node, at));
    }
    const auto lines = clock_lines(plan, watched.history(), whole);
    ASSERT_EQ(lines.size(), 2U);
    for (std::size_t node = 0; node < 2; ++node) {
      for (std::size_t i = 0; i < moments.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(read(lines[node], moments[i])),
                    static_cast<double>(truth[node][i]), rounding_ns)
            << "seed " << seed << ", " << lines[node].node << " at " << moments[i].count();
      }
    }
  }
}

TEST(ClockLines, of_a_clock_that_nobody_touches_have_two_points) {
  Plan plan;
  plan.config.clocks = {{"client/0", milliseconds(5), 150}};
  const auto lines = clock_lines(plan, checkers::History{}, seconds(10));
  ASSERT_EQ(lines.size(), 1U);
  const std::vector<reports::ClockPoint> expected{{0, 5'000'000}, {10'000'000'000, 6'500'000}};
  EXPECT_EQ(lines.front().points, expected);
}

TEST(ClockLines, survive_marks_that_no_run_wrote) {
  Plan plan = plan_of(Seed{1});
  checkers::History history;
  checkers::Recorder recorder(history);
  checkers::Event event;
  event.process = checkers::nemesis;
  event.type = checkers::EventType::info;
  event.node = history.names.intern("client/0");
  for (const char* const f :
       {"clock-step", "clock-skew", "clock-drift", "clock-drift-end", "heal"}) {
    for (const std::int64_t time : {seconds(9).count(), std::int64_t{3}, plan.faults[0].at.count(),
                                    checkers::time_max_ns - 1}) {
      event.f = history.names.intern(f);
      event.time_ns = time;
      event.value = std::numeric_limits<std::int64_t>::max();
      history.events.insert(history.events.end(), 5'000, event);
    }
  }
  EXPECT_EQ(clock_lines(plan, history, whole).size(), 2U);
  EXPECT_TRUE(clock_lines(plan, history, Nanos(checkers::time_max_ns - 1)).empty());
}

}  // namespace
}  // namespace lockstep::scenarios
