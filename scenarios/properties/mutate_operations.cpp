// Client operations that the ranges of a scenario seldom give: mutate_operations() of generate.hpp.
#include <algorithm>

#include "scenarios/properties/draws.hpp"
#include "scenarios/properties/generate.hpp"

namespace lockstep::properties {

namespace {

using scenarios::Operation;
using scenarios::Plan;

/// A stretch of positions, by chance all of them.
struct Stretch {
  std::size_t from = 0;
  std::size_t to = 0;
};

Stretch drawn_stretch(std::size_t count) {
  const auto from = static_cast<std::size_t>(drawn(0, static_cast<std::int64_t>(count) - 1));
  const auto to = static_cast<std::size_t>(
      drawn(static_cast<std::int64_t>(from) + 1, static_cast<std::int64_t>(count)));
  return chance(30) ? Stretch{0, count} : Stretch{from, to};
}

void thin_out(Plan& plan) {
  const std::int64_t kept_percent = drawn(2, 90);
  std::vector<Operation> kept;
  for (const Operation& operation : plan.operations) {
    if (chance(kept_percent)) kept.push_back(operation);
  }
  plan.operations = std::move(kept);
}

void aim_at_one_key(Plan& plan) {
  const auto key = static_cast<std::uint32_t>(drawn(0, plan.config.workload.keys - 1));
  const Stretch stretch = drawn_stretch(plan.operations.size());
  for (std::size_t i = stretch.from; i < stretch.to; ++i) plan.operations[i].key = key;
}

void follow_at_once(Plan& plan) {
  const Stretch stretch = drawn_stretch(plan.operations.size());
  for (std::size_t i = stretch.from; i < stretch.to; ++i) plan.operations[i].think = Nanos(0);
}

/// Never longer: the liveness phase counts on the longest hold of the workload.
void hold_briefly(Plan& plan) {
  const std::int64_t divisor = drawn(2, 1000);
  const Stretch stretch = drawn_stretch(plan.operations.size());
  for (std::size_t i = stretch.from; i < stretch.to; ++i) plan.operations[i].hold /= divisor;
}

void pause_between(Plan& plan) {
  const Nanos pause = drawn(milliseconds(100), seconds(3));
  const auto at =
      static_cast<std::size_t>(drawn(0, static_cast<std::int64_t>(plan.operations.size()) - 1));
  plan.operations[at].think = pause;
}

}  // namespace

void mutate_operations(Plan& plan) {
  const std::int64_t mutations = drawn(1, 3);
  for (std::int64_t i = 0; i < mutations && !plan.operations.empty(); ++i) {
    switch (drawn(0, 4)) {
      case 0: thin_out(plan); break;
      case 1: aim_at_one_key(plan); break;
      case 2: follow_at_once(plan); break;
      case 3: hold_briefly(plan); break;
      default: pause_between(plan); break;
    }
  }
}

}  // namespace lockstep::properties
