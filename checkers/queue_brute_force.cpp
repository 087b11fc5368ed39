#include "checkers/queue_brute_force.hpp"

#include <algorithm>

#include "checkers/queue_brute_facts.hpp"

namespace lockstep::checkers {
namespace {

using Ids = std::set<std::string>;

class World : private QueueFacts {
 public:
  World(const History& history, Judge judge)
      : QueueFacts(history, judge), most_(history.header.params.attempts_max) {}

  [[nodiscard]] Ids judge() {
    for (const Deed& deed : deeds()) {
      if (deed.told && (deed.f == name::pop || deed.f == name::found)) judge_seen(deed);
      if (deed.told && deed.f == name::push) judge_push(deed);
    }
    for (const Deed& deed : deeds()) {
      const bool uses = deed.f >= name::ack && deed.f <= name::extend;
      if (!deed.told || reused(deed.said->id)) continue;
      if (uses) judge_use(deed);
      if (deed.f == name::pop) judge_pop(deed);
      if (deed.f == name::found && deed.said->cause == name::dead) judge_dead(deed);
    }
    if (end() != nullptr) judge_end();
    return ids_;
  }

 private:
  void judge_seen(const Deed& seen) {
    const bool bad = seen.said->cause == name::damaged;
    if (bad) ids_.insert("queue/corrupt");
    const Deed* const push = push_of(seen.said->id);
    if (push != nullptr) {
      bool other = seen.said->has_value && !bad;
      for (const Deed& deed : deeds()) {
        const bool same = deed.f == name::push && deed.told && deed.said->id == seen.said->id;
        if (same && deed.said->value == seen.said->value) other = false;
      }
      if (seen.to < push->from) {
        ids_.insert("queue/unexpected");
      } else if (other) {
        ids_.insert(hidden_push(seen) != nullptr ? "queue/id-reused" : "queue/corrupt");
      }
      return;
    }
    if (bad) {
      const bool some =
          any(name::push, [&](const Deed& deed) { return deed.hidden() && deed.from <= seen.to; });
      if (!some) ids_.insert("queue/unexpected");
      return;
    }
    const Deed* const hidden = hidden_push(seen);
    if (hidden == nullptr) ids_.insert("queue/unexpected");
    for (const Deed& other : deeds()) {  // one push, two ids
      const bool twice = hidden != nullptr && other.told && other.said->id != seen.said->id &&
                         is_seen_as(other.said->id, other) && push_of(other.said->id) == nullptr &&
                         other.said->cause != name::damaged && hidden_push(other) == hidden;
      if (twice) ids_.insert("queue/unexpected");
    }
  }

  void judge_push(const Deed& push) {
    for (const Deed& other : deeds()) {
      if (other.f != name::push || !other.told || &other == &push) continue;
      if (other.said->id == push.said->id) ids_.insert("queue/id-reused");
      const auto once = [&](const Deed& deed) {
        return !any(name::push, [&](const Deed& third) {
          return third.told && &third != &deed && third.said->id == deed.said->id;
        });
      };
      if (other.to < push.from && other.said->id > push.said->id && once(push) && once(other)) {
        ids_.insert("queue/id-reused");
      }
    }
  }

  void judge_use(const Deed& use) {
    if (use.f == name::ack) {
      for (const Deed& other : deeds()) {
        if (!other.told || other.said->id != use.said->id || &other == &use) continue;
        if (other.from < use.from || damage_told(use.from, other.to)) continue;
        if (other.f == name::ack) ids_.insert("queue/acked-twice");
        if (is_seen_as(use.said->id, other) && other.from > use.to) {
          ids_.insert("queue/redelivered-after-ack");
        }
      }
    }
    const Deed* own = nullptr;
    for (const Deed& pop : deeds()) {
      if (pop.f == name::pop && pop.told && same_receipt(pop, use) && pop.from <= use.to)
        own = &pop;
    }
    if (own == nullptr) return;
    const bool again =
        redriven(use.said->id, own->from, use.to) && any(name::pop, [&](const Deed& pop) {
          return pop.hidden() && pop.touches(own->from, use.to);
        });
    const bool newer = any(name::pop, [&](const Deed& pop) {
      return pop.told && pop.said->id == use.said->id && pop.from > own->to && pop.to < use.from;
    });
    if (newer && !again) ids_.insert("queue/stale-ack-accepted");
  }

  void judge_pop(const Deed& b) {
    const Deed* before = nullptr;
    for (const Deed& a : deeds()) {
      if (a.f != name::pop || !a.told || a.said->id != b.said->id || a.from >= b.from) continue;
      before = &a;
      if (overlap(a, b)) ids_.insert("queue/lease-overlap");
      const bool excused = redriven(b.said->id, a.from, b.to) || forgotten(a.from, b.to);
      if (a.to < b.from && !excused && b.said->attempt <= a.said->attempt) {
        ids_.insert("queue/attempt-not-monotonic");
      }
    }
    if (before != nullptr) judge_pair(*before, b);
    if (before == nullptr) judge_first(b);
  }
  void judge_pair(const Deed& a, const Deed& b) {
    const bool acked = any(name::ack, [&](const Deed& ack) {
      return ack.told && ack.said->id == b.said->id && ack.to < b.from;
    });
    if (acked || overlap(a, b)) return;
    const Point to = std::max(a.to, b.to);
    bool cause = crashed(a.from, to) || redriven(b.said->id, a.from, to);
    cause = cause || returned(a, a.from, to) || window_of(a).expires <= to.first;
    if (a.to >= b.from)
      cause = cause || returned(b, a.from, to) || window_of(b).expires <= to.first;
    for (const Deed& deed : deeds()) {
      const bool counts = reopens(deed) || (deed.f == name::pop && deed.hidden() && !is_shared());
      cause = cause || (counts && deed.touches(a.from, to));
    }
    if (!cause) ids_.insert("queue/unexplained-duplicate");
  }
  [[nodiscard]] bool is_first(const Deed& pop) const {
    return !any(name::pop, [&](const Deed& other) {
      return other.told && other.said->id == pop.said->id && other.from < pop.from;
    });
  }
  [[nodiscard]] bool has_place(MessageId id) const {
    return !damaged(id) && !redriven(id, {-1, -1}, {unending, unending}) && !reused(id);
  }
  void judge_first(const Deed& b) {
    const Deed* const push = push_of(b.said->id);
    if (push == nullptr || !has_place(b.said->id)) return;
    const bool may_be_dead = most_ > 0 && any(name::pop, [&](const Deed& pop) {
                               return pop.hidden() && pop.touches(push->from, b.to);
                             });
    if (may_be_dead && forgotten(push->from, b.to)) return;
    for (const Deed& a : deeds()) {
      const bool counts = a.f == name::pop && a.told && is_first(a) && has_place(a.said->id);
      if (!counts || a.said->id <= b.said->id || a.to >= b.from || push->to >= a.from) continue;
      const bool elsewhere = any(name::pop, [&](const Deed& pop) {
        bool back = false;
        for (const Point& crash : crashes()) back = back || (crash > pop.from && crash < a.from);
        const bool gave_back = !pop.may && pop.touches(a.from, a.to);
        return gave_back || (pop.hidden() && pop.from <= a.to && !back);
      });
      if (!elsewhere) ids_.insert("queue/reordered");
    }
  }

  void judge_dead(const Deed& found) {
    const MessageId id = found.said->id;
    for (const Deed& other : deeds()) {
      if (!is_seen_as(id, other)) continue;
      const bool next =
          other.f == name::pop && other.from > found.to && !any(name::pop, [&](const Deed& third) {
            return is_seen_as(id, third) && third.from > found.to && third.from < other.from;
          });
      const bool excused = redriven(id, found.from, other.to) || forgotten(found.from, other.to);
      if (next && !excused) ids_.insert("dlq/both");
      const Deed* const survey = survey_of(found);
      const bool both = other.f == name::found && other.said->cause != name::dead && survey->told &&
                        survey_of(other) == survey;
      if (both) ids_.insert("dlq/both");
    }
    Point since{-1, -1};
    const Deed* push = push_of(id);
    if (push == nullptr) push = origin_of(id);
    if (push != nullptr) since = push->from;
    for (const Deed& deed : deeds()) {
      const bool began_again =
          deed.f == name::redrive && deed.told && deed.said->id == id && deed.to < found.from;
      if (began_again) since = std::max(since, deed.from);
    }
    std::int64_t possible = 0;
    for (const Deed& deed : deeds()) {
      const bool counts = deed.f == name::pop && (deed.hidden() || is_seen_as(id, deed));
      if (counts && deed.touches(since, found.to)) ++possible;
    }
    for (const Point& crash : crashes()) {
      if (crash >= since && crash <= found.to) ++possible;
    }
    if (possible < most_) ids_.insert("dlq/premature");
  }
  void judge_end() {
    std::set<MessageId> all;
    for (const Deed& deed : deeds()) {
      if (deed.told && deed.said->id.value != 0 && deed.f != name::damage)
        all.insert(deed.said->id);
      const bool left = deed.f == name::found && deed.told && deed.place > end()->place &&
                        deed.said->cause != name::dead;
      if (left && is_set("drained") && !reused(deed.said->id)) ids_.insert("queue/undrained");
    }
    for (const MessageId id : all) {
      if (!reused(id) && is_owed(id) && is_missing(id)) {
        ids_.insert(is_exhausted(id) ? "dlq/neither" : "queue/lost");
      }
    }
  }
  [[nodiscard]] bool is_owed(MessageId id) const {
    if (push_of(id) != nullptr) return true;
    if (origin_of(id) == nullptr) return false;
    return any(name::pop, [&](const Deed& pop) {
      return is_seen_as(id, pop) &&
             any(name::push, [&](const Deed& push) { return push.told && push.from > pop.to; });
    });
  }
  [[nodiscard]] bool is_missing(MessageId id) const {
    const bool gone =
        any(name::ack, [&](const Deed& ack) { return ack.may && ack.said->id == id; });
    const bool there = any(name::found, [&](const Deed& found) {
      return is_seen_as(id, found) && found.place > end()->place;
    });
    return !gone && !there && !damaged(id);
  }
  [[nodiscard]] bool is_exhausted(MessageId id) const {
    const Deed* last = nullptr;
    for (const Deed& pop : deeds()) {
      if (pop.f == name::pop && is_seen_as(id, pop)) last = &pop;
    }
    if (last == nullptr || most_ == 0 || last->said->attempt < most_) return false;
    const bool reopened = any(name::open, [&](const Deed& deed) {
      return reopens(deed) && deed.touches(last->from, end()->to);
    });
    return reopened || crashed(last->from, end()->to) || returned(*last, last->from, end()->to) ||
           window_of(*last).expires <= end()->to.first;
  }

  std::int64_t most_;
  Ids ids_;
};

}  // namespace

std::set<std::string> queue_by_brute_force(const History& history, Judge judge) {
  return World(history, judge).judge();
}

}  // namespace lockstep::checkers
