// What a key holds.
//
// Not modelled: sets; encodings (listpack, intset) beyond what shows in replies.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/services/redis/list.hpp"
#include "sim/services/redis/sorted_set.hpp"
#include "sim/services/redis/stream.hpp"

namespace lockstep::sim::redis {

/// A hash in order of insertion, as Redis keeps small ones; an overwritten field keeps its place.
class Hash {
 public:
  /// nullptr: no such field.
  [[nodiscard]] const std::string* find(std::string_view field) const;
  /// True if the field is new.
  bool set(std::string_view field, std::string_view value);
  bool erase(std::string_view field);
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

  /// In order of insertion: visit(field, value).
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [place, field] : order_) visit(*field, fields_.find(*field)->second.value);
  }

  Hash() = default;
  Hash(const Hash& other);
  Hash(Hash&&) = default;
  Hash& operator=(Hash other) noexcept;

 private:
  struct Field {
    std::string value;
    std::uint64_t place = 0;
  };
  std::map<std::string, Field, std::less<>> fields_;
  std::map<std::uint64_t, const std::string*> order_;  // to the keys of fields_, which do not move
  std::uint64_t next_place_ = 0;
};

/// What few keys hold is kept elsewhere (never null), so that every other entry stays small.
using Value = std::variant<std::string, Hash, std::unique_ptr<Stream>, std::unique_ptr<SortedSet>,
                           std::unique_ptr<List>>;

/// As TYPE says it: "string", "hash", "stream", "zset", "list".
[[nodiscard]] std::string_view type_name(const Value& value);

struct Entry {
  Value value;
  /// Wall-clock ms since 1970 of the server's node. The key is gone when that clock is past it.
  std::optional<std::int64_t> expire_at_ms;
};

}  // namespace lockstep::sim::redis
