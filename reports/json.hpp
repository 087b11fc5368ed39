// Results for programs: one JSON document that says everything the text report says, `"schema": 1`.
// Fields are only ever added within a schema. What depends on the machine and not on the seeds
// stands in objects called "timing".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/results.hpp"

namespace lockstep::reports {

/// The version of the document.
inline constexpr int json_schema = 1;

/// The whole report. Scenarios in the order given, seeds ascending, one seed per line. Strings that
/// are not UTF-8 have the offending bytes replaced.
[[nodiscard]] std::string to_json(const Results& results);

/// One event of a run for trace.jsonl and --trace.
struct TraceLine {
  std::uint64_t event = 0;
  Nanos time{};
  std::string_view node;
  std::string_view kind;
  std::uint64_t digest = 0;
  std::string_view detail;  ///< left out when empty
};

/// {"event":12,"time":1500000000,"node":"client/0","kind":"timer","digest":"00f3...","detail":".."}
/// without a newline; time in ns.
[[nodiscard]] std::string to_json(const TraceLine& line);

}  // namespace lockstep::reports
