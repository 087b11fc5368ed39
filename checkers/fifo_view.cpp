#include "checkers/fifo_view.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "checkers/queue.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::uint32_t no_view = 0xffffffffU;

/// What came of an operation, and when it took effect.
struct Known {
  Deed deed;
  Outcome outcome = Outcome::unknown;
  bool resolved = false;
};

Outcome outcome_of(const Event& completion) {
  if (completion.type == EventType::ok) return Outcome::done;
  return completion.type == EventType::info ? Outcome::unknown : Outcome::failed;
}

class ViewsBuilder {
 public:
  ViewsBuilder(const History& history, Judge judge)
      : history_(history),
        is_total_(history.header.order == Order::total),
        view_of_(history.names.size(), no_view) {
    if (judge != Judge::oracle || history.resolutions.empty()) return;
    known_.resize(history.events.size());
    for (const Resolution& resolution : history.resolutions) {
      known_[resolution.operation.value] = &resolution;
      if (resolution.happened) times_.push_back(resolution.at_ns);
    }
    std::sort(times_.begin(), times_.end());
    times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
  }

  std::vector<FifoView> build() {
    for (std::uint32_t i = 0; i < history_.events.size(); ++i) {
      const Event& event = history_.events[i];
      if (event.type != EventType::invoke || !is_queue(event.f)) continue;
      if (event.f == name::push) add_push(EventIndex{i});
      if (event.f == name::pop) add_pop(EventIndex{i});
      if (event.f >= name::ack && event.f <= name::redrive) view_of(event.key).has_acks = true;
    }
    for (FifoView& view : views_) sort(view);
    std::sort(views_.begin(), views_.end(),
              [](const FifoView& a, const FifoView& b) { return a.key < b.key; });
    return std::move(views_);
  }

 private:
  FifoView& view_of(NameId key) {
    std::uint32_t& number = view_of_[key.value];
    if (number == no_view) {
      number = static_cast<std::uint32_t>(views_.size());
      views_.emplace_back().key = key;
      if (number == 0) reserve(views_.back());  // most often the only one
    }
    return views_[number];
  }

  void reserve(FifoView& view) const {
    view.pushes.reserve(history_.events.size() / 3);
    view.pops.reserve(history_.events.size() / 3);
  }

  [[nodiscard]] Moment moment_of(EventIndex index) const {
    const std::int64_t time_ns = history_.events[index.value].time_ns;
    if (!is_total_) return time_ns;
    if (times_.empty()) return Moment{index.value};
    const auto [before, after] = std::equal_range(times_.begin(), times_.end(), time_ns);
    return Moment{index.value} + (before - times_.begin()) + (after - times_.begin());
  }

  /// The beginning and the end of a time of times_.
  [[nodiscard]] std::pair<Moment, Moment> around(std::int64_t time_ns) const {
    if (!is_total_) return {time_ns, time_ns};
    const auto& events = history_.events;
    const auto first = std::partition_point(
        events.begin(), events.end(), [&](const Event& event) { return event.time_ns < time_ns; });
    const auto last = std::partition_point(
        first, events.end(), [&](const Event& event) { return event.time_ns == time_ns; });
    const auto time = std::lower_bound(times_.begin(), times_.end(), time_ns);
    const Moment before = 2 * (time - times_.begin());
    return {(first - events.begin()) + before, (last - events.begin()) + before + 1};
  }

  Known operation_of(EventIndex index, FifoView& view) {
    const Event& invocation = history_.events[index.value];
    Known operation;
    operation.deed = {moment_of(index), no_moment, index};
    if (invocation.pair != no_event) {
      operation.outcome = outcome_of(history_.events[invocation.pair.value]);
    }
    if (operation.outcome != Outcome::unknown) {
      operation.deed.by = moment_of(invocation.pair);
      view.is_answered = true;
      return operation;
    }
    ++view.unknown;
    if (!known_.empty() && known_[index.value] != nullptr) resolve(operation, index);
    return operation;
  }

  /// To the moment when it took effect, or to no effect at all.
  void resolve(Known& operation, EventIndex index) const {
    const Resolution& resolution = *known_[index.value];
    operation.resolved = true;
    operation.outcome = resolution.happened ? Outcome::done : Outcome::failed;
    if (!resolution.happened) return;
    const auto [before, after] = around(resolution.at_ns);
    operation.deed.from = std::max(operation.deed.from, before);
    operation.deed.by = after;
  }

  void add_push(EventIndex index) {
    const Event& invocation = history_.events[index.value];
    FifoView& view = view_of(invocation.key);
    const Known operation = operation_of(index, view);
    if (operation.outcome == Outcome::failed) {
      view.failed.push_back({invocation.value, operation.deed});
      return;
    }
    if (operation.outcome == Outcome::done && !operation.resolved) ++view.pushed;
    view.nameless = view.nameless || !invocation.has_value;
    view.pushes.push_back({invocation.value, operation.deed});
  }

  void add_pop(EventIndex index) {
    const Event& invocation = history_.events[index.value];
    FifoView& view = view_of(invocation.key);
    const Known operation = operation_of(index, view);
    if (operation.outcome == Outcome::unknown || operation.resolved) {
      if (operation.outcome != Outcome::failed) view.takers.push_back(operation.deed);
      return;
    }
    const Event& answer = history_.events[invocation.pair.value];
    if (operation.outcome == Outcome::done) {
      view.nameless = view.nameless || !answer.has_value;
      view.pops.push_back({answer.value, operation.deed});
    } else if (answer.error == name::empty) {
      view.empties.push_back(operation.deed);
    }
  }

  template <class Deeds, class Earlier>
  static void sort(Deeds& deeds, const Earlier& earlier) {
    if (!std::is_sorted(deeds.begin(), deeds.end(), earlier)) {
      std::sort(deeds.begin(), deeds.end(), earlier);
    }
  }

  static void sort(FifoView& view) {
    const auto by_element = [](const ElementDeed& a, const ElementDeed& b) {
      return std::tie(a.element, a.deed.from, a.deed.event) <
             std::tie(b.element, b.deed.from, b.deed.event);
    };
    const auto is_earlier = [](const Deed& a, const Deed& b) {
      return std::tie(a.from, a.event) < std::tie(b.from, b.event);
    };
    sort(view.pushes, by_element);
    sort(view.failed, by_element);
    sort(view.pops,
         [&](const ElementDeed& a, const ElementDeed& b) { return is_earlier(a.deed, b.deed); });
    sort(view.takers, is_earlier);
  }

  const History& history_;
  bool is_total_;
  std::vector<std::uint32_t> view_of_;    ///< by key
  std::vector<const Resolution*> known_;  ///< by event; empty: none
  std::vector<std::int64_t> times_;       ///< at which something happened that the oracle knows of
  std::vector<FifoView> views_;
};

/// What the judge knows of an operation beyond its answer; nullptr: nothing.
const Resolution* resolution_of(EventIndex event, const FifoContext& context) {
  const auto& all = context.history.resolutions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Resolution& resolution) {
    return resolution.operation == event;
  });
  return context.judge != Judge::oracle || found == all.end() ? nullptr : &*found;
}

}  // namespace

std::vector<FifoView> fifo_views(const History& history, Judge judge) {
  return ViewsBuilder(history, judge).build();
}

std::string FifoContext::begin_text(const Deed& deed) const {
  const Resolution* const known = resolution_of(deed.event, *this);
  const std::int64_t sent = history.events[deed.event.value].time_ns;
  return moment_text(known == nullptr ? sent : std::max(sent, known->at_ns));
}

std::string FifoContext::end_text(const Deed& deed) const {
  if (const Resolution* const known = resolution_of(deed.event, *this)) {
    return moment_text(known->at_ns);
  }
  return moment_text(history.events[history.events[deed.event.value].pair.value].time_ns);
}

Violation FifoContext::violation(const FifoView& view, std::string sentence,
                                 std::initializer_list<Deed> witness) const {
  Violation violation;
  violation.sentence = std::move(sentence);
  violation.keys.emplace_back(name(view));
  for (const Deed& deed : witness) {
    if (deed.is_there()) violation.witness.push_back(deed.event.value);
  }
  return violation;
}

}  // namespace lockstep::checkers
