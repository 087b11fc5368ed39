// Which strategy found what: for each anomaly of a scenario, how many of the seeds that ran under
// each strategy showed it. Rows for the text and Markdown reports.
#pragma once

#include <string>
#include <vector>

#include "reports/results.hpp"

namespace lockstep::reports {

struct StrategyRow {
  std::string scenario;
  std::string anomaly;
  std::vector<std::string> cells;  ///< as many as columns: "3/25, first 12"; "-": did not run
};

struct StrategyTable {
  std::vector<std::string> columns;  ///< strategies that ran, by name
  std::vector<StrategyRow> rows;     ///< in the order of scenarios, then by id
};

/// Of scenarios that ran under several strategies and showed something; others have no row.
[[nodiscard]] StrategyTable strategy_table(const Results& results);

/// The table with a heading, columns aligned; empty without a row.
[[nodiscard]] std::string to_text(const StrategyTable& table);

}  // namespace lockstep::reports
