// The half of ScenarioTally that adds up results of shards instead of seeds.
#include <algorithm>
#include <iterator>
#include <utility>

#include "impl/base/assert.hpp"
#include "scenarios/campaign/tally.hpp"

namespace lockstep::campaign {
namespace {

void merge(Sightings& into, const reports::AnomalyCount& part, const OrdinalOf& ordinal_of) {
  if (into.seeds == 0 || part.first.value < into.first.value) {
    into.first = part.first;
    into.first_ordinal = ordinal_of(part.first);
  }
  into.seeds += part.seeds;
}

/// Of the seeds alone: a part that is unknown for want of seeds says nothing of the whole.
checkers::Verdict verdict_of_seeds(const reports::ScenarioResult& part) {
  if (part.verdict == checkers::Verdict::invalid) return part.verdict;
  return part.seeds_unknown > 0 ? checkers::Verdict::unknown : checkers::Verdict::valid;
}

/// A run shrinks the first failure of a scenario that it may, so the first of all shards' is it.
void only_first_shrunk(std::vector<reports::Failure>& failures) {
  bool is_seen = false;
  for (reports::Failure& failure : failures) {
    if (is_seen) failure.shrunk.reset();
    is_seen |= failure.shrunk.has_value();
  }
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class T>
void sort_by_seed(std::vector<T>& items) {
  std::ranges::sort(items, {}, [](const T& item) { return item.seed.value; });
}

}  // namespace

void ScenarioTally::absorb(const reports::ScenarioResult& part, const OrdinalOf& ordinal_of) {
  result_.claim = part.claim;  // the digest is of what nobody has here
  absorb_doubts(part);
  absorb_anomalies(part, ordinal_of);
  absorb_counts(part);
  for (const reports::StateCount& state : part.states) {
    merge(states_[state.name], {.seeds = 1, .first = state.first}, ordinal_of);
  }
  verdict_ = checkers::merge(verdict_, verdict_of_seeds(part));
  observed_.seeds += part.seeds;
  append(result_.seed_results, part.seed_results);
}

void ScenarioTally::absorb_doubts(const reports::ScenarioResult& part) {
  const bool is_first =
      observed_.seeds_unknown == 0 || part.first_unknown.value < observed_.first_unknown.value;
  if (part.seeds_unknown > 0 && is_first) {
    observed_.first_unknown = part.first_unknown;
    observed_.unknown_reason = part.unknown_reason;
  }
  observed_.seeds_unknown += part.seeds_unknown;
  if (part.divergences_found == 0) return;
  const Seed first = part.divergences.front().seed;
  if (observed_.divergences == 0 || first.value < observed_.first_divergence.value) {
    observed_.first_divergence = first;
  }
  observed_.divergences += part.divergences_found;
  append(result_.divergences, part.divergences);
}

void ScenarioTally::absorb_anomalies(const reports::ScenarioResult& part,
                                     const OrdinalOf& ordinal_of) {
  for (const reports::AnomalyCount& anomaly : part.anomalies) {
    const bool is_warning = anomaly.weight == reports::Weight::warning;
    auto& all = is_warning ? warnings_ : observed_.anomalies;
    merge(all[anomaly.id], anomaly, ordinal_of);
  }
  for (const reports::StrategyCount& strategy : part.strategies) {
    StrategySeeds& all = strategies_[strategy.name];
    all.seeds += strategy.seeds;
    for (const reports::AnomalyCount& anomaly : strategy.anomalies) {
      merge(all.anomalies[anomaly.id], anomaly, ordinal_of);
    }
  }
  result_.failures_found += part.failures_found;
  append(result_.failures, part.failures);
}

void ScenarioTally::absorb_counts(const reports::ScenarioResult& part) {
  for (const reports::PropertyCount& property : part.properties) {
    if (property.seeds > 0) observed_.exercised[property.name] += property.seeds;
  }
  for (const reports::FaultCount& fault : part.faults) {
    const std::optional<faults::Kind> kind = faults::kind_of(fault.kind);
    ASSERT(kind.has_value());
    faults::Tally& all = observed_.faults.at(static_cast<std::size_t>(*kind));
    all.scheduled += fault.scheduled;
    all.fired += fault.fired;
    all.effective += fault.effective;
  }
  for (const reports::Distribution& distribution : part.distributions) {
    Measured& all = measurements_[distribution.name];
    all.histogram.add(distribution.buckets, distribution.least, distribution.most);
    all.bound = std::max(all.bound, distribution.bound);
  }
  result_.events += part.events;
  result_.operations += part.operations;
  result_.busy += part.busy;
}

/// Lists of parts came one behind the other. Of seeds in their order nothing changes.
void ScenarioTally::put_in_order() {
  sort_by_seed(result_.seed_results);
  if (result_.seed_results.size() > reports::seed_results_max) {
    result_.seed_results.resize(reports::seed_results_max);
  }
  sort_by_seed(result_.divergences);
  if (result_.divergences.size() > reports::divergences_max) {
    result_.divergences.resize(reports::divergences_max);
  }
  std::vector<reports::Failure> failures = std::exchange(result_.failures, {});
  sort_by_seed(failures);
  kept_foreseen_ = 0;
  for (reports::Failure& failure : failures) {
    if (!has_room(failure.as_expected)) continue;
    if (failure.as_expected) kept_foreseen_ += 1;
    result_.failures.push_back(std::move(failure));
  }
  only_first_shrunk(result_.failures);
}

}  // namespace lockstep::campaign
