// Run folders: out/<scenario>/<seed>/{failure.json, history.jsonl, trace.jsonl}, what a failing
// seed leaves behind.
//
// Not here: which seeds are kept (campaign.hpp), what the files say (format, checkers, reports).
#pragma once

#include <string>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "scenarios/format/failure.hpp"

namespace lockstep::campaign {

/// "out/<scenario>/<seed>", as short as `out` was given.
[[nodiscard]] std::string run_folder(const std::string& out, const std::string& scenario,
                                     Seed seed);

/// Writes `text` to `path`, whose folder must exist; what was there is replaced.
/// Errors, indefinite: io_error, disk_full - with path and reason; the file may be cut off.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view text);

/// Makes `folder` and writes failure.json into it. Returns its path. Errors as write_file().
[[nodiscard]] Result<std::string> write_failure_file(const std::string& folder,
                                                     const scenarios::Failure& failure);

/// The texts of a run folder besides failure.json.
struct RunTexts {
  std::string history;  ///< JSONL
  std::string trace;    ///< JSONL
};

/// Everything a failing seed leaves behind; failure.json comes last, so that whoever sees it finds
/// the others complete. Returns its path. Errors as write_file().
[[nodiscard]] Result<std::string> write_run_folder(const std::string& folder,
                                                   const scenarios::Failure& failure,
                                                   const RunTexts& texts);

/// Why nothing could be written to the file (or into the folder) `path`, in words; empty when it
/// can. Creates nothing.
[[nodiscard]] std::string why_file_unwritable(const std::string& path);
[[nodiscard]] std::string why_folder_unwritable(const std::string& path);

}  // namespace lockstep::campaign
