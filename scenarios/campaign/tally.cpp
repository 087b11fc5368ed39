#include "scenarios/campaign/tally.hpp"

#include <algorithm>
#include <utility>

#include "impl/base/assert.hpp"
#include "scenarios/campaign/claim.hpp"
#include "scenarios/campaign/seed_run.hpp"
#include "scenarios/format/require.hpp"

namespace lockstep::campaign {
namespace {

void sight(Sightings& sightings, std::uint64_t ordinal, Seed seed) {
  if (sightings.seeds == 0) {
    sightings.first_ordinal = ordinal;
    sightings.first = seed;
  }
  sightings.seeds += 1;
}

}  // namespace

ScenarioTally::ScenarioTally(const scenarios::LoadedScenario& scenario, bool single_seed,
                             bool keep_all)
    : scenario_(scenario), keep_all_(keep_all) {
  observed_.single_seed = single_seed;
  result_.name = scenario.scenario.name;
  result_.file = scenario.file;
  result_.claim = claim_of(scenario.scenario);
}

void ScenarioTally::add(SeedOutcome outcome) {
  ASSERT(!outcome.error && outcome.internal_error.empty());
  add_anomalies(outcome);
  add_strategy(outcome.result);
  add_doubts(outcome);
  add_counts(outcome);
  verdict_ = checkers::merge(verdict_, outcome.result.verdict);
  observed_.seeds += 1;
  if (result_.seed_results.size() < reports::seed_results_max) {
    result_.seed_results.push_back(std::move(outcome.result));
  }
}

void ScenarioTally::add_doubts(SeedOutcome& outcome) {
  const reports::SeedResult& seed = outcome.result;
  if (seed.verdict == checkers::Verdict::unknown) {
    if (observed_.seeds_unknown == 0) {
      observed_.first_unknown = seed.seed;
      observed_.unknown_reason = seed.reason;
    }
    observed_.seeds_unknown += 1;
  }
  if (!outcome.divergence) return;
  if (observed_.divergences == 0) observed_.first_divergence = seed.seed;
  observed_.divergences += 1;
  if (result_.divergences.size() < reports::divergences_max) {
    result_.divergences.push_back(std::move(*outcome.divergence));
  }
}

void ScenarioTally::add_counts(const SeedOutcome& outcome) {
  for (std::size_t i = 0; i < checkers::property_count; ++i) {
    const auto property = static_cast<checkers::Property>(i);
    if (outcome.exercised.of(property) == 0) continue;
    observed_.exercised[std::string(checkers::name_of(property))] += 1;
  }
  add_reached(outcome.reached, outcome.result.seed);
  for (std::size_t i = 0; i < faults::kind_count; ++i) {
    faults::Tally& all = observed_.faults[i];
    all.scheduled += outcome.faults[i].scheduled;
    all.fired += outcome.faults[i].fired;
    all.effective += outcome.faults[i].effective;
  }
  for (const checkers::Distribution& measured : outcome.measurements) {
    Measured& all = measurements_[measured.name];
    for (const Nanos sample : measured.samples) all.histogram.add(sample);
    all.bound = std::max(all.bound, measured.bound);
  }
  result_.events += outcome.result.events;
  result_.operations += outcome.result.operations;
  result_.busy += outcome.busy;
}

void ScenarioTally::add_reached(const scenarios::Reached& reached, Seed seed) {
  for (std::size_t i = 0; i < reached.probes.size(); ++i) {
    if (reached.probes[i] == 0) continue;
    observed_.exercised[std::string(scenarios::probes()[i].name)] += 1;
  }
  for (const std::uint32_t state : reached.states) {
    if (!known_states_.insert(state).second) continue;
    sight(states_[scenarios::state_name(state)], observed_.seeds, seed);
  }
}

void ScenarioTally::add_anomalies(const SeedOutcome& outcome) {
  const reports::SeedResult& seed = outcome.result;
  for (const std::string& id : seed.anomalies) {
    sight(observed_.anomalies[id], observed_.seeds, seed.seed);
  }
  for (const std::string& id : outcome.warnings) sight(warnings_[id], observed_.seeds, seed.seed);
  if (!seed.anomalies.empty()) result_.failures_found += 1;
}

void ScenarioTally::add_strategy(const reports::SeedResult& seed) {
  StrategySeeds& strategy = strategies_[seed.strategy];
  strategy.seeds += 1;
  for (const std::string& id : seed.anomalies) {
    sight(strategy.anomalies[id], observed_.seeds, seed.seed);
  }
}

bool ScenarioTally::has_room(bool as_expected) const {
  if (keep_all_) return true;
  if (result_.failures.size() >= kept_max) return false;
  return !as_expected || kept_foreseen_ < kept_foreseen_max;
}

void ScenarioTally::kept(const SeedOutcome& outcome, std::string file) {
  reports::Failure failure;
  failure.seed = outcome.result.seed;
  failure.file = std::move(file);
  failure.as_expected = all_foreseen(scenario_.scenario.expect, outcome.result.anomalies);
  failure.anomalies = outcome.result.anomalies;
  failure.violations = outcome.kept->violations;
  if (failure.as_expected) kept_foreseen_ += 1;
  result_.failures.push_back(std::move(failure));
}

reports::ScenarioResult ScenarioTally::result() && {
  const scenarios::Scenario& scenario = scenario_.scenario;
  Judgement judgement = judge(scenario.expect, scenario.require, observed_);
  put_in_order();
  reports::ScenarioResult out = std::move(result_);
  out.verdict = verdict_;
  // Nothing wrong was found, but nobody may read that as valid.
  const bool is_doubtful = judgement.standing == reports::Standing::unknown;
  if (is_doubtful) out.verdict = checkers::merge(verdict_, checkers::Verdict::unknown);
  out.standing = judgement.standing;
  out.reasons = std::move(judgement.reasons);
  out.seeds = observed_.seeds;
  out.seeds_unknown = observed_.seeds_unknown;
  out.first_unknown = observed_.first_unknown;
  out.unknown_reason = observed_.unknown_reason;
  out.divergences_found = observed_.divergences;
  out.anomalies = anomalies();
  out.faults = fault_counts();
  out.properties = properties();
  out.distributions = distributions();
  out.strategies = strategies();
  add_states(out);
  return out;
}

std::vector<reports::AnomalyCount> ScenarioTally::anomalies() const {
  std::vector<reports::AnomalyCount> out;
  for (const auto& [id, seen] : observed_.anomalies) {
    out.push_back({id, weight_of(scenario_.scenario.expect, id), seen.seeds, seen.first});
  }
  for (const auto& [id, seen] : warnings_) {
    out.push_back({id, reports::Weight::warning, seen.seeds, seen.first});
  }
  return out;
}

std::vector<reports::FaultCount> ScenarioTally::fault_counts() const {
  std::vector<reports::FaultCount> out;
  for (std::size_t i = 0; i < faults::kind_count; ++i) {
    const faults::Tally& all = observed_.faults[i];
    if (all.scheduled == 0) continue;
    const std::string_view name = faults::name_of(static_cast<faults::Kind>(i));
    out.push_back({std::string(name), all.scheduled, all.fired, all.effective});
  }
  return out;
}

std::vector<reports::PropertyCount> ScenarioTally::properties() const {
  const std::vector<std::string>& require = scenario_.scenario.require;
  std::map<std::string, std::uint64_t, std::less<>> seeds = observed_.exercised;
  for (const std::string& name : require) {
    if (!scenarios::required_fault(name)) seeds.try_emplace(name, 0);  // stands among the faults
  }
  std::vector<reports::PropertyCount> out;
  for (const auto& [name, count] : seeds) {
    out.push_back({name, std::ranges::find(require, name) != require.end(), count});
  }
  return out;
}

std::vector<reports::Distribution> ScenarioTally::distributions() const {
  std::vector<reports::Distribution> out;
  for (const auto& [name, measured] : measurements_) {
    const Histogram& all = measured.histogram;
    out.push_back({name, all.count(), all.least(), all.percentile(50), all.percentile(90),
                   all.percentile(99), all.most(), measured.bound, all.buckets()});
  }
  return out;
}

void ScenarioTally::add_states(reports::ScenarioResult& out) const {
  const std::uint64_t late = observed_.seeds - observed_.seeds / 4;
  for (const auto& [name, seen] : states_) {
    out.states.push_back({name, seen.first});
    if (seen.first_ordinal >= late) out.states_late += 1;
  }
}

std::vector<reports::StrategyCount> ScenarioTally::strategies() const {
  std::vector<reports::StrategyCount> out;
  for (const auto& [name, strategy] : strategies_) {
    reports::StrategyCount& count = out.emplace_back();
    count.name = name;
    count.seeds = strategy.seeds;
    for (const auto& [id, seen] : strategy.anomalies) {
      count.anomalies.push_back(
          {id, weight_of(scenario_.scenario.expect, id), seen.seeds, seen.first});
    }
  }
  return out;
}

}  // namespace lockstep::campaign
