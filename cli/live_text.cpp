#include "cli/live_text.hpp"

#include <algorithm>
#include <set>

#include "impl/base/duration.hpp"
#include "reports/counts.hpp"

namespace lockstep::cli {
namespace {

using reports::ScenarioResult;

constexpr std::string_view indent = "          ";

std::string_view mark(reports::Standing standing) {
  if (standing == reports::Standing::as_expected) return "ok        ";
  return standing == reports::Standing::failed ? "FAILED    " : "UNKNOWN   ";
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string seconds_text(Nanos time) {
  return to_text(Nanos(std::chrono::duration_cast<milliseconds>(time)));
}

/// "pause 5 of 6": how many of those planned touched something.
std::string faults_text(const ScenarioResult& scenario) {
  std::string out;
  for (const reports::FaultCount& fault : scenario.faults) {
    out += (out.empty() ? "faults that touched something: " : ", ") + std::string(fault.kind);
    out += " " + std::to_string(fault.effective) + " of " + std::to_string(fault.scheduled);
  }
  return out;
}

std::string anomalies_text(const ScenarioResult& scenario) {
  std::string out;
  for (const reports::AnomalyCount& anomaly : scenario.anomalies) {
    out += (out.empty() ? "  " : ", ") + anomaly.id + " (";
    out += reports::name_of(anomaly.weight);
    out += ")";
  }
  return out;
}

/// Of what the scenario expects, what this run did not show: one run need not.
std::string missed_text(const ScenarioResult& scenario) {
  std::string out;
  for (const std::string& id : scenario.claim.anomalies) {
    if (std::ranges::find(scenario.anomalies, id, &reports::AnomalyCount::id) !=
        scenario.anomalies.end()) {
      continue;
    }
    out += (out.empty() ? "not shown by this run: " : ", ") + id;
  }
  return out;
}

std::string line(const std::string& text) {
  return text.empty() ? "" : std::string(indent) + text + "\n";
}

std::string details(const ScenarioResult& scenario) {
  std::string out;
  for (const std::string& reason : scenario.reasons) out += line(reason);
  out += line(missed_text(scenario));
  for (const reports::SeedResult& seed : scenario.seed_results) {
    for (const std::string& name : seed.not_exercised) out += line("not exercised: " + name);
  }
  out += line(faults_text(scenario));
  for (const reports::Distribution& distribution : scenario.distributions) {
    if (distribution.count > 0) out += line(reports::to_text(distribution));
  }
  return out;
}

/// The first of each id; the history has them all.
std::string violations_text(const reports::Failure& failure) {
  std::string out;
  std::set<std::string> told;
  for (const reports::Violation& violation : failure.violations) {
    if (told.insert(violation.id).second) out += "\n" + violation.description;
  }
  const std::size_t more = failure.violations.size() - told.size();
  if (more > 0)
    out += "\nand " + std::to_string(more) + " more: lockstep check " + failure.file + "\n";
  return out;
}

}  // namespace

std::string live_text(const reports::Results& results, const scenarios::live::LiveResult& live,
                      const scenarios::PlanConfig& config, const std::string& history) {
  const ScenarioResult& scenario = results.scenarios.front();
  std::string out(mark(scenario.standing));
  out += scenario.name + "  ";
  out += checkers::name_of(scenario.verdict);
  out += "  live, seed " + std::to_string(config.seed.value) + ", ";
  out += seconds_text(live.run.virtual_time) + ": ";
  out += counted(static_cast<std::uint64_t>(config.workload.clients), "client") + " in " +
         std::to_string(live.lives) + (live.lives == 1 ? " process" : " processes");
  out += ", " + counted(scenario.operations, "operation") + anomalies_text(scenario) + "\n";
  out += details(scenario);
  out += line("history: " + history);
  for (const reports::Failure& failure : scenario.failures) out += violations_text(failure);
  if (results.interrupted) out += "\ninterrupted: judged as far as it went\n";
  return out;
}

std::string progress_text(const scenarios::live::LiveProgress& progress) {
  const auto whole = [](Nanos time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  return "live  " + whole(progress.passed) + "/" + whole(progress.all) + "s  " +
         counted(progress.operations, "operation");
}

}  // namespace lockstep::cli
