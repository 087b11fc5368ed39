// fifo/lost: elements that were acknowledged and never came out; and which pops without an answer
// can have taken them.
//
// Why k-th to k-th: sort missing elements by the answers of their pushes. An earlier one is due no
// later than a later one (whatever overtook the later one overtook it), and every moment at which
// the later one must be gone is one at which the earlier one must be. So if an earlier element was
// taken by a later pop, changing the two pops breaks nothing; and to take the first pop that can
// have taken it is never worse. The latter needs that a pop that begins earlier also ends earlier.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Attempts at settling one queue, and elements looked at in all of them: a second or so.
constexpr std::uint64_t attempts_max = 1'000;
constexpr std::uint64_t looks_max = 1U << 25U;

/// The elements that came out, by the beginnings of their pushes: what overtook whom. Those pushed
/// up to `after` are left out: when the first of those that may have been overtaken was in.
class Overtakers {
 public:
  Overtakers(const std::vector<Element>& elements, Moment after) : elements_(elements) {
    for (std::uint32_t i = 0; i < elements.size() && elements[i].is_out(); ++i) {
      if (elements[i].push().from > after) first_.push_back({elements[i].push().from, i});
    }
    const auto earlier = [](const Pushed& a, const Pushed& b) {
      return std::tie(a.at, a.element) < std::tie(b.at, b.element);
    };
    if (!std::is_sorted(first_.begin(), first_.end(), earlier)) {
      std::sort(first_.begin(), first_.end(), earlier);
    }
    for (std::size_t i = first_.size(); i-- > 1;) {
      const std::uint32_t next = first_[i].element;
      std::uint32_t& best = first_[i - 1].element;
      if (elements[next].pop().by < elements[best].pop().by) best = next;
    }
  }

  void find(Missing& missing) const {
    const Moment by = elements_[missing.element].push().by;
    const auto after = std::partition_point(first_.begin(), first_.end(),
                                            [&](const Pushed& pushed) { return pushed.at <= by; });
    if (after == first_.end()) return;
    missing.overtaker = after->element;
    missing.due = elements_[missing.overtaker].pop().by;
  }

 private:
  struct Pushed {
    Moment at = 0;
    std::uint32_t element = 0;  ///< of this one and those pushed later: the first to come out
  };
  const std::vector<Element>& elements_;
  std::vector<Pushed> first_;
};

/// For each element when it can have come out at the earliest: after those pushed before it.
class Forerunners {
 public:
  explicit Forerunners(const std::vector<Element>& elements) {
    for (const Element& element : elements) {
      if (element.is_out()) all_.push_back({element.push().by, element.pop().from});
    }
    std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.in < b.in; });
    for (std::size_t i = 1; i < all_.size(); ++i) {
      all_[i].out = std::max(all_[i].out, all_[i - 1].out);
    }
  }

  [[nodiscard]] Moment before(Moment pushed) const {
    const auto after = std::partition_point(all_.begin(), all_.end(),
                                            [&](const Out& one) { return one.in < pushed; });
    return after == all_.begin() ? pushed : std::max(pushed, (after - 1)->out);
  }

 private:
  struct Out {
    Moment in = 0;   ///< its push was answered
    Moment out = 0;  ///< the last pop of this one and those before began
  };
  std::vector<Out> all_;
};

/// Pops without an answer, by their ends, to be taken one after the other.
class Takers {
 public:
  explicit Takers(std::vector<Deed> all) : all_(std::move(all)), free_(all_.size() + 1) {
    std::sort(all_.begin(), all_.end(), [](const Deed& a, const Deed& b) {
      return std::tie(a.by, a.from, a.event) < std::tie(b.by, b.from, b.event);
    });
  }

  void reset() { std::iota(free_.begin(), free_.end(), std::size_t{0}); }
  /// The first that is free and can have taken it; nullptr: none.
  [[nodiscard]] const Deed* find(const Missing& missing) {
    const auto first = std::partition_point(
        all_.begin(), all_.end(), [&](const Deed& deed) { return deed.by < missing.since; });
    const std::size_t free = next_free(static_cast<std::size_t>(first - all_.begin()));
    return free == all_.size() || missing.due < all_[free].from ? nullptr : &all_[free];
  }
  void take(const Deed& deed, Missing& missing) {
    missing.taker = deed;
    const auto number = static_cast<std::size_t>(&deed - all_.data());
    free_[number] = number + 1;
  }
  [[nodiscard]] bool none() const { return all_.empty(); }

 private:
  std::size_t next_free(std::size_t number) {
    while (free_[number] != number) {
      free_[number] = free_[free_[number]];
      number = free_[number];
    }
    return number;
  }

  std::vector<Deed> all_;
  std::vector<std::size_t> free_;  ///< itself, or some later one with only taken ones between
};

/// Between a pop without an end and one with: which was taken, true for the latter.
struct Choices {
  std::vector<bool> made;
  bool next = false;  ///< of those to be made

  bool take(std::size_t& number) {
    if (number == made.size()) made.push_back(next);
    return made[number++];
  }
};

/// Splits pops by whether they have an end: of each kind the first that fits is the best, but
/// between the kinds there is a choice, if the one that has no end began first.
class Settler {
 public:
  Settler(const FifoView& view, const std::vector<Element>& elements, std::vector<Missing>& missing)
      : view_(view),
        elements_(elements),
        missing_(missing),
        open_(those(view, true)),
        ended_(those(view, false)) {}

  Settled settle() {
    Choices choices;
    if (open_.none() || ended_.none()) {
      attempt(choices);
      return Settled::all;
    }
    // A pop without an end can take every later element too: to keep it loses the least.
    Choices ended_first{.made = {}, .next = true};
    attempt(ended_first);
    if (is_any_lost()) return Settled::losses;
    if (is_wrong_in_any_case()) return Settled::all;
    const std::uint64_t limit = std::min(attempts_max, looks_max / elements_.size());
    for (std::uint64_t i = 0; i < limit; ++i) {
      attempt(choices);
      if (is_clean()) return Settled::all;
      auto& made = choices.made;
      while (!made.empty() && made.back()) made.pop_back();
      if (made.empty()) {  // all were tried
        attempt(ended_first);
        return Settled::all;
      }
      made.back() = true;
    }
    return Settled::nothing;
  }

 private:
  static std::vector<Deed> those(const FifoView& view, bool open) {
    std::vector<Deed> deeds;
    std::copy_if(view.takers.begin(), view.takers.end(), std::back_inserter(deeds),
                 [&](const Deed& deed) { return (deed.by == no_moment) == open; });
    return deeds;
  }

  /// Adds the choices that it makes itself.
  void attempt(Choices& choices) {
    open_.reset();
    ended_.reset();
    std::size_t made = 0;
    for (Missing& missing : missing_) {
      const Deed* const open = open_.find(missing);
      const Deed* const ended = ended_.find(missing);
      bool take_ended = open == nullptr;
      if (open != nullptr && ended != nullptr) {
        take_ended = ended->from <= open->from || choices.take(made);
      }
      missing.taker = Deed{};
      missing.lost = open == nullptr && ended == nullptr && missing.due != no_moment;
      if (take_ended && ended != nullptr) ended_.take(*ended, missing);
      if (!take_ended) open_.take(*open, missing);
    }
  }

  [[nodiscard]] bool is_any_lost() const {
    return std::any_of(missing_.begin(), missing_.end(),
                       [](const Missing& missing) { return missing.lost; });
  }

  [[nodiscard]] bool is_clean() const {
    if (is_any_lost()) return false;
    if (view_.empties.empty()) return true;
    const Presence presence = presence_of(elements_, missing_);
    return std::none_of(view_.empties.begin(), view_.empties.end(),
                        [&](const Deed& empty) { return presence.covers(empty); });
  }

  /// Whether it is wrong even if all pops had no end. What then is wrong is certain.
  bool is_wrong_in_any_case() {
    std::vector<Deed> all = view_.takers;
    for (Deed& deed : all) deed.by = no_moment;
    FifoView lenient;
    lenient.empties = view_.empties;
    lenient.takers = std::move(all);
    Settler settler(lenient, elements_, missing_);
    Choices none;
    settler.attempt(none);
    return !settler.is_clean();
  }

  const FifoView& view_;
  const std::vector<Element>& elements_;
  std::vector<Missing>& missing_;
  Takers open_;
  Takers ended_;
};

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return cat(count, " ", count == 1 ? one : many);
}

/// Why no pop without an answer can have taken it.
std::string reason(const FifoView& view, const std::vector<Missing>& missing, const Missing& lost,
                   std::string_view due) {
  const auto gone_by = std::partition_point(
      missing.begin(), missing.end(), [&](const Missing& one) { return one.due <= lost.due; });
  const auto begun_by =
      std::partition_point(view.takers.begin(), view.takers.end(),
                           [&](const Deed& deed) { return deed.from <= lost.due; });
  const auto gone = static_cast<std::size_t>(gone_by - missing.begin());
  const auto begun = static_cast<std::size_t>(begun_by - view.takers.begin());
  if (begun >= gone) {  // the oracle knows when they were over
    return cat("each pop without an answer that began before ", due,
               " was over before it can have come out, or took another");
  }
  return cat(counted(gone, "element that never came out", "elements that never came out"),
             " must have been gone by ", due, "; ",
             counted(begun, "pop without an answer had begun", "pops without an answer had begun"));
}

}  // namespace

std::vector<Missing> missing_of(const FifoView& view, const std::vector<Element>& elements) {
  std::vector<Missing> all;
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    if (elements[i].is_out()) continue;
    all.push_back({.element = i, .since = elements[i].push().from});
  }
  if (all.empty()) return all;
  std::sort(all.begin(), all.end(), [&](const Missing& a, const Missing& b) {
    return std::tie(elements[a.element].push().by, a.element) <
           std::tie(elements[b.element].push().by, b.element);
  });
  const Overtakers overtakers(elements, elements[all.front().element].push().by);
  for (Missing& missing : all) overtakers.find(missing);
  const bool have_ends = std::any_of(view.takers.begin(), view.takers.end(),
                                     [](const Deed& deed) { return deed.by != no_moment; });
  if (!have_ends) return all;
  const Forerunners forerunners(elements);
  for (Missing& missing : all) missing.since = forerunners.before(missing.since);
  return all;
}

Settled settle(const FifoView& view, const std::vector<Element>& elements,
               std::vector<Missing>& missing) {
  return missing.empty() ? Settled::all : Settler(view, elements, missing).settle();
}

void judge_missing(const FifoView& view, const std::vector<Element>& elements,
                   const std::vector<Missing>& missing, const FifoContext& context) {
  for (const Missing& one : missing) {
    if (!one.lost) continue;
    context.findings.violation(id::fifo_lost, [&] {
      const Element& element = elements[one.element];
      const Element& overtaker = elements[one.overtaker];
      Violation violation = context.violation(
          view,
          cat("element ", element.value(), " was in ", context.name(view),
              " before the push of element ", overtaker.value(), " began, but element ",
              overtaker.value(), " came out and element ", element.value(), " never did"),
          {element.push(), overtaker.push(), overtaker.pop()});
      violation.because.push_back(reason(view, missing, one, context.end_text(overtaker.pop())));
      return violation;
    });
  }
}

}  // namespace lockstep::checkers
