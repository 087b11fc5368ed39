// The one file that a report is: the built page of reports/web with a document and its tables put
// in. It needs no network and opens from disk.
//
// Not here: what the document says (run_page.hpp, campaign_page.hpp, bench_page.hpp).
#pragma once

#include <string>
#include <string_view>

#include "impl/base/result.hpp"

namespace lockstep::reports {

struct Page {
  std::string title;
  std::string data;    ///< a JSON document without any `<`
  std::string tables;  ///< columns (columns.hpp); empty: there are none
};

/// The page as this program carries it, with places for title, data and tables.
[[nodiscard]] std::string_view page_shell();

/// The whole file. Errors, definite: invalid_argument - `shell` lacks a place, or has one twice:
/// the program was built with something else than the page; limit - the tables cannot be packed.
[[nodiscard]] Result<std::string> to_html(const Page& page, std::string_view shell = page_shell());

}  // namespace lockstep::reports
