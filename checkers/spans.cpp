#include "checkers/spans.hpp"

#include <algorithm>

namespace lockstep::checkers {

void Spans::finish() {
  std::sort(spans_.begin(), spans_.end());
  for (std::size_t i = 1; i < spans_.size(); ++i) {
    spans_[i].to = std::max(spans_[i].to, spans_[i - 1].to);
  }
}

bool Spans::touch(Instant from, Instant to) const { return !spans_.empty() && reach(to) >= from; }

Instant Spans::after(Instant point) const {
  const auto after = std::partition_point(spans_.begin(), spans_.end(),
                                          [&](const Span& span) { return span.from <= point; });
  return after == spans_.end() ? never_at : after->from;
}

Instant Spans::at_or_after(Instant point) const {
  const auto at = std::partition_point(spans_.begin(), spans_.end(),
                                       [&](const Span& span) { return span.from < point; });
  return at == spans_.end() ? never_at : at->from;
}

Instant Spans::reach(Instant point) const {
  const auto after = std::partition_point(spans_.begin(), spans_.end(),
                                          [&](const Span& span) { return span.from <= point; });
  return after == spans_.begin() ? long_ago : (after - 1)->to;
}

}  // namespace lockstep::checkers
