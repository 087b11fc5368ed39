#include "scenarios/campaign/seed_outcome.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "reports/violations.hpp"
#include "scenarios/format/require.hpp"

namespace lockstep::campaign {
namespace {

using checkers::Verdict;
using scenarios::RunEnd;
using scenarios::RunResult;

Verdict verdict_of(const RunResult& run) {
  Verdict verdict = run.judgement.verdict();
  if (!run.world.empty()) verdict = Verdict::invalid;
  if (run.end == RunEnd::until_event) verdict = checkers::merge(verdict, Verdict::unknown);
  return verdict;
}

void add_ids(const std::vector<checkers::Violation>& from, std::set<std::string>& to) {
  for (const checkers::Violation& violation : from) to.insert(violation.id);
}

std::vector<std::string> anomalies_of(const RunResult& run) {
  std::set<std::string> ids;
  add_ids(run.world, ids);
  add_ids(run.judgement.black_box.violations, ids);
  add_ids(run.judgement.oracle.violations, ids);
  if (!run.judgement.disagreement.empty()) ids.insert(std::string(reports::disagreement_id));
  return {ids.begin(), ids.end()};
}

std::vector<std::string> warnings_of(const RunResult& run) {
  std::set<std::string> ids;
  add_ids(run.judgement.black_box.warnings, ids);
  add_ids(run.judgement.oracle.warnings, ids);
  return {ids.begin(), ids.end()};
}

std::string reason_of(const RunResult& run) {
  if (run.end == RunEnd::until_event) return "the run was cut short";
  for (const checkers::Report* report : {&run.judgement.black_box, &run.judgement.oracle}) {
    if (report->verdict != Verdict::unknown) continue;
    if (report->unknown_reasons.empty()) return "no reason was given";
    return report->unknown_reasons.front();
  }
  return {};
}

bool is_exercised(const SeedOutcome& outcome, const std::string& name) {
  if (const auto kind = scenarios::required_fault(name)) {
    return outcome.faults.at(static_cast<std::size_t>(*kind)).effective > 0;
  }
  if (const auto property = checkers::property_of(name)) {
    return outcome.exercised.of(*property) > 0;
  }
  const auto probes = scenarios::probes();
  const auto probe = std::ranges::find(probes, name, &scenarios::Probe::name);
  if (probe == probes.end()) return false;  // of a failure file by another build
  return outcome.reached.probes.at(static_cast<std::size_t>(probe - probes.begin())) > 0;
}

std::vector<std::string> not_exercised(const SeedOutcome& outcome,
                                       const std::vector<std::string>& require) {
  std::vector<std::string> missing;
  for (const std::string& name : require) {
    if (!is_exercised(outcome, name)) missing.push_back(name);
  }
  return missing;
}

}  // namespace

SeedOutcome summarise(const RunResult& run, const scenarios::PlanConfig& config,
                      const std::vector<std::string>& require) {
  SeedOutcome out;
  out.exercised = run.judgement.black_box.exercised;
  out.exercised.merge(run.judgement.oracle.exercised);
  out.warnings = warnings_of(run);
  out.reached = run.reached;
  out.faults = run.faults;
  out.measurements = run.judgement.black_box.measurements;
  reports::SeedResult& result = out.result;
  result.seed = config.seed;
  result.strategy = scenarios::name_of(config.strategy);
  result.verdict = verdict_of(run);
  result.black_box = run.judgement.black_box.verdict;
  result.oracle = run.judgement.oracle.verdict;
  result.anomalies = anomalies_of(run);
  if (result.verdict == Verdict::unknown) result.reason = reason_of(run);
  result.not_exercised = not_exercised(out, require);
  result.trace_hash = run.trace_hash.hex();
  result.events = run.events;
  result.operations = run.operations;
  result.virtual_time = run.virtual_time;
  return out;
}

}  // namespace lockstep::campaign
