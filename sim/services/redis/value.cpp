#include "sim/services/redis/value.hpp"

#include <array>
#include <utility>

namespace lockstep::sim::redis {

const std::string* Hash::find(std::string_view field) const {
  const auto found = fields_.find(field);
  return found == fields_.end() ? nullptr : &found->second.value;
}

bool Hash::set(std::string_view field, std::string_view value) {
  if (const auto found = fields_.find(field); found != fields_.end()) {
    found->second.value = value;
    return false;
  }
  const std::uint64_t place = next_place_++;
  const auto added = fields_.emplace(std::string(field), Field{std::string(value), place}).first;
  order_.emplace(place, &added->first);
  return true;
}

bool Hash::erase(std::string_view field) {
  const auto found = fields_.find(field);
  if (found == fields_.end()) return false;
  order_.erase(found->second.place);
  fields_.erase(found);
  return true;
}

Hash::Hash(const Hash& other) {
  other.for_each([this](const std::string& field, const std::string& value) { set(field, value); });
}

Hash& Hash::operator=(Hash other) noexcept {
  std::swap(fields_, other.fields_);
  std::swap(order_, other.order_);
  std::swap(next_place_, other.next_place_);
  return *this;
}

std::string_view type_name(const Value& value) {
  constexpr std::array<std::string_view, std::variant_size_v<Value>> names = {
      "string", "hash", "stream", "zset", "list"};
  return names[value.index()];
}

}  // namespace lockstep::sim::redis
