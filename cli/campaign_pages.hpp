// The page of a campaign, and one for each failure that it kept, linked to it.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::cli {

/// The file that --html PATH means: PATH itself if it ends in .html, else index.html in that
/// folder.
[[nodiscard]] std::string page_file(const std::string& path);

/// Why pages could not be written there, in words; empty when they can. Creates nothing.
[[nodiscard]] std::string why_page_unwritable(const std::string& path);

/// Writes page_file(path), and beside it "<scenario>-<seed>.html" for each failure whose run folder
/// is here. Returns why something could not be written; empty: all was.
[[nodiscard]] std::string write_campaign_pages(const std::string& path,
                                               const reports::Results& results);

}  // namespace lockstep::cli
