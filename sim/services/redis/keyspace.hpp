// One database: keys to entries, in an order that depends on nothing but the keys (a digest of
// each), so that SCAN's cursor stays good while keys come and go.
//
// It knows no time: whether an entry has expired is asked elsewhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sim/services/redis/value.hpp"

namespace lockstep::sim::redis {

class Keyspace {
 public:
  /// nullptr: no such key. Pointers stay good until their key is erased.
  [[nodiscard]] Entry* find(std::string_view key);
  /// The entry of `key`, made if there is none.
  Entry& at(std::string_view key);
  bool erase(std::string_view key);
  void clear() { entries_.clear(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// Visits about `count` entries from `cursor` on (0 starts): visit(key, entry). Returns where to
  /// go on, 0 at the end. A key that is there from the first to the last call is visited.
  template <class Visit>
  [[nodiscard]] std::uint64_t scan(std::uint64_t cursor, std::size_t count, Visit&& visit) {
    auto at = entries_.lower_bound(KeyView{cursor, {}});
    for (std::uint64_t last = cursor; at != entries_.end(); ++at) {
      if (count == 0 && at->first.digest != last) return at->first.digest;
      if (count > 0) --count;
      last = at->first.digest;
      visit(at->first.text, at->second);
    }
    return 0;
  }

 private:
  struct Key {
    std::uint64_t digest;
    std::string text;
  };
  struct KeyView {
    std::uint64_t digest;
    std::string_view text;
  };
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.digest != b.digest ? a.digest < b.digest
                                  : std::string_view(a.text) < std::string_view(b.text);
    }
  };
  [[nodiscard]] static KeyView view(std::string_view key);

  std::map<Key, Entry, Less> entries_;
};

}  // namespace lockstep::sim::redis
