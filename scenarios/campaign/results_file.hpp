// Results as `lockstep run --json` writes them (reports/json.hpp), read back: the other direction
// of one format. What is read and written again is the same text, byte by byte.
//
// Not here: whether several results belong together (merge.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reports/results.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::campaign {

/// A larger file would not fit into memory as a document: 500 bytes for each of a million seeds.
inline constexpr std::size_t results_bytes_max = 512U << 20U;

/// `text` is the content of `file` (used in messages only). Counts are held against lists, so that
/// what comes back is what some campaign can have come to.
/// Errors: bad_file - broken or cut-off JSON with its line, anything else with its pointer: another
/// schema, a field missing, of another type or unknown, numbers that contradict each other.
[[nodiscard]] scenarios::Input<reports::Results> parse_results(std::string_view text,
                                                               const std::string& file);

/// Errors: missing; bad_file.
[[nodiscard]] scenarios::Input<reports::Results> load_results(const std::string& file);

}  // namespace lockstep::campaign
