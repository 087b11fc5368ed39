// The witness of a violation as a Mermaid sequence diagram, for issue trackers that draw them
// (GitHub, GitLab): who asked what of whom, what came back, and what the nemesis did meanwhile.
#pragma once

#include <string>

#include "checkers/verdict.hpp"
#include "reports/timeline/run_record.hpp"

namespace lockstep::reports {

/// Faults shown between the first and the last operation of a witness: those of the nodes that take
/// part, the latest ones.
inline constexpr std::size_t mermaid_faults_max = 8;

/// Ends with a newline. Whatever Mermaid could read as its own (#, ;, quotes, angle brackets, line
/// ends, the word "end") is written as an entity.
[[nodiscard]] std::string to_mermaid(const checkers::Violation& violation, const RunRecord& run);

}  // namespace lockstep::reports
