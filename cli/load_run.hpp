// A run for a report, from whatever is left of it: a run folder, a failure file alone, or a
// history.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "cli/product.hpp"
#include "reports/timeline/run_record.hpp"

namespace lockstep::cli {

/// Of a failure file. `failure.json` is told by the history beside it, if it is there; anything
/// else runs again. Complains, and gives the exit code of what is wrong.
[[nodiscard]] std::expected<reports::RunRecord, int> load_failed_run(const std::string& file,
                                                                     const Product& product);

/// Of a history, judged by `model`.
[[nodiscard]] std::expected<reports::RunRecord, int> load_history_run(const std::string& file,
                                                                      const std::string& model);

/// What a campaign kept of a failure: none where its folder is not here, or is not whole. Runs
/// nothing and says nothing.
[[nodiscard]] std::optional<reports::RunRecord> kept_run(const std::string& failure_file);

}  // namespace lockstep::cli
