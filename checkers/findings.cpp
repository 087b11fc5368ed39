#include "checkers/findings.hpp"

#include <algorithm>

namespace lockstep::checkers {

bool Findings::count(std::string_view id) {
  return ++report_.found[std::string(id)] <= violations_per_id_max;
}

void Findings::add(std::vector<Violation>& list, std::string_view id, Violation violation) {
  violation.id = id;
  std::sort(violation.witness.begin(), violation.witness.end());
  violation.witness.erase(std::unique(violation.witness.begin(), violation.witness.end()),
                          violation.witness.end());
  std::erase(violation.tokens, 0U);
  list.push_back(std::move(violation));
}

void Findings::unknown(std::string reason) {
  report_.verdict = merge(report_.verdict, Verdict::unknown);
  auto& reasons = report_.unknown_reasons;
  const bool known = std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  if (!known && reasons.size() < reasons_max) reasons.push_back(std::move(reason));
}

void Findings::sample(std::string_view distribution, Nanos value, Nanos bound) {
  auto& all = report_.measurements;
  auto same = std::find_if(all.begin(), all.end(),
                           [&](const Distribution& d) { return d.name == distribution; });
  if (same == all.end()) same = all.insert(all.end(), Distribution{std::string(distribution), {}});
  same->samples.push_back(value);
  same->bound = std::max(same->bound, bound);
}

}  // namespace lockstep::checkers
