// Handlers of ranges of sorted sets.
// Not modelled: ranges by member (BYLEX), ZRANGESTORE.
#include <iterator>
#include <limits>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/score_text.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct RangeForm {
  bool by_score = false;
  bool backwards = false;
  bool is_fixed = false;  // by the command's name: BYSCORE and REV are no options
};

struct RangeOptions {
  RangeForm form;
  bool with_scores = false;
  std::int64_t offset = 0;
  std::int64_t limit = -1;  // negative: all
};

OrReply<RangeOptions> parse_options(const Call& call, const RangeForm& form) {
  RangeOptions options{form};
  for (std::size_t n = 4; n < call.size(); ++n) {
    const std::string_view word = call.arg(n);
    if (equals_ignoring_case(word, "withscores")) {
      options.with_scores = true;
    } else if (equals_ignoring_case(word, "limit") && n + 2 < call.size()) {
      const auto offset = parse_integer(call.arg(n + 1));
      const auto limit = parse_integer(call.arg(n + 2));
      if (!offset || !limit) return refuse(replies::not_an_integer());
      options.offset = *offset;
      options.limit = *limit;
      n += 2;
    } else if (!form.is_fixed && equals_ignoring_case(word, "rev") && !options.form.backwards) {
      options.form.backwards = true;
    } else if (!form.is_fixed && equals_ignoring_case(word, "byscore") && !options.form.by_score) {
      options.form.by_score = true;
    } else {
      return refuse(replies::syntax_error());
    }
  }
  if (options.limit != -1 && !options.form.by_score) {
    return refuse(
        replies::error("ERR syntax error, LIMIT is only supported in combination with either "
                       "BYSCORE or BYLEX"));
  }
  return options;
}

class Listing {
 public:
  explicit Listing(bool with_scores) : with_scores_(with_scores) {}
  void add(const SortedSet::Place& place) {
    items_.push_back(Reply::bulk(std::string(place.member)));
    if (with_scores_) items_.push_back(Reply::bulk(to_text(place.score)));
  }
  [[nodiscard]] Reply reply() { return Reply::array(std::move(items_)); }

 private:
  bool with_scores_;
  std::vector<Reply> items_;
};

// Ranks [first, last], counted from the order's other end if `backwards`.
Reply by_rank(const SortedSet& set, std::int64_t first, std::int64_t last,
              const RangeOptions& options) {
  const std::int64_t size = std::ssize(set.order());
  if (first < 0) first = std::max<std::int64_t>(first + size, 0);
  if (last < 0) last += size;
  last = std::min(last, size - 1);
  Listing listing(options.with_scores);
  if (first > last) return listing.reply();
  auto place = set.at(static_cast<std::size_t>(options.form.backwards ? size - 1 - first : first));
  for (std::int64_t left = last - first + 1; left > 0; --left) {
    listing.add(*place);
    if (left > 1) options.form.backwards ? --place : ++place;
  }
  return listing.reply();
}

bool is_empty(const ScoreRange& range) {
  return range.min > range.max ||
         (range.min == range.max && (range.excludes_min || range.excludes_max));
}

// Without a place before the range: a negative offset, like one too large, leaves nothing.
template <class Iterator>
Reply some_of(Iterator from, Iterator to, const RangeOptions& options) {
  Listing listing(options.with_scores);
  std::int64_t skip =
      options.offset < 0 ? std::numeric_limits<std::int64_t>::max() : options.offset;
  for (; from != to && skip > 0; --skip) ++from;
  for (std::int64_t left = options.limit; from != to && left != 0; --left, ++from) {
    listing.add(*from);
  }
  return listing.reply();
}

Reply by_score(const SortedSet& set, const ScoreRange& range, const RangeOptions& options) {
  if (is_empty(range)) return Reply::array();
  const auto from = set.first_in(range);
  const auto to = set.behind(range);
  if (!options.form.backwards) return some_of(from, to, options);
  return some_of(std::make_reverse_iterator(to), std::make_reverse_iterator(from), options);
}

Reply not_a_range() { return replies::error("ERR min or max is not a float"); }

Reply range(const Call& call, const RangeForm& form) {
  const auto options = parse_options(call, form);
  if (!options) return options.error();
  std::optional<ScoreRange> scores;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  if (options->form.by_score) {
    const bool max_first = options->form.backwards;
    scores = parse_score_range(call.arg(max_first ? 3 : 2), call.arg(max_first ? 2 : 3));
    if (!scores) return not_a_range();
  } else {
    first = parse_integer(call.arg(2));
    last = parse_integer(call.arg(3));
    if (!first || !last) return replies::not_an_integer();
  }
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  if (*set == nullptr) return Reply::array();
  return scores ? by_score(**set, *scores, *options) : by_rank(**set, *first, *last, *options);
}

}  // namespace

Reply zrange(const Call& call) { return range(call, {}); }
Reply zrevrange(const Call& call) { return range(call, {false, true, true}); }
Reply zrangebyscore(const Call& call) { return range(call, {true, false, true}); }
Reply zrevrangebyscore(const Call& call) { return range(call, {true, true, true}); }

Reply zcount(const Call& call) {
  const auto range = parse_score_range(call.arg(2), call.arg(3));
  if (!range) return not_a_range();
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  if (*set == nullptr || is_empty(*range)) return Reply::integer(0);
  const auto first = (*set)->first_in(*range);
  return Reply::integer(std::distance(first, (*set)->behind(*range)));
}

Reply zremrangebyscore(const Call& call) {
  const auto range = parse_score_range(call.arg(2), call.arg(3));
  if (!range) return not_a_range();
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  if (*set == nullptr || is_empty(*range)) return Reply::integer(0);
  std::vector<std::string> members;
  for (auto at = (*set)->first_in(*range); at != (*set)->behind(*range); ++at) {
    members.emplace_back(at->member);
  }
  for (const std::string& member : members) (*set)->erase(member);
  if (!members.empty()) call.changed(call.arg(1));
  if ((*set)->size() == 0) call.remove(call.arg(1));
  return replies::number(members.size());
}

}  // namespace lockstep::sim::redis::commands
