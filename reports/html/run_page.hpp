// The page of one run: its document and tables (reports/web/FORMAT.md, "kind: run").
#pragma once

#include "reports/html/page.hpp"
#include "reports/timeline/run_record.hpp"

namespace lockstep::reports {

/// Violations of one page, and as many warnings: each comes with its text and diagram.
inline constexpr std::size_t page_violations_max = 300;

[[nodiscard]] Page run_page(const RunRecord& run);

}  // namespace lockstep::reports
