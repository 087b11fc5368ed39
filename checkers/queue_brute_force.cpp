#include "checkers/queue_brute_force.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace lockstep::checkers {
namespace {

using Ids = std::set<std::string>;
/// A time, and a place among the events of that time.
using Point = std::pair<std::int64_t, std::int64_t>;

constexpr std::int64_t open = INT64_MAX;

struct Deed {
  const Event* said = nullptr;  ///< the answer, where there is one, else the invocation
  NameId f{};
  std::int64_t place = 0;  ///< of its invocation in the history
  std::int64_t last = open;
  Point from;
  Point to{open, open};
  bool told = false;  ///< its client was told that it happened
  bool may = false;   ///< it may have happened

  [[nodiscard]] bool hidden() const { return may && !told; }
  [[nodiscard]] bool touches(Point a, Point b) const { return from <= b && to >= a; }
};

bool same_receipt(const Deed& a, const Deed& b) {
  return a.said->id == b.said->id && a.said->attempt == b.said->attempt &&
         a.said->token == b.said->token;
}

class World {
 public:
  World(const History& history, Judge judge) : history_(history), judge_(judge) {
    for (std::size_t i = 0; i < history.events.size(); ++i) {
      const Event& event = history.events[i];
      const auto place = static_cast<std::int64_t>(i);
      if (event.f == name::crash) crashes_.push_back({event.time_ns, place});
      if (event.f == name::final_mark) final_ = place;
      if (event.type == EventType::invoke) deeds_.push_back(deed_of(i));
    }
    for (Deed& deed : deeds_) {
      if (deed.f == name::found) deed.from = survey_of(deed)->from;
    }
    durable_ = is_set("attempts_durable");
    find_end();
  }

  [[nodiscard]] Ids judge() {
    for (const Deed& deed : deeds_) {
      if (deed.told && (deed.f == name::pop || deed.f == name::found)) judge_seen(deed);
      if (deed.told && deed.f == name::push) judge_push(deed);
    }
    for (const Deed& deed : deeds_) {
      const bool uses = deed.f >= name::ack && deed.f <= name::extend;
      if (!deed.told || reused(deed.said->id)) continue;
      if (uses) judge_use(deed);
      if (deed.f == name::pop) judge_pop(deed);
      if (deed.f == name::found && deed.said->cause == name::dead) judge_dead(deed);
    }
    if (end_ != nullptr) judge_end();
    return ids_;
  }

 private:
  [[nodiscard]] bool is_set(std::string_view what) const {
    for (const auto& [name, value] : history_.header.params.extra) {
      if (name == what) return std::get<bool>(value);
    }
    return false;
  }
  Deed deed_of(std::size_t i) const {
    const Event& event = history_.events[i];
    const auto place = static_cast<std::int64_t>(i);
    Deed deed{&event, event.f, place, open, {event.time_ns, place}};
    deed.may = true;
    bool answered = false;
    if (event.pair != no_event) {
      const Event& answer = history_.events[event.pair.value];
      answered = answer.type != EventType::info;
      if (answered) deed.said = &answer;
      if (answered) deed.to = {answer.time_ns, event.pair.value};
      if (answered) deed.last = event.pair.value;
      deed.told = answer.type == EventType::ok;
      deed.may = answer.type != EventType::fail;
    }
    if (answered) return deed;
    for (const Resolution& known : history_.resolutions) {
      if (judge_ != Judge::oracle || known.operation.value != i) continue;
      deed.may = known.happened;
      if (!known.happened) deed.f = name::none;
      deed.from = std::max(deed.from, Point{known.at_ns, -1});
      deed.to = {known.at_ns, open};
      return deed;
    }
    for (const Point& crash : crashes_after(deed.from)) deed.to = std::min(deed.to, crash);
    return deed;
  }
  /// Also of crashes that the constructor has not come to.
  std::vector<Point> crashes_after(Point point) const {
    std::vector<Point> found;
    for (std::size_t i = 0; i < history_.events.size(); ++i) {
      const Point at{history_.events[i].time_ns, static_cast<std::int64_t>(i)};
      if (history_.events[i].f == name::crash && at > point) found.push_back(at);
    }
    return found;
  }
  const Deed* survey_of(const Deed& found) const {
    const Deed* survey = &found;
    for (const Deed& deed : deeds_) {
      if (deed.f == name::survey && deed.place < found.place) survey = &deed;
    }
    return survey;
  }
  void find_end() {
    for (const Deed& deed : deeds_) {
      if (deed.f == name::survey && deed.told) end_ = &deed;
    }
    if (end_ == nullptr) return;
    bool good = final_ > end_->last;
    for (const Deed& deed : deeds_) {
      if (&deed == end_ || (deed.f == name::found && deed.told && deed.last < end_->last)) continue;
      if (deed.place > end_->place || (deed.last != open && deed.last > end_->place)) good = false;
    }
    for (const Point& crash : crashes_) good = good && crash.second < end_->place;
    if (!good) end_ = nullptr;
  }

  template <class Test>
  [[nodiscard]] bool any(NameId f, const Test& test) const {
    return std::any_of(deeds_.begin(), deeds_.end(),
                       [&](const Deed& deed) { return deed.f == f && test(deed); });
  }
  [[nodiscard]] const Deed* push_of(MessageId id) const {
    for (const Deed& deed : deeds_) {
      if (deed.f == name::push && deed.told && deed.said->id == id) return &deed;
    }
    return nullptr;
  }
  /// The push without an answer of the payload of `seen`, before it.
  [[nodiscard]] const Deed* hidden_push(const Deed& seen) const {
    for (const Deed& deed : deeds_) {
      const bool is_it = deed.f == name::push && deed.hidden() && deed.from <= seen.to &&
                         deed.said->value == seen.said->value && seen.said->has_value;
      if (is_it) return &deed;
    }
    return nullptr;
  }
  [[nodiscard]] bool is_seen_as(MessageId id, const Deed& other) const {
    return other.told && (other.f == name::pop || other.f == name::found) && other.said->id == id;
  }
  [[nodiscard]] bool reused(MessageId id) const {
    const Deed* const push = push_of(id);
    if (push == nullptr) return false;
    for (const Deed& other : deeds_) {
      if (other.f == name::push && other.told && other.said->id == id && &other != push)
        return true;
      if (!is_seen_as(id, other) || other.said->cause == name::damaged) continue;
      const bool early = other.to < push->from;
      if (!early && other.said->value != push->said->value && hidden_push(other) != nullptr) {
        return true;
      }
    }
    return false;
  }
  [[nodiscard]] bool damaged(MessageId id) const {
    return any(name::damage, [&](const Deed& deed) {
      return deed.told && deed.said->id <= id &&
             static_cast<std::int64_t>(id.value) <= deed.said->value;
    });
  }
  [[nodiscard]] bool redriven(MessageId id, Point a, Point b) const {
    return any(name::redrive, [&](const Deed& deed) {
      return deed.may && deed.said->id == id && deed.touches(a, b);
    });
  }
  [[nodiscard]] bool crashed(Point a, Point b) const {
    return std::any_of(crashes_.begin(), crashes_.end(),
                       [&](const Point& crash) { return crash >= a && crash <= b; });
  }

  void judge_seen(const Deed& seen) {
    const bool bad = seen.said->cause == name::damaged;
    if (bad) ids_.insert("queue/corrupt");
    const Deed* const push = push_of(seen.said->id);
    if (push != nullptr) {
      bool other = seen.said->has_value && !bad;
      for (const Deed& deed : deeds_) {
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
    for (const Deed& other : deeds_) {  // one push, two ids
      const bool twice = hidden != nullptr && other.told && other.said->id != seen.said->id &&
                         is_seen_as(other.said->id, other) && push_of(other.said->id) == nullptr &&
                         other.said->cause != name::damaged && hidden_push(other) == hidden;
      if (twice) ids_.insert("queue/unexpected");
    }
  }

  void judge_push(const Deed& push) {
    for (const Deed& other : deeds_) {
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
      for (const Deed& other : deeds_) {
        if (!other.told || other.said->id != use.said->id || &other == &use) continue;
        if (other.f == name::ack) ids_.insert("queue/acked-twice");
        if (is_seen_as(use.said->id, other) && other.from > use.to) {
          ids_.insert("queue/redelivered-after-ack");
        }
      }
    }
    const Deed* own = nullptr;
    for (const Deed& pop : deeds_) {
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

  struct Window {
    std::int64_t expires = open;
    Point end{open, open};
  };
  [[nodiscard]] Window window_of(const Deed& pop) const {
    const auto ends = [](const Deed& deed) {
      if (deed.said->ttl_ns != 0) return deed.from.first + deed.said->ttl_ns;
      return deed.f == name::pop ? open : deed.from.first;
    };
    const auto own = [&](const Deed& deed) {
      const bool later = any(name::pop, [&](const Deed& next) {
        return next.told && same_receipt(next, pop) && next.to > pop.to && next.to <= deed.from;
      });
      return deed.may && same_receipt(deed, pop) && deed.from >= pop.to && !later;
    };
    Window window;
    bool vague = false;
    Point last{-1, -1};
    for (const Deed& deed : deeds_) {
      if (deed.f != name::extend) continue;
      vague = vague || (deed.may && same_receipt(deed, pop) && deed.touches(pop.from, pop.to));
      const bool sure = own(deed) && deed.told && !redriven(pop.said->id, pop.from, deed.to);
      if (sure) last = std::max(last, deed.from);
    }
    if (last.first < 0) window.expires = ends(pop);
    for (const Deed& deed : deeds_) {
      if (deed.f != name::extend || !own(deed) || deed.to < last) continue;
      window.expires = std::min(window.expires, ends(deed));
    }
    if (window.expires != open) window.end = {window.expires, -1};
    if (vague) window = {pop.from.first, pop.to};
    for (const Point& crash : crashes_) {
      if (crash > pop.from) window.end = std::min(window.end, crash);
    }
    for (const Deed& deed : deeds_) {
      const bool closes =
          (deed.f == name::open && deed.may) ||
          (deed.f == name::redrive && deed.may && deed.said->id == pop.said->id) ||
          ((deed.f == name::ack || deed.f == name::nack) && same_receipt(deed, pop));
      if (!closes) continue;
      if (deed.from >= pop.from) window.end = std::min(window.end, deed.from);
      const bool pending = deed.from < pop.from && deed.to >= pop.from;
      if (pending && deed.f != name::redrive) window.end = std::min(window.end, pop.from);
    }
    return window;
  }
  [[nodiscard]] bool overlap(const Deed& a, const Deed& b) const {
    return std::max(a.to, b.to) < std::min(window_of(a).end, window_of(b).end);
  }
  [[nodiscard]] bool returned(const Deed& pop, Point a, Point b) const {
    return std::any_of(deeds_.begin(), deeds_.end(), [&](const Deed& deed) {
      const bool counts = (deed.f == name::nack && deed.may) ||
                          ((deed.f == name::ack || deed.f == name::extend) && deed.hidden());
      return counts && same_receipt(deed, pop) && deed.touches(a, b);
    });
  }

  void judge_pop(const Deed& b) {
    const Deed* before = nullptr;
    for (const Deed& a : deeds_) {
      if (a.f != name::pop || !a.told || a.said->id != b.said->id || a.from >= b.from) continue;
      before = &a;
      if (overlap(a, b)) ids_.insert("queue/lease-overlap");
      const bool forgotten =
          redriven(b.said->id, a.from, b.to) || (!durable_ && crashed(a.from, b.to));
      if (a.to < b.from && !forgotten && b.said->attempt <= a.said->attempt) {
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
    for (const Deed& deed : deeds_) {
      const bool counts =
          (deed.f == name::open && deed.may) || (deed.f == name::pop && deed.hidden());
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
    return !damaged(id) && !redriven(id, {-1, -1}, {open, open}) && !reused(id);
  }
  void judge_first(const Deed& b) {
    const Deed* const push = push_of(b.said->id);
    if (push == nullptr || !has_place(b.said->id)) return;
    for (const Deed& a : deeds_) {
      const bool counts = a.f == name::pop && a.told && is_first(a) && has_place(a.said->id);
      if (!counts || a.said->id <= b.said->id || a.to >= b.from || push->to >= a.from) continue;
      const bool elsewhere = any(name::pop, [&](const Deed& pop) {
        bool back = false;
        for (const Point& crash : crashes_) back = back || (crash > pop.from && crash < a.from);
        return pop.hidden() && pop.from <= a.to && !back;
      });
      if (!elsewhere) ids_.insert("queue/reordered");
    }
  }

  void judge_dead(const Deed& found) {
    const MessageId id = found.said->id;
    for (const Deed& other : deeds_) {
      if (!is_seen_as(id, other)) continue;
      const bool next =
          other.f == name::pop && other.from > found.to && !any(name::pop, [&](const Deed& third) {
            return is_seen_as(id, third) && third.from > found.to && third.from < other.from;
          });
      const bool excused =
          redriven(id, found.from, other.to) || (!durable_ && crashed(found.from, other.to));
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
    for (const Deed& deed : deeds_) {
      const bool began_again =
          deed.f == name::redrive && deed.told && deed.said->id == id && deed.to < found.from;
      if (began_again) since = std::max(since, deed.from);
    }
    std::int64_t possible = 0;
    for (const Deed& deed : deeds_) {
      const bool counts = deed.f == name::pop && (deed.hidden() || is_seen_as(id, deed));
      if (counts && deed.touches(since, found.to)) ++possible;
    }
    for (const Point& crash : crashes_) {
      if (crash >= since && crash <= found.to) ++possible;
    }
    if (possible < history_.header.params.attempts_max) ids_.insert("dlq/premature");
  }
  /// Where one push without an answer is known to be this message: the one of the lowest id.
  [[nodiscard]] const Deed* origin_of(MessageId id) const {
    const Deed* origin = nullptr;
    for (const Deed& seen : deeds_) {
      if (!is_seen_as(id, seen) || seen.said->cause == name::damaged) continue;
      const Deed* const push = hidden_push(seen);
      if (push == nullptr) continue;
      bool taken = false;
      for (const Deed& other : deeds_) {
        taken = taken || (other.said->id < id && is_seen_as(other.said->id, other) &&
                          other.said->cause != name::damaged &&
                          push_of(other.said->id) == nullptr && hidden_push(other) == push);
      }
      if (!taken) origin = push;
    }
    return origin;
  }

  void judge_end() {
    std::set<MessageId> all;
    for (const Deed& deed : deeds_) {
      if (deed.told && deed.said->id.value != 0 && deed.f != name::damage)
        all.insert(deed.said->id);
      const bool left = deed.f == name::found && deed.told && deed.place > end_->place &&
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
      return is_seen_as(id, found) && found.place > end_->place;
    });
    return !gone && !there && !damaged(id);
  }
  [[nodiscard]] bool is_exhausted(MessageId id) const {
    const Deed* last = nullptr;
    for (const Deed& pop : deeds_) {
      if (pop.f == name::pop && is_seen_as(id, pop)) last = &pop;
    }
    const std::int64_t most = history_.header.params.attempts_max;
    if (last == nullptr || most == 0 || last->said->attempt < most) return false;
    const bool reopened = any(name::open, [&](const Deed& deed) {
      return deed.may && deed.touches(last->from, end_->to);
    });
    return reopened || crashed(last->from, end_->to) || returned(*last, last->from, end_->to) ||
           window_of(*last).expires <= end_->to.first;
  }

  const History& history_;
  Judge judge_;
  std::vector<Deed> deeds_;  ///< by place
  std::vector<Point> crashes_;
  std::int64_t final_ = -1;
  const Deed* end_ = nullptr;
  bool durable_ = false;
  Ids ids_;
};

}  // namespace

std::set<std::string> queue_by_brute_force(const History& history, Judge judge) {
  return World(history, judge).judge();
}

}  // namespace lockstep::checkers
