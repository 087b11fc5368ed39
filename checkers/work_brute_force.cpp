#include "checkers/work_brute_force.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace lockstep::checkers {
namespace {

using Ids = std::set<std::string>;

constexpr std::int64_t open = INT64_MAX;

/// An operation in one world: what its client knows, and what happened.
struct Deed {
  NameId f{};
  std::uint64_t worker = 0;
  std::int64_t value = 0;
  std::uint64_t token = 0;
  std::int64_t sent = 0;      ///< places in the history
  std::int64_t ended = open;  ///< its client stopped waiting
  bool told = false;          ///< its client was told that it happened
  bool unknown = false;
  bool happened = false;
  bool known = false;        ///< that it happened, to this judge
  std::int64_t time_ns = 0;  ///< of its answer, or when it arrived
  // When it took effect, at the earliest and at the latest: a time and a place among its events.
  std::pair<std::int64_t, std::int64_t> from;
  std::pair<std::int64_t, std::int64_t> to;
};

void take_answer(Deed& deed, const Event& answer, std::int64_t place) {
  deed.ended = place;
  deed.unknown = answer.type == EventType::info;
  deed.told = deed.happened = deed.known = answer.type == EventType::ok;
  deed.time_ns = answer.time_ns;
  deed.to = {answer.time_ns, place};
  if (answer.has_value) deed.value = answer.value;
}

void take_resolution(Deed& deed, const Resolution& resolution) {
  if (!deed.unknown) return;
  deed.unknown = false;
  deed.happened = deed.known = resolution.happened;
  if (!resolution.happened) return;
  deed.time_ns = resolution.at_ns;
  deed.from = std::max(deed.from, std::pair(resolution.at_ns, std::int64_t{-1}));
  deed.to = {resolution.at_ns, open};
}

std::vector<Deed> deeds_of(const History& history, Judge judge) {
  std::vector<Deed> deeds;
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke) continue;
    const auto place = static_cast<std::int64_t>(i);
    Deed deed{event.f, event.lease.value, event.value, event.token.value, place};
    deed.unknown = true;
    deed.from = {event.time_ns, place};
    if (event.pair != no_event) {
      take_answer(deed, history.events[event.pair.value], event.pair.value);
    }
    for (const Resolution& resolution : history.resolutions) {
      const bool mine = judge == Judge::oracle && resolution.operation.value == i;
      if (mine) take_resolution(deed, resolution);
    }
    deeds.push_back(deed);
  }
  return deeds;
}

class OneWorld {
 public:
  OneWorld(const History& history, const std::vector<Deed>& deeds)
      : history_(history), deeds_(deeds) {
    for (const Event& event : history.events) {
      if (event.process != nemesis) continue;
      if (event.f == name::heal) heal_ = event.time_ns;
      if (event.f == name::final_mark) final_ = event.time_ns;
    }
  }

  [[nodiscard]] Ids judge() const {
    Ids ids;
    if (two_workers()) ids.insert("work/two-workers");
    for (const Deed& deed : deeds_) {
      if (deed.f == name::emit && deed.told && is_lost(deed)) ids.insert("work/lost-event");
      if (deed.f == name::apply && is_unexplained(deed)) {
        ids.insert("work/unexplained-duplicate");
      }
    }
    if (nobody_took_over()) ids.insert("work/no-takeover");
    return ids;
  }

 private:
  [[nodiscard]] bool two_workers() const {
    for (const Deed& a : deeds_) {
      for (const Deed& b : deeds_) {
        if (a.f != name::apply || b.f != name::apply) continue;
        const bool fenced = history_.header.params.fenced;
        if (fenced && a.known && b.known && a.to < b.from && a.token > b.token) return true;
        if (!fenced && a.worker != b.worker && overlap(a.worker, b.worker)) return true;
      }
    }
    return false;
  }

  /// Some moment lies between deeds of one worker and between deeds of the other.
  [[nodiscard]] bool overlap(std::uint64_t one, std::uint64_t other) const {
    const auto is_at_it = [&](std::uint64_t worker, std::int64_t place) {
      bool before = false;
      bool after = false;
      for (const Deed& deed : deeds_) {
        if (deed.f != name::apply || deed.worker != worker) continue;
        before = before || deed.sent <= place;
        after = after || (deed.ended == open ? deed.sent : deed.ended) >= place;
      }
      return before && after;
    };
    const auto places = static_cast<std::int64_t>(history_.events.size());
    for (std::int64_t place = 0; place < places; ++place) {
      if (is_at_it(one, place) && is_at_it(other, place)) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_lost(const Deed& emit) const {
    const std::int64_t bound = history_.header.params.bound_ns;
    bool passed = false;
    for (const Deed& deed : deeds_) {
      if (deed.f == name::apply && deed.value == emit.value && deed.happened) return false;
      const bool passes = (deed.f == name::save || deed.f == name::load) && deed.known;
      passed = passed || (passes && deed.value >= emit.value && deed.time_ns + bound <= final_);
    }
    return passed && final_ >= 0;
  }

  /// Asked of what is known only: what nobody knows of is no certain duplicate.
  [[nodiscard]] bool is_unexplained(const Deed& again) const {
    if (!again.known) return false;
    std::int64_t began = -1;
    for (const Deed& deed : deeds_) {
      const bool mine = deed.f == name::load && deed.worker == again.worker;
      if (mine && deed.sent < again.sent) began = std::max(began, deed.sent);
    }
    const std::int64_t decided = began < 0 ? again.sent : began;
    const std::pair decided_at(history_.events[static_cast<std::size_t>(decided)].time_ns, decided);
    bool repeated = false;
    bool knew = false;
    bool was_saved = false;
    for (const Deed& deed : deeds_) {
      const bool same = deed.f == name::apply && deed.value == again.value;
      const bool earlier = std::pair(deed.from, deed.sent) < std::pair(again.from, again.sent);
      repeated = repeated || (same && deed.known && earlier);
      const bool mine = same && deed.told && deed.worker == again.worker;
      knew = knew || (mine && deed.ended < again.sent && deed.ended > began);
      const bool covers = deed.f == name::save && deed.known && deed.value >= again.value;
      was_saved = was_saved || (covers && deed.to < decided_at);
    }
    return repeated && (knew || was_saved);
  }

  [[nodiscard]] bool nobody_took_over() const {
    const Params& params = history_.header.params;
    if (heal_ < 0 || params.bound_ns == 0) return false;
    const std::int64_t due =
        heal_ + params.ttl_ns + params.retry_ns + params.jitter_ns + params.bound_ns;
    if (final_ < due) return false;
    for (const Deed& deed : deeds_) {
      if (deed.f != name::apply) continue;
      if (deed.known && deed.time_ns >= heal_ && deed.time_ns <= due) return false;
      const std::int64_t sent = history_.events[static_cast<std::size_t>(deed.sent)].time_ns;
      if (deed.unknown && deed.happened && sent >= heal_ && sent <= due) return false;
    }
    return std::any_of(deeds_.begin(), deeds_.end(),
                       [&](const Deed& deed) { return is_waiting(deed); });
  }

  [[nodiscard]] bool is_waiting(const Deed& emit) const {
    if (emit.f != name::emit || !emit.told || emit.time_ns > heal_) return false;
    return std::none_of(deeds_.begin(), deeds_.end(), [&](const Deed& deed) {
      if (!deed.happened) return false;
      if (deed.f == name::apply) return deed.value == emit.value && deed.from.first <= heal_;
      return (deed.f == name::save || deed.f == name::load) && deed.value >= emit.value;
    });
  }

  const History& history_;
  const std::vector<Deed>& deeds_;
  std::int64_t heal_ = -1;
  std::int64_t final_ = -1;
};

}  // namespace

std::set<std::string> work_by_brute_force(const History& history, Judge judge) {
  std::vector<Deed> deeds = deeds_of(history, judge);
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < deeds.size(); ++i) {
    if (deeds[i].unknown) unknown.push_back(i);
  }
  Ids certain{"work/two-workers", "work/lost-event", "work/unexplained-duplicate",
              "work/no-takeover"};
  for (std::uint32_t choice = 0; choice < (1U << unknown.size()); ++choice) {
    for (std::size_t u = 0; u < unknown.size(); ++u) {
      deeds[unknown[u]].happened = ((choice >> u) & 1U) != 0;
    }
    const Ids here = OneWorld(history, deeds).judge();
    std::erase_if(certain, [&](const std::string& id) { return !here.contains(id); });
  }
  return certain;
}

}  // namespace lockstep::checkers
