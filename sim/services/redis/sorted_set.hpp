// A sorted set: members with scores, in order of score and then of the members' bytes.
//
// Of the two encodings of redis-server 7.0 one trace is modelled, for it shows in replies: a small
// set (up to 128 members of up to 64 bytes) forgets the sign of zero. Not modelled: rank look-up in
// logarithmic time.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace lockstep::sim::redis {

/// An interval of scores; both ends may be excluded.
struct ScoreRange {
  double min = 0;
  double max = 0;
  bool excludes_min = false;
  bool excludes_max = false;

  [[nodiscard]] bool begins_by(double score) const {
    return excludes_min ? score > min : score >= min;
  }
  [[nodiscard]] bool ends_behind(double score) const {
    return excludes_max ? score < max : score <= max;
  }
};

class SortedSet {
 public:
  struct Place {
    double score = 0;
    std::string_view member;
  };

 private:
  struct Less {
    bool operator()(const Place& a, const Place& b) const {
      return a.score != b.score ? a.score < b.score : a.member < b.member;
    }
  };

 public:
  using Order = std::set<Place, Less>;

  SortedSet() = default;
  SortedSet(const SortedSet&) = delete;
  SortedSet& operator=(const SortedSet&) = delete;

  [[nodiscard]] std::size_t size() const { return scores_.size(); }
  [[nodiscard]] std::optional<double> score(std::string_view member) const;
  /// Adds a member or changes its score, which must not be NaN.
  void set(std::string_view member, double score);
  bool erase(std::string_view member);

  /// Whether a set with these members would be small if it were made now.
  [[nodiscard]] bool would_be_small() const;

  [[nodiscard]] const Order& order() const { return order_; }
  /// The place of rank `rank`, which must be below size(); the lowest score has rank 0.
  [[nodiscard]] Order::const_iterator at(std::size_t rank) const;
  /// The first place within `range` or behind it, and the first one behind it.
  [[nodiscard]] Order::const_iterator first_in(const ScoreRange& range) const;
  [[nodiscard]] Order::const_iterator behind(const ScoreRange& range) const;
  [[nodiscard]] std::size_t rank(Order::const_iterator place) const;

 private:
  std::map<std::string, double, std::less<>> scores_;
  Order order_;           // its views are into the keys of scores_, which do not move
  bool is_small_ = true;  // once large it stays so
};

}  // namespace lockstep::sim::redis
