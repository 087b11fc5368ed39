#include "checkers/queue_brute_facts.hpp"

#include <variant>

namespace lockstep::checkers {

QueueFacts::QueueFacts(const History& history, Judge judge) : history_(history), judge_(judge) {
  shared_ = is_set("shared");
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    const auto place = static_cast<std::int64_t>(i);
    if (event.f == name::crash && !shared_) crashes_.push_back({event.time_ns, place});
    if (event.f == name::final_mark) final_ = place;
    if (event.type == EventType::invoke) deeds_.push_back(deed_of(i));
  }
  for (Deed& deed : deeds_) {
    if (deed.f == name::found) deed.from = survey_of(deed)->from;
  }
  durable_ = is_set("attempts_durable");
  find_end();
}

bool QueueFacts::is_set(std::string_view what) const {
  for (const auto& [name, value] : history_.header.params.extra) {
    if (name == what) return std::get<bool>(value);
  }
  return false;
}

Deed QueueFacts::deed_of(std::size_t i) const {
  const Event& event = history_.events[i];
  const auto place = static_cast<std::int64_t>(i);
  Deed deed{&event, event.f, place, unending, {event.time_ns, place}};
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
    deed.to = {known.at_ns, unending};
    return deed;
  }
  for (const Point& crash : crashes_after(deed.from)) deed.to = std::min(deed.to, crash);
  return deed;
}

std::vector<Point> QueueFacts::crashes_after(Point point) const {
  std::vector<Point> found;
  for (std::size_t i = 0; i < history_.events.size(); ++i) {
    const Point at{history_.events[i].time_ns, static_cast<std::int64_t>(i)};
    if (history_.events[i].f == name::crash && at > point && !shared_) found.push_back(at);
  }
  return found;
}

const Deed* QueueFacts::survey_of(const Deed& found) const {
  const Deed* survey = &found;
  for (const Deed& deed : deeds_) {
    if (deed.f == name::survey && deed.place < found.place) survey = &deed;
  }
  return survey;
}

void QueueFacts::find_end() {
  for (const Deed& deed : deeds_) {
    if (deed.f == name::survey && deed.told) end_ = &deed;
  }
  if (end_ == nullptr) return;
  bool good = final_ > end_->last;
  for (const Deed& deed : deeds_) {
    if (&deed == end_ || (deed.f == name::found && deed.told && deed.last < end_->last)) continue;
    if (deed.place > end_->place || (deed.last != unending && deed.last > end_->place))
      good = false;
  }
  for (const Point& crash : crashes_) good = good && crash.second < end_->place;
  if (!good) end_ = nullptr;
}

const Deed* QueueFacts::push_of(MessageId id) const {
  for (const Deed& deed : deeds_) {
    if (deed.f == name::push && deed.told && deed.said->id == id) return &deed;
  }
  return nullptr;
}

const Deed* QueueFacts::hidden_push(const Deed& seen) const {
  for (const Deed& deed : deeds_) {
    const bool is_it = deed.f == name::push && deed.hidden() && deed.from <= seen.to &&
                       deed.said->value == seen.said->value && seen.said->has_value;
    if (is_it) return &deed;
  }
  return nullptr;
}

bool QueueFacts::is_seen_as(MessageId id, const Deed& other) const {
  return other.told && (other.f == name::pop || other.f == name::found) && other.said->id == id;
}

bool QueueFacts::reused(MessageId id) const {
  const Deed* const push = push_of(id);
  if (push == nullptr) return false;
  for (const Deed& other : deeds_) {
    if (other.f == name::push && other.told && other.said->id == id && &other != push) return true;
    if (!is_seen_as(id, other) || other.said->cause == name::damaged) continue;
    const bool early = other.to < push->from;
    if (!early && other.said->value != push->said->value && hidden_push(other) != nullptr) {
      return true;
    }
  }
  return false;
}

bool QueueFacts::damaged(MessageId id) const {
  return !is_set("intact") && any(name::damage, [&](const Deed& deed) {
    return deed.told && deed.said->id <= id &&
           static_cast<std::int64_t>(id.value) <= deed.said->value;
  });
}

bool QueueFacts::redriven(MessageId id, Point a, Point b) const {
  return any(name::redrive, [&](const Deed& deed) {
    return deed.may && deed.said->id == id && deed.touches(a, b);
  });
}

bool QueueFacts::damage_told(Point a, Point b) const {
  return !is_set("intact") &&
         any(name::damage, [&](const Deed& deed) { return deed.told && deed.touches(a, b); });
}

bool QueueFacts::forgotten(Point a, Point b) const {
  const bool reopened =
      any(name::open, [&](const Deed& deed) { return reopens(deed) && deed.touches(a, b); });
  return damage_told(a, b) || (!durable_ && (reopened || crashed(a, b)));
}

bool QueueFacts::crashed(Point a, Point b) const {
  return std::any_of(crashes_.begin(), crashes_.end(),
                     [&](const Point& crash) { return crash >= a && crash <= b; });
}

QueueFacts::Window QueueFacts::window_of(const Deed& pop) const {
  const auto ends = [](const Deed& deed) {
    if (deed.said->ttl_ns != 0) return deed.from.first + deed.said->ttl_ns;
    return deed.f == name::pop ? unending : deed.from.first;
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
  if (window.expires != unending) window.end = {window.expires, -1};
  if (vague) window = {pop.from.first, pop.to};
  for (const Point& crash : crashes_) {
    if (crash > pop.from) window.end = std::min(window.end, crash);
  }
  for (const Deed& deed : deeds_) {
    const bool closes = reopens(deed) ||
                        (deed.f == name::redrive && deed.may && deed.said->id == pop.said->id) ||
                        ((deed.f == name::ack || deed.f == name::nack) && same_receipt(deed, pop));
    if (!closes) continue;
    if (deed.from >= pop.from) window.end = std::min(window.end, deed.from);
    const bool pending = deed.from < pop.from && deed.to >= pop.from;
    if (pending && deed.f != name::redrive) window.end = std::min(window.end, pop.from);
  }
  return window;
}

bool QueueFacts::overlap(const Deed& a, const Deed& b) const {
  return std::max(a.to, b.to) < std::min(window_of(a).end, window_of(b).end);
}

bool QueueFacts::returned(const Deed& pop, Point a, Point b) const {
  return std::any_of(deeds_.begin(), deeds_.end(), [&](const Deed& deed) {
    const bool counts =
        (deed.f == name::nack && deed.may) ||
        ((deed.f == name::ack || deed.f == name::extend) && deed.hidden() && !shared_);
    return counts && same_receipt(deed, pop) && deed.touches(a, b);
  });
}

const Deed* QueueFacts::origin_of(MessageId id) const {
  const Deed* origin = nullptr;
  for (const Deed& seen : deeds_) {
    if (!is_seen_as(id, seen) || seen.said->cause == name::damaged) continue;
    const Deed* const push = hidden_push(seen);
    if (push == nullptr) continue;
    bool taken = false;
    for (const Deed& other : deeds_) {
      taken = taken || (other.said->id < id && is_seen_as(other.said->id, other) &&
                        other.said->cause != name::damaged && push_of(other.said->id) == nullptr &&
                        hidden_push(other) == push);
    }
    if (!taken) origin = push;
  }
  return origin;
}

}  // namespace lockstep::checkers
