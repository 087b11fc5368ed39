#include "scenarios/shrink/search.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/campaign/seed_outcome.hpp"

namespace lockstep::shrink {

namespace {

using scenarios::Plan;
using scenarios::RunResult;

std::vector<std::string> ids_of(const RunResult& run, const Plan& plan) {
  return campaign::summarise(run, plan.config, {}).result.anomalies;
}

/// When the last event of a witness happened, answers included; 0 without a witness.
Nanos end_of_witness(const checkers::Violation& violation, const checkers::History& history) {
  std::int64_t last = 0;
  for (const std::uint32_t index : violation.witness) {
    if (index >= history.events.size()) continue;
    const checkers::Event& event = history.events[index];
    last = std::max(last, event.time_ns);
    if (event.pair == checkers::no_event) continue;
    last = std::max(last, history.events[event.pair.value].time_ns);
  }
  return Nanos(last);
}

}  // namespace

Search::Search(Plan plan, std::string_view anomaly, const scenarios::Runner& runner,
               const Options& options)
    : best_(std::move(plan)),
      anomaly_(anomaly),
      runner_(runner),
      options_(options),
      begun_(options.now()) {}

Result<bool> Search::begin() {
  Result<RunResult> run = runner_(best_, run_options());
  runs_ += 1;
  if (!run) return fail(run.error());
  for (std::string& id : ids_of(*run, best_)) known_.insert(std::move(id));
  if (!known_.contains(anomaly_)) return false;
  take_up(*std::move(run));
  report();
  return true;
}

bool Search::attempt(Plan candidate) {
  if (is_over() || candidate == best_) return false;
  Result<RunResult> run = runner_(candidate, run_options());
  runs_ += 1;
  const bool is_taken = run.has_value() && shows(*run);
  if (is_taken) {
    best_ = std::move(candidate);
    take_up(*std::move(run));
  }
  report();
  return is_taken;
}

scenarios::RunOptions Search::run_options() const {
  scenarios::RunOptions options;
  options.whole = options_.whole;
  options.foreseen = options_.foreseen;
  return options;
}

bool Search::was_interrupted() const {
  return options_.interrupted != nullptr && options_.interrupted->load();
}

bool Search::is_over() const {
  return was_interrupted() || runs_ >= options_.runs_max ||
         options_.now() - begun_ >= options_.budget;
}

/// A candidate with an id of its own fails in another way as well: its story would be another.
bool Search::shows(const RunResult& run) const {
  const std::vector<std::string> ids = ids_of(run, best_);
  return std::ranges::find(ids, anomaly_) != ids.end() &&
         std::ranges::all_of(ids, [this](const std::string& id) { return known_.contains(id); });
}

void Search::take_up(RunResult run) {
  proved_at_ = run.virtual_time;
  for (const auto* violations :
       {&run.world, &run.judgement.oracle.violations, &run.judgement.black_box.violations}) {
    for (const checkers::Violation& violation : *violations) {
      if (violation.id != anomaly_) continue;
      const Nanos end = end_of_witness(violation, run.history);
      if (end > Nanos(0)) proved_at_ = std::min(proved_at_, end);
    }
  }
  history_ = std::move(run.history);
}

void Search::report() const {
  if (options_.progress) options_.progress({pass_, runs_, size_of(best_)});
}

void take_away(std::size_t count,
               const std::function<bool(const std::vector<bool>& keep)>& attempt) {
  std::vector<std::size_t> left(count);
  for (std::size_t i = 0; i < count; ++i) left[i] = i;
  for (std::size_t piece = count; piece > 0; piece /= 2) {
    for (std::size_t begin = 0; begin < left.size();) {
      const std::size_t end = std::min(begin + piece, left.size());
      std::vector<std::size_t> without(left.begin(), left.begin() + static_cast<long>(begin));
      without.insert(without.end(), left.begin() + static_cast<long>(end), left.end());
      std::vector<bool> keep(count, false);
      for (const std::size_t i : without) keep[i] = true;
      if (attempt(keep)) {
        left = std::move(without);
      } else {
        begin = end;
      }
    }
  }
}

}  // namespace lockstep::shrink
