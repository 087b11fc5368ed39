#include "sim/services/redis/keyspace.hpp"

#include <algorithm>

#include "impl/base/hash.hpp"

namespace lockstep::sim::redis {

Entry* Keyspace::find(std::string_view key) {
  const auto found = entries_.find(view(key));
  return found == entries_.end() ? nullptr : &found->second;
}

Entry& Keyspace::at(std::string_view key) {
  const KeyView wanted = view(key);
  auto place = entries_.lower_bound(wanted);
  if (place == entries_.end() || place->first.digest != wanted.digest || place->first.text != key) {
    place = entries_.emplace_hint(place, Key{wanted.digest, std::string(key)}, Entry{});
  }
  return place->second;
}

bool Keyspace::erase(std::string_view key) {
  const auto found = entries_.find(view(key));
  if (found == entries_.end()) return false;
  entries_.erase(found);
  return true;
}

// 0 is SCAN's first and last cursor, so no key lives there.
Keyspace::KeyView Keyspace::view(std::string_view key) {
  return {std::max<std::uint64_t>(digest(key), 1), key};
}

}  // namespace lockstep::sim::redis
