#include "reports/strategy_table.hpp"

#include <algorithm>
#include <set>

namespace lockstep::reports {
namespace {

bool has_rows(const ScenarioResult& scenario) {
  const auto found = [](const StrategyCount& strategy) { return !strategy.anomalies.empty(); };
  return scenario.strategies.size() > 1 && std::ranges::any_of(scenario.strategies, found);
}

std::string cell_of(const ScenarioResult& scenario, const std::string& strategy,
                    const std::string& id) {
  const auto ran = std::ranges::find(scenario.strategies, strategy, &StrategyCount::name);
  if (ran == scenario.strategies.end()) return "-";
  const auto found = std::ranges::find(ran->anomalies, id, &AnomalyCount::id);
  if (found == ran->anomalies.end()) return "0/" + std::to_string(ran->seeds);
  return std::to_string(found->seeds) + "/" + std::to_string(ran->seeds) + ", first " +
         std::to_string(found->first.value);
}

void add_rows(const ScenarioResult& scenario, StrategyTable& table) {
  std::set<std::string> ids;
  for (const StrategyCount& strategy : scenario.strategies) {
    for (const AnomalyCount& anomaly : strategy.anomalies) ids.insert(anomaly.id);
  }
  for (const std::string& id : ids) {
    StrategyRow row{scenario.name, id, {}};
    for (const std::string& strategy : table.columns) {
      row.cells.push_back(cell_of(scenario, strategy, id));
    }
    table.rows.push_back(std::move(row));
  }
}

using Line = std::vector<std::string>;

std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += "  " + line[i] + std::string(widths[i] - line[i].size(), ' ');
    }
    text.resize(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

}  // namespace

StrategyTable strategy_table(const Results& results) {
  StrategyTable table;
  std::set<std::string> names;
  for (const ScenarioResult& scenario : results.scenarios) {
    if (!has_rows(scenario)) continue;
    for (const StrategyCount& strategy : scenario.strategies) names.insert(strategy.name);
  }
  table.columns.assign(names.begin(), names.end());
  for (const ScenarioResult& scenario : results.scenarios) {
    if (has_rows(scenario)) add_rows(scenario, table);
  }
  return table;
}

std::string to_text(const StrategyTable& table) {
  if (table.rows.empty()) return {};
  std::vector<Line> lines = {{"", ""}};
  lines.front().insert(lines.front().end(), table.columns.begin(), table.columns.end());
  for (const StrategyRow& row : table.rows) {
    Line line = {row.scenario, row.anomaly};
    line.insert(line.end(), row.cells.begin(), row.cells.end());
    lines.push_back(std::move(line));
  }
  return "\nby strategy (seeds that showed it / seeds):\n" + aligned(lines);
}

}  // namespace lockstep::reports
