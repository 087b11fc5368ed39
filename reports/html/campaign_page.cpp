#include "reports/html/campaign_page.hpp"

#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {

Page campaign_page(std::string_view results, const std::map<std::string, std::string>& links) {
  JsonText json;
  json.begin_object().member("format", 1).member("kind", "campaign");
  json.key("results").raw(embeddable(results)).key("links").begin_object();
  for (const auto& [file, page] : links) json.member(file, page);
  json.end_object().end_object();
  return {"Lockstep campaign", json.take(), {}};
}

}  // namespace lockstep::reports
