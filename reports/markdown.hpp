// Results as Markdown, for the summary of a step of GitHub Actions or a comment on a merge request:
// a table of scenarios, what failed with its reasons, replay lines and first witness, which
// strategy found what, and what was covered.
#pragma once

#include <cstddef>
#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// GitHub takes a mebibyte per step; the rest is for what else the step writes.
inline constexpr std::size_t markdown_bytes_max = 1'000'000;

/// GitHub's dialect: tables, and folded sections. Cut behind a section when it grows too large,
/// with a line that says so.
[[nodiscard]] std::string to_markdown(const Results& results);

}  // namespace lockstep::reports
