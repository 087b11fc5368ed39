#include "reports/html/bench_page.hpp"

#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {

Page bench_page(std::span<const std::string> runs) {
  JsonText json;
  json.begin_object().member("format", 1).member("kind", "bench").key("runs").begin_array();
  for (const std::string& run : runs) json.raw(embeddable(run));
  json.end_array().end_object();
  return {"Lockstep benchmarks", json.take(), {}};
}

}  // namespace lockstep::reports
