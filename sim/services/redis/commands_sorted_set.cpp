// Handlers of sorted sets: adding, removing, single members. Ranges are elsewhere.
#include <cmath>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/score_text.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct AddOptions {
  bool nx = false;
  bool xx = false;
  bool gt = false;
  bool lt = false;
  bool count_changes = false;  // CH
  bool increment = false;      // INCR, ZINCRBY
  std::size_t first = 2;       // of the pairs of score and member
};

Reply score_reply(double score) { return Reply::bulk(to_text(score)); }
Reply not_a_float() { return replies::error("ERR value is not a valid float"); }

bool* flag(AddOptions& options, std::string_view word) {
  if (equals_ignoring_case(word, "nx")) return &options.nx;
  if (equals_ignoring_case(word, "xx")) return &options.xx;
  if (equals_ignoring_case(word, "gt")) return &options.gt;
  if (equals_ignoring_case(word, "lt")) return &options.lt;
  if (equals_ignoring_case(word, "ch")) return &options.count_changes;
  if (equals_ignoring_case(word, "incr")) return &options.increment;
  return nullptr;
}

OrReply<AddOptions> parse_options(const Call& call, bool increments) {
  AddOptions options;
  options.increment = increments;
  for (; options.first < call.size(); ++options.first) {
    bool* const given = flag(options, call.arg(options.first));
    if (given == nullptr) break;
    *given = true;
  }
  const std::size_t words = call.size() - options.first;
  if (words == 0 || words % 2 != 0) return refuse(replies::syntax_error());
  if (options.nx && options.xx) {
    return refuse(replies::error("ERR XX and NX options at the same time are not compatible"));
  }
  if ((options.gt || options.lt) && (options.nx || (options.gt && options.lt))) {
    return refuse(
        replies::error("ERR GT, LT, and/or NX options at the same time are not compatible"));
  }
  if (options.increment && words > 2) {
    return refuse(replies::error("ERR INCR option supports a single increment-element pair"));
  }
  return options;
}

OrReply<std::vector<double>> parse_scores(const Call& call, std::size_t first) {
  std::vector<double> scores;
  for (std::size_t n = first; n < call.size(); n += 2) {
    const auto score = parse_score(call.arg(n));
    if (!score) return refuse(not_a_float());
    scores.push_back(*score);
  }
  return scores;
}

struct Added {
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::optional<double> score;  // of the last member that was not left alone
};

// One member; false if the score would not be a number.
bool add_member(SortedSet& set, const AddOptions& options, std::string_view member, double score,
                Added& outcome) {
  const auto old = set.score(member);
  if (old ? options.nx : options.xx) return true;
  if (old && options.increment) score += *old;
  if (std::isnan(score)) return false;
  if (old && ((options.lt && score >= *old) || (options.gt && score <= *old))) return true;
  outcome.score = score;
  if (!old) ++outcome.added;
  if (old && score != *old) ++outcome.updated;
  set.set(member, score);
  return true;
}

Reply outcome_reply(const AddOptions& options, const Added& outcome) {
  if (options.increment) return outcome.score ? score_reply(*outcome.score) : Reply::nil();
  return Reply::integer(outcome.added + (options.count_changes ? outcome.updated : 0));
}

Reply add(const Call& call, bool increments) {
  const auto options = parse_options(call, increments);
  if (!options) return options.error();
  const auto scores = parse_scores(call, options->first);
  if (!scores) return scores.error();
  const std::string_view key = call.arg(1);
  const auto found = call.sorted_set(key);
  if (!found) return found.error();
  Added outcome;
  SortedSet* set = *found;
  if (set == nullptr && options->xx) return outcome_reply(*options, outcome);
  if (set == nullptr) {
    call.store(key, std::make_unique<SortedSet>());
    set = *call.sorted_set(key);
  }
  for (std::size_t n = 0; n < scores->size(); ++n) {
    const std::string_view member = call.arg(options->first + 1 + 2 * n);
    if (!add_member(*set, *options, member, (*scores)[n], outcome)) {
      return replies::error("ERR resulting score is not a number (NaN)");
    }
  }
  if (outcome.added + outcome.updated > 0) call.changed(key);
  return outcome_reply(*options, outcome);
}

Reply pop(const Call& call, bool from_top) {
  if (call.size() > 3) return replies::syntax_error();
  std::int64_t count = 1;
  if (call.size() == 3) {
    const auto given = parse_integer(call.arg(2));
    if (!given || *given < 0) {
      return replies::error("ERR value is out of range, must be positive");
    }
    count = *given;
  }
  const auto found = call.sorted_set(call.arg(1));
  if (!found) return found.error();
  if (*found == nullptr) return Reply::array();
  SortedSet& set = **found;
  std::vector<Reply> popped;
  for (; count > 0 && set.size() > 0; --count) {
    const SortedSet::Place place = from_top ? *set.order().rbegin() : *set.order().begin();
    popped.push_back(Reply::bulk(std::string(place.member)));
    popped.push_back(score_reply(place.score));
    set.erase(std::string(place.member));
  }
  if (!popped.empty()) call.changed(call.arg(1));
  if (set.size() == 0) call.remove(call.arg(1));
  return Reply::array(std::move(popped));
}

Reply rank(const Call& call, bool from_top) {
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  const auto score = *set == nullptr ? std::nullopt : (*set)->score(call.arg(2));
  if (!score) return Reply::nil();
  const std::size_t rank = (*set)->rank((*set)->order().find({*score, call.arg(2)}));
  return replies::number(from_top ? (*set)->size() - 1 - rank : rank);
}

}  // namespace

Reply zadd(const Call& call) { return add(call, false); }
Reply zincrby(const Call& call) { return add(call, true); }
Reply zpopmin(const Call& call) { return pop(call, false); }
Reply zpopmax(const Call& call) { return pop(call, true); }
Reply zrank(const Call& call) { return rank(call, false); }
Reply zrevrank(const Call& call) { return rank(call, true); }

Reply zrem(const Call& call) {
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  if (*set == nullptr) return Reply::integer(0);
  std::int64_t removed = 0;
  for (std::size_t n = 2; n < call.size(); ++n) removed += (*set)->erase(call.arg(n)) ? 1 : 0;
  if (removed > 0) call.changed(call.arg(1));
  if ((*set)->size() == 0) call.remove(call.arg(1));
  return Reply::integer(removed);
}

Reply zscore(const Call& call) {
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  const auto score = *set == nullptr ? std::nullopt : (*set)->score(call.arg(2));
  return score ? score_reply(*score) : Reply::nil();
}

Reply zmscore(const Call& call) {
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  std::vector<Reply> scores;
  for (std::size_t n = 2; n < call.size(); ++n) {
    const auto score = *set == nullptr ? std::nullopt : (*set)->score(call.arg(n));
    scores.push_back(score ? score_reply(*score) : Reply::nil());
  }
  return Reply::array(std::move(scores));
}

Reply zcard(const Call& call) {
  const auto set = call.sorted_set(call.arg(1));
  if (!set) return set.error();
  return replies::number(*set == nullptr ? 0 : (*set)->size());
}

}  // namespace lockstep::sim::redis::commands
