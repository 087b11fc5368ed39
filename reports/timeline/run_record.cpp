#include "reports/timeline/run_record.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "reports/first_of_each.hpp"

namespace lockstep::reports {
std::int64_t end_of(const checkers::History& history) {
  std::int64_t end = 0;
  for (const checkers::Event& event : history.events) end = std::max(end, event.time_ns);
  return end;
}

std::vector<Judged> all_found(const RunRecord& run, std::size_t most) {
  FirstOfEach<Judged> violations(most);
  FirstOfEach<Judged> warnings(most);
  const auto add = [](FirstOfEach<Judged>& list, const auto& found, std::string_view judge,
                      bool is_warning) {
    for (const checkers::Violation& violation : found) {
      list.add(violation, [&](const auto& one) { return Judged{&one, judge, is_warning}; });
    }
  };
  add(violations, run.world, "world", false);
  add(violations, run.judgement.black_box.violations, "black-box", false);
  add(violations, run.judgement.oracle.violations, "oracle", false);
  add(warnings, run.judgement.black_box.warnings, "black-box", true);
  add(warnings, run.judgement.oracle.warnings, "oracle", true);
  std::vector<Judged> all = std::move(violations).done();
  std::ranges::copy(std::move(warnings).done(), std::back_inserter(all));
  return all;
}

}  // namespace lockstep::reports
