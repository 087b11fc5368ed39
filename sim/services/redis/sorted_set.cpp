#include "sim/services/redis/sorted_set.hpp"

#include <algorithm>

namespace lockstep::sim::redis {

namespace {

// The defaults of redis-server: zset-max-listpack-entries and zset-max-listpack-value.
constexpr std::size_t small_members_max = 128;
constexpr std::size_t small_member_bytes_max = 64;

}  // namespace

std::optional<double> SortedSet::score(std::string_view member) const {
  const auto found = scores_.find(member);
  if (found == scores_.end()) return std::nullopt;
  return found->second;
}

void SortedSet::set(std::string_view member, double score) {
  auto found = scores_.find(member);
  const bool is_new = found == scores_.end();
  if (!is_new && found->second == score) return;
  if (is_new) {
    is_small_ = is_small_ && size() < small_members_max && member.size() <= small_member_bytes_max;
    found = scores_.emplace(std::string(member), score).first;
  } else {
    order_.erase({found->second, found->first});
  }
  found->second = is_small_ && score == 0 ? 0.0 : score;
  order_.insert({found->second, found->first});
}

bool SortedSet::erase(std::string_view member) {
  const auto found = scores_.find(member);
  if (found == scores_.end()) return false;
  order_.erase({found->second, found->first});
  scores_.erase(found);
  return true;
}

bool SortedSet::would_be_small() const {
  return size() <= small_members_max && std::ranges::all_of(order_, [](const Place& place) {
           return place.member.size() <= small_member_bytes_max;
         });
}

SortedSet::Order::const_iterator SortedSet::at(std::size_t rank) const {
  const auto steps = static_cast<std::ptrdiff_t>(rank);
  const auto size = static_cast<std::ptrdiff_t>(order_.size());
  if (steps <= size / 2) return std::next(order_.begin(), steps);
  return std::prev(order_.end(), size - steps);
}

SortedSet::Order::const_iterator SortedSet::first_in(const ScoreRange& range) const {
  auto place = order_.lower_bound({range.min, {}});
  while (place != order_.end() && !range.begins_by(place->score)) ++place;
  return place;
}

SortedSet::Order::const_iterator SortedSet::behind(const ScoreRange& range) const {
  auto place = order_.lower_bound({range.max, {}});
  while (place != order_.end() && range.ends_behind(place->score)) ++place;
  return place;
}

std::size_t SortedSet::rank(Order::const_iterator place) const {
  return static_cast<std::size_t>(std::distance(order_.begin(), place));
}

}  // namespace lockstep::sim::redis
