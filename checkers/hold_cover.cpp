#include "checkers/hold_cover.hpp"

#include <algorithm>

namespace lockstep::checkers {

HoldCover::HoldCover(const LockView& view) : view_(view) {
  best_.reserve(view.holds.size());
  Best best;
  for (std::uint32_t i = 0; i < view.holds.size(); ++i) best_.push_back(best = with(best, i));
}

HoldCover::Best HoldCover::with(Best best, std::uint32_t hold) const {
  const auto same = [&](std::uint32_t a) {
    return view_.same_id(view_.holds[a].lease, view_.holds[hold].lease);
  };
  const auto longer_than = [&](std::uint32_t a) {
    return a == none || view_.holds[a].end < view_.holds[hold].end;
  };
  if (best.first == none || same(best.first)) {
    if (longer_than(best.first)) best.first = hold;
  } else if (longer_than(best.first)) {
    best = {hold, best.first};
  } else if (longer_than(best.second)) {
    best.second = hold;
  }
  return best;
}

std::uint32_t HoldCover::furthest(std::size_t count, std::uint32_t lease) const {
  if (count == 0) return none;
  const Best best = best_[count - 1];
  if (best.first == none) return none;
  return view_.same_id(view_.holds[best.first].lease, lease) ? best.second : best.first;
}

std::uint32_t HoldCover::covering(std::uint32_t lease, Instant from, Instant to) const {
  const auto begun = std::partition_point(view_.holds.begin(), view_.holds.end(),
                                          [&](const Hold& hold) { return hold.start < from; });
  const auto count = static_cast<std::size_t>(begun - view_.holds.begin());
  const std::uint32_t hold = furthest(count, lease);
  return hold != none && to < view_.holds[hold].end ? hold : none;
}

}  // namespace lockstep::checkers
