#include "reports/junit.hpp"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include "reports/coverage.hpp"
#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

void set(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

/// Nanoseconds as seconds with three decimals, as JUnit writes times.
std::string seconds_text(Nanos time) {
  const auto ms = std::chrono::duration_cast<milliseconds>(time).count();
  std::string fraction = std::to_string(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(ms / 1000) + "." + fraction;
}

std::string lines_of(const ScenarioResult& scenario) {
  std::string out;
  for (const std::string& reason : scenario.reasons) out += reason + "\n";
  for (const Divergence& divergence : scenario.divergences) {
    out += "seed " + std::to_string(divergence.seed.value) + " differs at event " +
           std::to_string(divergence.event) + ": " + divergence.first + " / " + divergence.second +
           "\n";
  }
  for (const Failure& failure : scenario.failures) {
    out += replay_line(failure.file) + "\n";
    if (!failure.shrunk) continue;
    out += replay_line(failure.shrunk->file) + "   # shrunk: " + failure.shrunk->size + "\n";
  }
  const auto unexpected = std::ranges::find(scenario.failures, false, &Failure::as_expected);
  if (unexpected != scenario.failures.end() && !unexpected->violations.empty()) {
    out += unexpected->violations.front().description;
  }
  return out;
}

void add_problem(pugi::xml_node test_case, const char* kind, std::string_view type,
                 const std::string& message, const std::string& body) {
  pugi::xml_node problem = test_case.append_child(kind);
  set(problem, "type", type);
  set(problem, "message", message);
  problem.append_child(pugi::node_pcdata).set_value(xml_text(body).c_str());
}

void add_standing(pugi::xml_node test_case, const ScenarioResult& scenario) {
  const char* const kind = scenario.standing == Standing::unknown ? "error" : "failure";
  const std::string message =
      scenario.reasons.empty() ? std::string(name_of(scenario.standing)) : scenario.reasons.front();
  add_problem(test_case, kind, name_of(scenario.standing), message, lines_of(scenario));
}

void add_scenario(pugi::xml_node suite, const ScenarioResult& scenario) {
  pugi::xml_node test_case = suite.append_child("testcase");
  set(test_case, "name", scenario.name);
  set(test_case, "classname", "lockstep");
  set(test_case, "time", seconds_text(scenario.busy));
  if (scenario.standing != Standing::as_expected) add_standing(test_case, scenario);
  std::string said = scenario.file + "\nseeds: " + std::to_string(scenario.seeds);
  if (scenario.seeds > 0) said += "\ncoverage: " + coverage_text(scenario);
  test_case.append_child("system-out")
      .append_child(pugi::node_pcdata)
      .set_value(xml_text(said + "\n").c_str());
}

/// Problems of the campaign as a whole belong to no scenario: a case of their own.
void add_campaign_problems(pugi::xml_node suite, const Results& results) {
  if (results.problems.empty()) return;
  pugi::xml_node test_case = suite.append_child("testcase");
  set(test_case, "name", "campaign");
  set(test_case, "classname", "lockstep");
  std::string body;
  for (const std::string& problem : results.problems) body += problem + "\n";
  add_problem(test_case, "failure", "campaign", results.problems.front(), body);
}

std::uint64_t count_of(const Results& results, bool unknown) {
  const auto counted = std::ranges::count_if(results.scenarios, [&](const ScenarioResult& s) {
    return s.standing != Standing::as_expected && (s.standing == Standing::unknown) == unknown;
  });
  return static_cast<std::uint64_t>(counted);
}

}  // namespace

std::string to_junit(const Results& results) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suite = document.append_child("testsuites").append_child("testsuite");
  const std::uint64_t of_campaign = results.problems.empty() ? 0 : 1;
  set(suite, "name", "lockstep");
  set(suite, "tests", std::to_string(results.scenarios.size() + of_campaign));
  set(suite, "failures", std::to_string(count_of(results, false) + of_campaign));
  set(suite, "errors", std::to_string(count_of(results, true)));
  set(suite, "time", seconds_text(results.elapsed));
  for (const ScenarioResult& scenario : results.scenarios) add_scenario(suite, scenario);
  add_campaign_problems(suite, results);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
  return out.str();
}

}  // namespace lockstep::reports
