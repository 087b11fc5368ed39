// Passes over what a plan lists: its horizon, faults and operations.
#include <algorithm>
#include <set>
#include <utility>

#include "scenarios/shrink/edits.hpp"
#include "scenarios/shrink/passes.hpp"

namespace lockstep::shrink {

namespace {

using scenarios::Plan;

Nanos rounded_up(Nanos time, Nanos unit) { return (time + unit - Nanos(1)) / unit * unit; }

bool cut_at(Search& search, Nanos duration) {
  if (duration >= search.best().config.duration || duration < milliseconds(1)) return false;
  return search.attempt(with_horizon(search.best(), duration, duration));
}

/// A violation that shows only at the end of a run has no time of its own: halves, then quarters.
void cut_by_halves(Search& search) {
  for (int eighths = 1; eighths < 8 && !search.is_over();) {
    const Nanos duration = search.best().config.duration * eighths / 8;
    if (!cut_at(search, rounded_up(duration, milliseconds(1)))) eighths += 1;
  }
}

/// Of operations that nobody needs those go first that would begin after the run.
void drop_what_never_begins(Search& search) {
  const scenarios::PlanConfig& config = search.best().config;
  search.attempt(with_horizon(search.best(), config.duration, config.duration + config.liveness));
}

void advance(Search& search) {
  for (Nanos by = advance_max(search.best()); by >= milliseconds(1) && !search.is_over(); by /= 2) {
    const Nanos most = advance_max(search.best());
    if (by <= most && search.attempt(advanced(search.best(), by))) by = 2 * most;
  }
}

/// Tries the best plan without those that `is_out` says.
template <class IsOut>
bool without_faults(Search& search, IsOut is_out) {
  std::vector<bool> keep;
  for (const faults::PlannedFault& fault : search.best().faults) keep.push_back(!is_out(fault));
  return search.attempt(with_faults(search.best(), keep));
}

template <class IsOut>
bool without_operations(Search& search, IsOut is_out) {
  std::vector<bool> keep;
  for (const scenarios::Operation& operation : search.best().operations) {
    keep.push_back(!is_out(operation));
  }
  return search.attempt(with_operations(search.best(), keep, TimeOf::stays));
}

void take_operations_away(Search& search, TimeOf time) {
  const Plan start = search.best();
  take_away(start.operations.size(), [&](const std::vector<bool>& keep) {
    return search.attempt(with_operations(start, keep, time));
  });
}

/// What is longer is not for reading yet.
bool is_long(const Plan& plan) {
  constexpr std::size_t faults_few = 3;
  constexpr std::size_t operations_few = 12;
  return plan.faults.size() > faults_few || plan.operations.size() > operations_few;
}

/// As attempt(), and where that does not fail, with other draws of what plans do not list.
bool attempt_with_other_draws(Search& search, Plan candidate) {
  constexpr std::uint64_t tries = 4;
  const std::uint64_t first = candidate.config.seed.value;
  for (std::uint64_t n = 0; n < tries; ++n) {
    candidate.config.seed = Seed{first + n};
    if (search.attempt(candidate)) return true;
  }
  return false;
}

}  // namespace

void shrink_horizon(Search& search) {
  search.set_pass("horizon");
  drop_what_never_begins(search);
  const Nanos proved_at = search.proved_at();
  bool is_cut = false;
  for (const Nanos slack : {milliseconds(1), milliseconds(100), milliseconds(1000)}) {
    is_cut = is_cut || cut_at(search, rounded_up(proved_at + slack, milliseconds(1)));
  }
  if (!is_cut) cut_by_halves(search);
  advance(search);
}

void name_targets(Search& search) {
  search.set_pass("targets");
  for (std::size_t i = 0; i < search.best().faults.size(); ++i) {
    const std::vector<std::string> hit = search.hit_by(search.best().faults[i]);
    if (hit.size() != 1) continue;
    Plan candidate = search.best();
    candidate.faults[i].target = hit.front();
    search.attempt(std::move(candidate));
  }
}

void shrink_faults(Search& search) {
  search.set_pass("faults");
  std::set<faults::Kind> kinds;
  for (const faults::PlannedFault& fault : search.best().faults) kinds.insert(fault.kind);
  for (const faults::Kind kind : kinds) {
    without_faults(search, [kind](const faults::PlannedFault& f) { return f.kind == kind; });
  }
  const Plan start = search.best();
  take_away(start.faults.size(), [&](const std::vector<bool>& keep) {
    return search.attempt(with_faults(start, keep));
  });
}

void shrink_operations(Search& search) {
  search.set_pass("operations");
  for (std::uint32_t client = 0; client < search.best().config.workload.clients; ++client) {
    without_operations(search,
                       [client](const scenarios::Operation& o) { return o.client == client; });
  }
  take_operations_away(search, TimeOf::stays);
  if (is_long(search.best())) take_operations_away(search, TimeOf::goes);
}

void shrink_with_other_draws(Search& search) {
  if (!is_long(search.best())) return;
  search.set_pass("with other draws");
  const Plan start = search.best();
  take_away(start.faults.size(), [&](const std::vector<bool>& keep) {
    Plan candidate = with_faults(start, keep);
    candidate.config.seed = search.best().config.seed;
    return attempt_with_other_draws(search, std::move(candidate));
  });
  const Plan next = search.best();
  take_away(next.operations.size(), [&](const std::vector<bool>& keep) {
    Plan candidate = with_operations(next, keep, TimeOf::stays);
    candidate.config.seed = search.best().config.seed;
    return attempt_with_other_draws(search, std::move(candidate));
  });
}

}  // namespace lockstep::shrink
