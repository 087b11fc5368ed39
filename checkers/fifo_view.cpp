#include "checkers/fifo_view.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "checkers/queue.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::uint32_t no_view = 0xffffffffU;

/// What came of an operation, and when it took effect.
struct Known {
  Instant invoked;
  Instant answered = never_at;
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
      : history_(history), view_of_(history.names.size(), no_view) {
    if (judge != Judge::oracle || history.resolutions.empty()) return;
    known_.resize(history.events.size());
    for (const Resolution& resolution : history.resolutions) {
      known_[resolution.operation.value] = &resolution;
    }
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
    }
    return views_[number];
  }

  Known operation_of(EventIndex index, FifoView& view) {
    const Event& invocation = history_.events[index.value];
    Known operation;
    operation.invoked = instant_of(history_, index);
    if (invocation.pair != no_event) {
      operation.outcome = outcome_of(history_.events[invocation.pair.value]);
    }
    if (operation.outcome != Outcome::unknown) {
      operation.answered = instant_of(history_, invocation.pair);
      view.is_answered = true;
      return operation;
    }
    ++view.unknown;
    if (!known_.empty() && known_[index.value] != nullptr) {
      resolve(operation, *known_[index.value]);
    }
    return operation;
  }

  void add_push(EventIndex index) {
    const Event& invocation = history_.events[index.value];
    FifoView& view = view_of(invocation.key);
    const Known operation = operation_of(index, view);
    const Deed deed{operation.invoked, operation.answered, index};
    if (operation.outcome == Outcome::failed) {
      view.failed.push_back({invocation.value, deed});
      return;
    }
    if (operation.outcome == Outcome::done && !operation.resolved) ++view.pushed;
    view.nameless = view.nameless || !invocation.has_value;
    view.pushes.push_back({invocation.value, deed});
  }

  void add_pop(EventIndex index) {
    const Event& invocation = history_.events[index.value];
    FifoView& view = view_of(invocation.key);
    const Known operation = operation_of(index, view);
    const Deed deed{operation.invoked, operation.answered, index};
    if (operation.outcome == Outcome::unknown || operation.resolved) {
      if (operation.outcome != Outcome::failed) view.takers.push_back(deed);
      return;
    }
    const Event& answer = history_.events[invocation.pair.value];
    if (operation.outcome == Outcome::done) {
      view.nameless = view.nameless || !answer.has_value;
      view.pops.push_back({answer.value, deed});
    } else if (answer.error == name::empty) {
      view.empties.push_back(deed);
    }
  }

  static void sort(FifoView& view) {
    const auto earlier = [](const ElementDeed& a, const ElementDeed& b) {
      return std::tie(a.element, a.deed.from, a.deed.event) <
             std::tie(b.element, b.deed.from, b.deed.event);
    };
    for (auto* list : {&view.pushes, &view.pops, &view.failed}) {
      if (!std::is_sorted(list->begin(), list->end(), earlier)) {
        std::sort(list->begin(), list->end(), earlier);
      }
    }
    std::sort(view.takers.begin(), view.takers.end(), [](const Deed& a, const Deed& b) {
      return std::tie(a.from, a.event) < std::tie(b.from, b.event);
    });
  }

  const History& history_;
  std::vector<std::uint32_t> view_of_;    ///< by key
  std::vector<const Resolution*> known_;  ///< by event; empty: none
  std::vector<FifoView> views_;
};

}  // namespace

std::vector<FifoView> fifo_views(const History& history, Judge judge) {
  return ViewsBuilder(history, judge).build();
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
