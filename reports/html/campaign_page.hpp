// The page of a campaign (reports/web/FORMAT.md, "kind: campaign"): what `run --json` says, with
// links to the pages of its failures.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "reports/html/page.hpp"

namespace lockstep::reports {

/// @param results  The document that to_json(Results) wrote.
/// @param links    From the file of a failure, or of a shrunk one, to its page, relative to this
/// one.
[[nodiscard]] Page campaign_page(std::string_view results,
                                 const std::map<std::string, std::string>& links);

}  // namespace lockstep::reports
