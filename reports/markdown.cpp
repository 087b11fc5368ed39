#include "reports/markdown.hpp"

#include <algorithm>
#include <string_view>

#include "impl/base/duration.hpp"
#include "reports/coverage.hpp"
#include "reports/strategy_table.hpp"
#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

/// In a line of text or a cell: nothing in it is read as Markdown or HTML.
std::string plain(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]|~#<>";
  std::string out;
  for (const char c : xml_text(text)) {
    if (c == '\n') {
      out += ' ';
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (special.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

/// Lines as they are, in a block whose fence is longer than any within.
std::string block(std::string_view text) {
  const std::string safe = xml_text(text);
  std::size_t longest = 2;
  std::size_t here = 0;
  for (const char c : safe) {
    here = c == '`' ? here + 1 : 0;
    longest = std::max(longest, here);
  }
  const std::string fence(longest + 1, '`');
  const bool is_open = !safe.empty() && safe.back() != '\n';
  return fence + "\n" + safe + (is_open ? "\n" : "") + fence + "\n\n";
}

std::string row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += " " + cell + " |";
  return out + "\n";
}

std::string heading_row(const std::vector<std::string>& cells) {
  return row(cells) + row(std::vector<std::string>(cells.size(), "---"));
}

std::string_view mark(const ScenarioResult& scenario) {
  if (scenario.seeds == 0) return "not run";
  switch (scenario.standing) {
    case Standing::as_expected: return "ok";
    case Standing::unknown: return "**unknown**";
    case Standing::failed: return "**failed**";
    case Standing::diverged: return "**diverged**";
  }
  return "";
}

std::string anomalies_cell(const ScenarioResult& scenario) {
  std::string out;
  for (const AnomalyCount& anomaly : scenario.anomalies) {
    if (!out.empty()) out += "<br>";
    out += plain(anomaly.id) + " in " + number(anomaly.seeds) + ", first " +
           number(anomaly.first.value) + " (" + std::string(name_of(anomaly.weight)) + ")";
  }
  return out;
}

std::string title(const Results& results) {
  const auto is_good = [](const ScenarioResult& scenario) {
    return scenario.standing == Standing::as_expected;
  };
  const auto good = std::ranges::count_if(results.scenarios, is_good);
  std::string out = "## Lockstep: " + number(static_cast<std::uint64_t>(good)) + " of " +
                    number(results.scenarios.size()) + " scenarios as expected\n\n";
  const Nanos elapsed = std::chrono::duration_cast<milliseconds>(results.elapsed);
  out += "Exit " + std::to_string(results.exit_code) + ", " + lockstep::to_text(elapsed) +
         ", commit " + plain(results.commit) + ".\n\n";
  if (results.interrupted) out += "**Interrupted**: what had run until then is below.\n\n";
  for (const std::uint64_t index : results.asked.missing) {
    out += "**Without shard " + number(index) + " of " + number(results.asked.part.count) +
           "**: nothing is known of its seeds.\n\n";
  }
  for (const std::string& problem : results.problems) out += "**" + plain(problem) + "**\n\n";
  return out;
}

std::string scenario_table(const Results& results) {
  std::string out = heading_row({"", "scenario", "verdict", "seeds", "anomalies"});
  for (const ScenarioResult& scenario : results.scenarios) {
    out += row({std::string(mark(scenario)), plain(scenario.name),
                std::string(checkers::name_of(scenario.verdict)), number(scenario.seeds),
                anomalies_cell(scenario)});
  }
  return out + "\n";
}

std::string trouble(const ScenarioResult& scenario) {
  if (scenario.standing == Standing::as_expected || scenario.seeds == 0) return {};
  std::string out = "### " + plain(scenario.name) + ": ";
  out += name_of(scenario.standing);
  out += "\n\n";
  for (const std::string& reason : scenario.reasons) out += "- " + plain(reason) + "\n";
  for (const Divergence& divergence : scenario.divergences) {
    out += "- seed " + number(divergence.seed.value) + " differs at event " +
           number(divergence.event) + ": " + plain(divergence.first) + " / " +
           plain(divergence.second) + "\n";
  }
  out += "\n";
  std::string replays;
  for (const Failure& failure : scenario.failures) {
    replays += replay_line(failure.file) + "\n";
    if (!failure.shrunk) continue;
    replays += replay_line(failure.shrunk->file) + "   # shrunk: " + failure.shrunk->size + "\n";
  }
  if (!replays.empty()) out += block(replays);
  const auto unexpected = std::ranges::find(scenario.failures, false, &Failure::as_expected);
  if (unexpected == scenario.failures.end() || unexpected->violations.empty()) return out;
  return out + block(unexpected->violations.front().description);
}

std::string strategies(const Results& results) {
  const StrategyTable table = strategy_table(results);
  if (table.rows.empty()) return {};
  std::vector<std::string> heading = {"scenario", "anomaly"};
  for (const std::string& column : table.columns) heading.push_back(plain(column));
  std::string out = "### By strategy\n\nSeeds that showed it, of those that ran.\n\n";
  out += heading_row(heading);
  for (const StrategyRow& found : table.rows) {
    std::vector<std::string> cells = {plain(found.scenario), plain(found.anomaly)};
    cells.insert(cells.end(), found.cells.begin(), found.cells.end());
    out += row(cells);
  }
  return out + "\n";
}

std::string folded_coverage(const ScenarioResult& scenario) {
  std::string out = "<details><summary>" + plain(scenario.name) + ": " +
                    plain(coverage_text(scenario)) + "</summary>\n\n";
  if (!scenario.faults.empty()) {
    out += heading_row({"fault", "planned", "fired", "effective"});
    for (const FaultCount& fault : scenario.faults) {
      out += row({plain(fault.kind), number(fault.scheduled), number(fault.fired),
                  number(fault.effective)});
    }
    out += "\n";
  }
  if (!scenario.properties.empty()) {
    out += heading_row({"exercised", "seeds", ""});
    for (const PropertyCount& property : scenario.properties) {
      out +=
          row({plain(property.name), number(property.seeds), property.required ? "required" : ""});
    }
  }
  return out + "\n</details>\n\n";
}

}  // namespace

std::string to_markdown(const Results& results) {
  std::string out = title(results) + scenario_table(results);
  std::vector<std::string> sections;
  for (const ScenarioResult& scenario : results.scenarios) sections.push_back(trouble(scenario));
  sections.push_back(strategies(results));
  sections.emplace_back("### Coverage\n\n");
  for (const ScenarioResult& scenario : results.scenarios) {
    if (scenario.seeds > 0) sections.push_back(folded_coverage(scenario));
  }
  for (const std::string& section : sections) {
    if (out.size() + section.size() > markdown_bytes_max) {
      return out + "The rest is too long for a summary; --json has all of it.\n";
    }
    out += section;
  }
  return out;
}

}  // namespace lockstep::reports
