#include "scenarios/records/run_records.hpp"

#include <algorithm>
#include <utility>

#include "faults/words.hpp"
#include "impl/base/version.hpp"
#include "scenarios/format/json_value.hpp"
#include "scenarios/records/clock_lines.hpp"
#include "scenarios/shrink/nodes_hit.hpp"
#include "scenarios/shrink/shrinker.hpp"

namespace lockstep::scenarios {
namespace {

/// What the nemesis did, without the operations between: every fault asks for it.
checkers::History marks_of(const checkers::History& history) {
  checkers::History marks;
  marks.names = history.names;
  for (const checkers::Event& event : history.events) {
    if (event.process == checkers::nemesis) marks.events.push_back(event);
  }
  return marks;
}

std::string whom(const faults::PlannedFault& fault, const checkers::History& marks) {
  std::string who;
  for (const std::string& node : shrink::nodes_hit(fault, marks)) {
    who += (who.empty() ? "" : ", ") + node;
  }
  return who;
}

std::vector<reports::PlannedFault> faults_of(const Plan& plan, const checkers::History& marks) {
  std::vector<reports::PlannedFault> out;
  for (const faults::PlannedFault& fault : plan.faults) {
    out.push_back({std::string(faults::name_of(fault.kind)), fault.at.count(), fault.lasts.count(),
                   faults::in_words(fault, whom(fault, marks))});
  }
  return out;
}

std::string config_of(const Plan& plan) {
  const auto json = parse_json(write_plan(plan));
  const JsonObject* const object = json ? json->get<JsonObject>() : nullptr;
  const Json* const config = object == nullptr ? nullptr : find(*object, "config");
  return config == nullptr ? std::string() : write_json_line(*config);
}

reports::Claim claim_of(const Failure& failure) {
  reports::Claim claim;
  const bool is_valid = failure.expect.verdict == ExpectedVerdict::valid;
  claim.verdict = is_valid ? checkers::Verdict::valid : checkers::Verdict::invalid;
  claim.anomalies = failure.expect.anomalies;
  claim.allowed = failure.expect.allowed;
  claim.require = failure.require;
  return claim;
}

/// What no history shows: the file says it.
std::vector<checkers::Violation> found_by_world(const Failure& failure) {
  std::vector<checkers::Violation> out;
  for (const Finding& finding : failure.findings) {
    if (!finding.anomaly.starts_with("sim/")) continue;
    checkers::Violation& violation = out.emplace_back();
    violation.id = finding.anomaly;
    violation.sentence = finding.sentence;
  }
  return out;
}

}  // namespace

reports::RunRecord record_of(const std::string& file, checkers::History history,
                             checkers::Judgement judgement) {
  reports::RunRecord run;
  run.file = file;
  run.scenario = history.header.scenario;
  if (history.header.seed != Seed{}) run.seed = history.header.seed;
  run.commit = history.header.commit;
  run.version = version();
  for (const faults::KindSpec& kind : faults::kinds()) {
    if (kind.lasts) run.lasting.emplace_back(kind.name);
  }
  run.history = std::move(history);
  run.judgement = std::move(judgement);
  return run;
}

reports::RunRecord record_of(const Failure& failure, const std::string& file,
                             checkers::History history, checkers::Judgement judgement) {
  reports::RunRecord run = record_of(file, std::move(history), std::move(judgement));
  const checkers::History marks = marks_of(run.history);
  run.scenario = failure.scenario;
  run.about = failure.about;
  run.seed = failure.plan.config.seed;
  run.strategy = name_of(failure.plan.config.strategy);
  run.trace_hash = failure.trace_hash;
  run.commit = failure.commit;
  run.compiler = failure.compiler;
  run.replay = reports::replay_line(file);
  run.config = config_of(failure.plan);
  run.expect = claim_of(failure);
  run.world = found_by_world(failure);
  run.plan = faults_of(failure.plan, marks);
  run.clocks = clock_lines(failure.plan, marks, Nanos(reports::end_of(run.history)));
  if (!failure.story.empty()) run.shrunk = shrunk_run(failure, file);
  return run;
}

reports::ShrunkRun shrunk_run(const Failure& shrunk, const std::string& file) {
  const std::string anomaly = shrunk.anomalies.empty() ? std::string() : shrunk.anomalies.front();
  return {file, anomaly, shrink::to_text(shrink::size_of(shrunk.plan)), shrunk.story};
}

}  // namespace lockstep::scenarios
