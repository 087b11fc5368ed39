// Results of scripts/bench (out/bench/results.json, "format": "lockstep-bench/1") as a run of the
// page of benchmarks (reports/web/FORMAT.md, "kind: bench").
#pragma once

#include <string>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::cli {

/// Of every document of that kind.
inline constexpr const char* bench_format = "lockstep-bench/1";

/// A JSON object. What was held against a ceiling is a row with its ratio and target; every other
/// benchmark is a row with its rate. Errors: bad_file - another format, or a field that is missing
/// or of another type, with its JSON pointer.
[[nodiscard]] scenarios::Input<std::string> bench_run(const scenarios::Json& results,
                                                      const std::string& file);

}  // namespace lockstep::cli
