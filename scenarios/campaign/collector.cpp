#include "scenarios/campaign/collector.hpp"

#include <limits>
#include <utility>

#include "impl/base/version.hpp"
#include "scenarios/campaign/outcome.hpp"
#include "scenarios/campaign/seed_run.hpp"

namespace lockstep::campaign {
namespace {

std::uint64_t seeds_each(const CampaignOptions& options) {
  scenarios::SeedRange range = options.seeds;
  if (options.run_for) {
    range.count = std::numeric_limits<std::uint64_t>::max() - range.first.value;
  }
  return seeds_in(range, options.shard);
}

reports::Asked asked_by(const CampaignOptions& options) {
  reports::Asked asked;
  asked.first = options.seeds.first;
  if (options.run_for) {
    asked.run_for = *options.run_for;
  } else {
    asked.seeds = options.seeds.count;
  }
  asked.part = {options.shard.index, options.shard.count};
  asked.sets = options.sets;
  asked.check_determinism = options.check_determinism;
  asked.keep_all = options.keep_all;
  asked.fail_fast = options.fail_fast;
  return asked;
}

int exit_code_of(const CampaignEnd& end) {
  Outcome outcome = outcome_of(end.results);
  outcome.internal_error = !end.internal_error.empty();
  outcome.cannot_write = end.cannot_write.has_value();
  if (end.refused && !outcome.internal_error) return scenarios::exit_code_of(*end.refused);
  return static_cast<int>(exit_of(outcome));
}

}  // namespace

Collector::Collector(std::span<const scenarios::LoadedScenario> scenarios,
                     const CampaignOptions& options)
    : scenarios_(scenarios),
      options_(options),
      seeds_each_(seeds_each(options)),
      begun_(options.now()) {
  tallies_.reserve(scenarios.size());
  for (const scenarios::LoadedScenario& scenario : scenarios) {
    tallies_.emplace_back(scenario, options.single_seed, options.keep_all);
  }
}

std::optional<Unit> Collector::unit_at(std::uint64_t number) const {
  const std::uint64_t scenario_count = scenarios_.size();
  const bool takes_turns = options_.run_for.has_value();
  const std::uint64_t scenario = takes_turns ? number % scenario_count : number / seeds_each_;
  const std::uint64_t seed = takes_turns ? number / scenario_count : number % seeds_each_;
  if (scenario >= scenario_count || seed >= seeds_each_) return std::nullopt;
  scenarios::SeedRange range = options_.seeds;
  if (takes_turns) range.count = std::numeric_limits<std::uint64_t>::max() - range.first.value;
  return Unit{number, static_cast<std::size_t>(scenario), seed_at(range, options_.shard, seed)};
}

bool Collector::should_stop() const {
  if (stopped_) return true;
  if (options_.interrupted != nullptr && options_.interrupted->load()) return true;
  return options_.run_for && options_.now() - begun_ >= *options_.run_for;
}

std::optional<Unit> Collector::next() {
  std::unique_lock lock(mutex_);
  settled_more_.wait(lock, [this] { return given_ < settled_ + ahead_max || stopped_; });
  if (seeds_each_ == 0 || should_stop()) return std::nullopt;
  std::optional<Unit> unit = unit_at(given_);
  if (unit) given_ += 1;
  return unit;
}

bool Collector::has_room(const Unit& unit, bool as_expected) {
  const std::scoped_lock lock(mutex_);
  return !stopped_ && tallies_[unit.scenario].has_room(as_expected);
}

void Collector::submit(const Unit& unit, SeedOutcome outcome) {
  const std::scoped_lock lock(mutex_);
  waiting_.emplace(unit.number, std::pair(unit, std::move(outcome)));
  while (!waiting_.empty() && waiting_.begin()->first == settled_) {
    auto first = waiting_.extract(waiting_.begin());
    settled_ += 1;
    if (!stopped_) settle(first.mapped().first, std::move(first.mapped().second));
  }
  settled_more_.notify_all();
}

void Collector::settle(const Unit& unit, SeedOutcome outcome) {
  if (outcome.error || !outcome.internal_error.empty()) {
    settle_error(unit, outcome);
    stopped_ = true;
    return;
  }
  if (outcome.kept) keep(unit, outcome);
  const scenarios::Expectation& expect = scenarios_[unit.scenario].scenario.expect;
  const bool failed =
      outcome.divergence.has_value() || !all_foreseen(expect, outcome.result.anomalies);
  tallies_[unit.scenario].add(std::move(outcome));
  if (failed) failures_ += 1;
  if (failed && options_.fail_fast) stopped_ = true;
  report_progress();
}

void Collector::settle_error(const Unit& unit, const SeedOutcome& outcome) {
  const scenarios::LoadedScenario& scenario = scenarios_[unit.scenario];
  if (outcome.error && outcome.error->code == Errc::invalid_argument) {
    scenarios::InputError refused;
    refused.kind = scenarios::InputError::Kind::bad_file;
    refused.file = scenario.file;
    refused.found = "a scenario that this build cannot run: " + outcome.error->detail;
    end_.refused = std::move(refused);
    return;
  }
  const std::string what = outcome.error ? to_text(*outcome.error) : outcome.internal_error;
  end_.internal_error = "scenario " + scenario.scenario.name + ", seed " +
                        std::to_string(unit.seed.value) + ": " + what;
}

void Collector::keep(const Unit& unit, const SeedOutcome& outcome) {
  ScenarioTally& tally = tallies_[unit.scenario];
  const scenarios::Scenario& scenario = scenarios_[unit.scenario].scenario;
  if (!tally.has_room(all_foreseen(scenario.expect, outcome.result.anomalies))) return;
  const std::string folder = run_folder(options_.out, scenario.name, unit.seed);
  Result<std::string> file = write_run_folder(folder, outcome.kept->failure, outcome.kept->texts);
  if (file) {
    tally.kept(outcome, std::move(*file));
  } else {
    end_.cannot_write = std::move(file.error());
    stopped_ = true;
  }
}

void Collector::report_progress() const {
  if (!options_.progress) return;
  Progress progress;
  progress.seeds_done = settled_;
  progress.seeds_all = options_.run_for ? 0 : seeds_each_ * scenarios_.size();
  progress.failures = failures_;
  progress.elapsed = options_.now() - begun_;
  progress.total = options_.run_for;
  options_.progress(progress);
}

CampaignEnd Collector::end() && {
  reports::Results& results = end_.results;
  results.version = version();
  results.commit = commit();
  results.compiler = compiler();
  results.asked = asked_by(options_);
  results.single_seed = options_.single_seed;
  results.interrupted = options_.interrupted != nullptr && options_.interrupted->load();
  results.jobs = options_.jobs;
  for (ScenarioTally& tally : tallies_) results.scenarios.push_back(std::move(tally).result());
  results.problems = problems_of(results);
  results.elapsed = options_.now() - begun_;
  results.exit_code = exit_code_of(end_);
  return std::move(end_);
}

}  // namespace lockstep::campaign
