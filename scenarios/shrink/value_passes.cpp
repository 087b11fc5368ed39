// Passes over the numbers of a plan, and over its schedule.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <utility>

#include "faults/kind.hpp"
#include "scenarios/shrink/passes.hpp"

namespace lockstep::shrink {

namespace {

using faults::PlannedFault;
using scenarios::Plan;

/// One number of a plan.
struct Number {
  std::function<std::int64_t(const Plan&)> get;
  std::function<void(Plan&, std::int64_t)> set;
};

/// A time of a plan; `find` works on plans, constant and not.
template <class Find>
Number time_at(Find find) {
  return {[find](const Plan& plan) { return find(plan).count(); },
          [find](Plan& plan, std::int64_t value) { find(plan) = Nanos(value); }};
}

template <class Find>
Number number_at(Find find) {
  return {[find](const Plan& plan) { return find(plan); },
          [find](Plan& plan, std::int64_t value) { find(plan) = value; }};
}

bool is_fit(const Plan& plan) {
  return std::ranges::all_of(
      plan.faults, [](const PlannedFault& fault) { return faults::why_invalid(fault).empty(); });
}

bool put(Search& search, const Number& number, std::int64_t value) {
  Plan candidate = search.best();
  number.set(candidate, value);
  return is_fit(candidate) && search.attempt(std::move(candidate));
}

/// Towards 0: at once, or by halves as long as it goes and there is `least` of it.
void halve(Search& search, const Number& number, std::int64_t least = 1) {
  if (number.get(search.best()) == 0 || put(search, number, 0)) return;
  while (std::abs(number.get(search.best()) / 2) >= least &&
         put(search, number, number.get(search.best()) / 2)) {
  }
}

/// Two digits that count, as in 4.8s and 120ms.
bool is_round(std::int64_t value) {
  while (value != 0 && value % 10 == 0) value /= 10;
  return std::abs(value) < 100;
}

/// To the coarsest unit that will do, nearer to 0 or a little further: "5s" for "4.8712s".
void round_to_units(Search& search, const Number& number) {
  constexpr std::int64_t ms = 1'000'000;
  const std::int64_t value = number.get(search.best());
  if (is_round(value)) return;  // else halving and rounding would go back and forth
  for (const std::int64_t unit : {1000 * ms, 100 * ms, 10 * ms, ms, ms / 10}) {
    if (value % unit == 0) return;
    const std::int64_t below = value / unit * unit;
    if (below != 0 && put(search, number, below)) return;
    const std::int64_t above = below + (value < 0 ? -unit : unit);
    if (std::abs(above) <= 2 * std::abs(value) && put(search, number, above)) return;
  }
}

void simplify(Search& search, const Number& time) {
  constexpr std::int64_t millisecond = 1'000'000;  // nobody reads less
  halve(search, time, millisecond);
  round_to_units(search, time);
}

bool is_a_magnitude(faults::Unit unit) {
  return unit == faults::Unit::nanoseconds || unit == faults::Unit::ppm;
}

void simplify_fault(Search& search, std::size_t i) {
  const faults::KindSpec& spec = faults::spec_of(search.best().faults[i].kind);
  round_to_units(search, time_at([i](auto& plan) -> auto& { return plan.faults[i].at; }));
  if (spec.lasts) {
    simplify(search, time_at([i](auto& plan) -> auto& { return plan.faults[i].lasts; }));
  }
  for (std::size_t p = 0; p < spec.parameters.size(); ++p) {
    if (!is_a_magnitude(spec.parameters[p].unit)) continue;
    const Number number =
        number_at([i, p](auto& plan) -> auto& { return plan.faults[i].parameters[p]; });
    halve(search, number);
    if (spec.parameters[p].unit == faults::Unit::nanoseconds) round_to_units(search, number);
  }
}

void simplify_operation(Search& search, std::size_t i) {
  simplify(search, time_at([i](auto& plan) -> auto& { return plan.operations[i].hold; }));
  simplify(search, time_at([i](auto& plan) -> auto& { return plan.operations[i].think; }));
}

template <class Change>
bool change(Search& search, Change apply) {
  Plan candidate = search.best();
  apply(candidate.config);
  return search.attempt(std::move(candidate));
}

void simplify_clocks(Search& search) {
  for (std::size_t i = 0; i < search.best().config.clocks.size(); ++i) {
    simplify(search, time_at([i](auto& plan) -> auto& { return plan.config.clocks[i].skew; }));
    halve(search, number_at([i](auto& plan) -> auto& { return plan.config.clocks[i].drift_ppm; }));
  }
}

void simplify_network(Search& search) {
  simplify(search, time_at([](auto& plan) -> auto& { return plan.config.network.jitter; }));
  round_to_units(search, time_at([](auto& plan) -> auto& { return plan.config.network.latency; }));
}

/// Up: nothing else changes but that the heal comes later.
void round_horizon(Search& search) {
  const Nanos duration = search.best().config.duration;
  if (is_round(duration.count())) return;
  for (const Nanos unit :
       {milliseconds(1000), milliseconds(100), milliseconds(10), milliseconds(1)}) {
    const Nanos rounded = (duration / unit + 1) * unit;
    if (rounded > 2 * duration || duration % unit == Nanos(0)) continue;
    if (change(search, [rounded](scenarios::PlanConfig& config) { config.duration = rounded; })) {
      return;
    }
  }
}

}  // namespace

void calm_world(Search& search) {
  search.set_pass("clocks and latencies");
  change(search, [](scenarios::PlanConfig& config) {
    for (scenarios::NodeClock& clock : config.clocks) clock = {.node = clock.node};
  });
  simplify_network(search);
}

void shrink_values(Search& search) {
  search.set_pass("values");
  simplify_clocks(search);
  for (std::size_t i = 0; i < search.best().faults.size(); ++i) simplify_fault(search, i);
  // Each takes up to ten runs: what is left of a run with more operations is not for reading.
  constexpr std::size_t simplified_max = 50;
  const std::size_t count = std::min(search.best().operations.size(), simplified_max);
  for (std::size_t i = 0; i < count; ++i) simplify_operation(search, i);
  round_horizon(search);
}

void shrink_schedule(Search& search) {
  search.set_pass("schedule");
  change(search,
         [](scenarios::PlanConfig& config) { config.strategy = scenarios::Strategy::fifo; });
}

}  // namespace lockstep::shrink
