// The operations and leases of a run as tables of its page (reports/web/FORMAT.md).
#pragma once

#include <cstdint>
#include <string>

#include "reports/html/columns.hpp"
#include "reports/timeline/run_record.hpp"

namespace lockstep::reports {

/// Appends the members "strings" and "tables" to `json`. Returns the bytes of the tables. Times are
/// relative to `base_ns`.
[[nodiscard]] std::string write_tables(const RunRecord& run, std::int64_t base_ns, JsonText& json);

}  // namespace lockstep::reports
