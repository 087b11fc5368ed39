#include "checkers/fifo_brute_force.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lockstep::checkers {
namespace {

using Point = std::pair<std::int64_t, std::int64_t>;
constexpr Point never{INT64_MAX, INT64_MAX};

enum class What : std::uint8_t { push, pop, empty, take };

struct Act {
  What what{};
  std::int64_t element = 0;
  Point from;
  Point by = never;
  bool must = true;  ///< it certainly took effect
};

Point point_of(const History& history, std::uint32_t event) {
  const bool is_total = history.header.order == Order::total;
  return {history.events[event].time_ns, is_total ? event : 0};
}

/// Whether there was an act, and which.
bool act_of(const History& history, std::uint32_t i, const Resolution* known, Act& act) {
  const Event& invocation = history.events[i];
  act.from = point_of(history, i);
  act.what = invocation.f == name::push ? What::push : What::take;
  act.element = invocation.value;
  const bool is_over = invocation.pair != no_event;
  const EventType type = is_over ? history.events[invocation.pair.value].type : EventType::info;
  if (type == EventType::info) {
    act.must = known != nullptr && known->happened && act.what == What::push;
    if (known == nullptr) return true;
    act.from = std::max(act.from, Point{known->at_ns, -1});
    act.by = {known->at_ns, INT64_MAX};
    return known->happened;
  }
  const Event& answer = history.events[invocation.pair.value];
  act.by = point_of(history, invocation.pair.value);
  if (act.what == What::push) return type == EventType::ok;
  act.what = type == EventType::ok ? What::pop : What::empty;
  act.element = answer.value;
  return type == EventType::ok || answer.error == name::empty;
}

std::vector<Act> acts_of(const History& history, Judge judge) {
  std::vector<Act> acts;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    const bool is_ours = event.f == name::push || event.f == name::pop;
    if (event.type != EventType::invoke || !is_ours) continue;
    const auto known =
        std::find_if(history.resolutions.begin(), history.resolutions.end(),
                     [&](const Resolution& resolution) { return resolution.operation.value == i; });
    const bool is_known = judge == Judge::oracle && known != history.resolutions.end();
    Act act;
    if (act_of(history, i, is_known ? &*known : nullptr, act)) acts.push_back(act);
  }
  return acts;
}

/// Every order, one act after the other; a state that was seen is not tried again.
class Search {
 public:
  explicit Search(std::vector<Act> acts) : acts_(std::move(acts)) {}

  bool possible(std::uint32_t done, const std::vector<std::int64_t>& queue) {
    if (is_complete(done)) return true;
    if (!seen_.emplace(done, queue).second) return false;
    for (std::size_t i = 0; i < acts_.size(); ++i) {
      std::vector<std::int64_t> after = queue;
      const bool can = may_be_next(done, i) && apply(acts_[i], after);
      if (can && possible(done | 1U << i, after)) return true;
    }
    return false;
  }

 private:
  [[nodiscard]] bool is_complete(std::uint32_t done) const {
    for (std::size_t i = 0; i < acts_.size(); ++i) {
      if (acts_[i].must && (done >> i & 1U) == 0) return false;
    }
    return true;
  }

  [[nodiscard]] bool may_be_next(std::uint32_t done, std::size_t next) const {
    if ((done >> next & 1U) != 0) return false;
    for (std::size_t i = 0; i < acts_.size(); ++i) {
      const bool is_done = (done >> i & 1U) != 0;
      if (is_done && acts_[next].by < acts_[i].from) return false;
      if (!is_done && acts_[i].must && acts_[i].by < acts_[next].from) return false;
    }
    return true;
  }

  static bool apply(const Act& act, std::vector<std::int64_t>& queue) {
    switch (act.what) {
      case What::push: queue.push_back(act.element); return true;
      case What::empty: return queue.empty();
      case What::pop:
        if (queue.empty() || queue.front() != act.element) return false;
        queue.erase(queue.begin());
        return true;
      case What::take:
        if (!queue.empty()) queue.erase(queue.begin());
        return true;
    }
    return false;
  }

  std::vector<Act> acts_;
  std::set<std::pair<std::uint32_t, std::vector<std::int64_t>>> seen_;
};

bool is_possible(std::vector<Act> acts, bool with_empties) {
  if (!with_empties) std::erase_if(acts, [](const Act& act) { return act.what == What::empty; });
  return Search(std::move(acts)).possible(0, {});
}

struct Story {
  std::vector<const Act*> pushes;
  std::vector<const Act*> pops;
  bool fresh = false;
};

std::set<std::string> ids_of(const std::vector<Act>& acts) {
  std::set<std::string> ids;
  std::vector<Story> sound;
  std::set<std::int64_t> elements;
  for (const Act& act : acts) {
    if (act.what == What::push || act.what == What::pop) elements.insert(act.element);
  }
  for (const std::int64_t element : elements) {
    Story story;
    for (const Act& act : acts) {
      if (act.element != element) continue;
      if (act.what == What::push) story.pushes.push_back(&act);
      if (act.what == What::pop) story.pops.push_back(&act);
    }
    if (story.pushes.size() > 1) continue;
    if (story.pops.size() > 1) ids.insert("fifo/repeat");
    for (const Act* const pop : story.pops) {
      story.fresh = story.fresh || story.pushes.empty() || pop->by < story.pushes[0]->from;
    }
    if (story.fresh) ids.insert("fifo/fresh");
    if (!story.fresh && !story.pops.empty()) sound.push_back(story);
  }
  for (const Story& a : sound) {
    for (const Story& b : sound) {
      const bool is_before = a.pushes[0]->by < b.pushes[0]->from;
      if (is_before && b.pops[0]->by < a.pops[0]->from) ids.insert("fifo/order");
    }
  }
  return ids;
}

}  // namespace

FifoTruth fifo_by_brute_force(const History& history, Judge judge) {
  const std::vector<Act> acts = acts_of(history, judge);
  FifoTruth truth;
  truth.possible_without_empties = is_possible(acts, false);
  truth.possible = truth.possible_without_empties && is_possible(acts, true);
  truth.of_elements = ids_of(acts);
  return truth;
}

}  // namespace lockstep::checkers
