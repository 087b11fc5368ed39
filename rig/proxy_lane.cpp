#include "rig/proxy_lane.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::rig {

void Lane::take(std::vector<std::byte> bytes, const WayState& way, MonoTime now) {
  ended_ = ended_ || bytes.empty();
  if (is_silent_) return;
  has_lost_ = has_lost_ || !way.cuts.empty();
  bytes_ += bytes.size();
  last_due_ = std::max(last_due_, saturating_add(now, way.extra));
  queue_.push_back({std::move(bytes), last_due_});
}

void Lane::resolve_cut(bool delivers) {
  if (!std::exchange(has_lost_, false)) return;
  if (!delivers) fall_silent();
}

void Lane::fall_silent() {
  is_silent_ = true;
  queue_.clear();
  bytes_ = 0;
}

const std::vector<std::byte>* Lane::ready(const WayState& way, MonoTime now) const {
  if (queue_.empty() || way.holds() || queue_.front().due > now) return nullptr;
  return &queue_.front().bytes;
}

void Lane::pop() {
  bytes_ -= queue_.front().bytes.size();
  queue_.pop_front();
}

std::optional<MonoTime> Lane::due(const WayState& way) const {
  if (queue_.empty() || way.holds()) return std::nullopt;
  return queue_.front().due;
}

}  // namespace lockstep::rig
