// The page of benchmarks (reports/web/FORMAT.md, "kind: bench"): one set of results against its
// ceilings, several as a trend.
#pragma once

#include <span>
#include <string>

#include "reports/html/page.hpp"

namespace lockstep::reports {

/// @param runs  JSON objects, from old to new.
[[nodiscard]] Page bench_page(std::span<const std::string> runs);

}  // namespace lockstep::reports
