// fifo/fresh and fifo/repeat: what comes out went in before, and comes out once.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Finds pushes by their elements: near the one found before, since elements come out nearly in the
/// order in which they went in.
class Finder {
 public:
  explicit Finder(const std::vector<ElementDeed>& pushes) : pushes_(pushes) {}

  /// Position of the first push of `element`, or of what comes after it.
  std::size_t find(std::int64_t element) {
    std::size_t low = last_;
    std::size_t high = last_;
    for (std::size_t step = 1; low > 0 && pushes_[low - 1].element >= element; step *= 2) {
      low -= std::min(low, step);
    }
    for (std::size_t step = 1; high < pushes_.size() && pushes_[high].element < element;
         step *= 2) {
      high += std::min(pushes_.size() - high, step);
    }
    const auto begin = pushes_.begin();
    const auto found = std::partition_point(
        begin + static_cast<std::ptrdiff_t>(low), begin + static_cast<std::ptrdiff_t>(high),
        [&](const ElementDeed& push) { return push.element < element; });
    last_ = static_cast<std::size_t>(found - begin);
    return last_;
  }

 private:
  const std::vector<ElementDeed>& pushes_;
  std::size_t last_ = 0;
};

class Joiner {
 public:
  Joiner(const FifoView& view, const FifoContext& context)
      : view_(view), context_(context), first_pop_(view.pushes.size(), no_pop) {}

  std::vector<Element> join() {
    find_repeated_pushes();
    Finder finder(view_.pushes);
    push_of_.reserve(view_.pops.size());
    for (std::uint32_t i = 0; i < view_.pops.size(); ++i) {
      const std::size_t push = finder.find(view_.pops[i].element);
      push_of_.push_back(static_cast<std::uint32_t>(push));
      if (push == view_.pushes.size() || view_.pushes[push].element != view_.pops[i].element) {
        add_stranger(i);
      } else if (first_pop_[push] != left_out) {
        add(push, i);
      }
    }
    for (const std::size_t push : early_) first_pop_[push] = left_out;
    return elements();
  }

 private:
  static constexpr std::uint32_t no_pop = 0xffffffffU;
  static constexpr std::uint32_t left_out = 0xfffffffeU;

  void find_repeated_pushes() {
    const auto& pushes = view_.pushes;
    for (std::size_t i = 1; i < pushes.size(); ++i) {
      if (pushes[i].element != pushes[i - 1].element) continue;
      first_pop_[i - 1] = first_pop_[i] = left_out;
      context_.findings.unknown(cat("element ", pushes[i].element, " of ", context_.name(view_),
                                    " may have been pushed twice, but elements must be unique"));
    }
  }

  void add(std::size_t push, std::uint32_t pop) {
    const ElementDeed& pushed = view_.pushes[push];
    const ElementDeed& popped = view_.pops[pop];
    if (first_pop_[push] == no_pop) {
      first_pop_[push] = pop;
    } else {
      repeated(pushed.deed, view_.pops[first_pop_[push]], popped.deed);
    }
    if (popped.deed.by >= pushed.deed.from) return;
    if (!early_.insert(push).second) return;
    fresh(pushed.deed, popped, ", though its push began only afterwards");
  }

  /// A pop of what nobody pushed.
  void add_stranger(std::uint32_t pop) {
    const ElementDeed& popped = view_.pops[pop];
    const auto [before, is_new] = strangers_.emplace(popped.element, pop);
    if (!is_new) return repeated({}, view_.pops[before->second], popped.deed);
    const auto failed =
        std::partition_point(view_.failed.begin(), view_.failed.end(),
                             [&](const ElementDeed& one) { return one.element < popped.element; });
    const bool has_failed = failed != view_.failed.end() && failed->element == popped.element;
    fresh(has_failed ? failed->deed : Deed{}, popped,
          has_failed ? ", though its push failed" : ", though nobody pushed it");
  }

  [[nodiscard]] std::vector<Element> elements() const {
    std::vector<Element> all;
    all.reserve(view_.pushes.size());
    for (std::uint32_t i = 0; i < view_.pops.size(); ++i) {
      const std::uint32_t push = push_of_[i];
      const bool is_first = push < first_pop_.size() && first_pop_[push] == i;
      if (is_first) all.push_back({&view_.pushes[push], &view_.pops[i]});
    }
    for (std::size_t i = 0; i < view_.pushes.size(); ++i) {
      // A push that was never answered and whose element never came out may never have happened.
      const bool is_in = first_pop_[i] == no_pop && view_.pushes[i].deed.by != no_moment;
      if (is_in) all.push_back({&view_.pushes[i], nullptr});
    }
    return all;
  }

  void repeated(const Deed& push, const ElementDeed& first, const Deed& again) {
    context_.findings.violation(id::fifo_repeat, [&] {
      return context_.violation(
          view_,
          cat("element ", first.element, " came out of ", context_.name(view_), " more than once"),
          {push, first.deed, again});
    });
  }

  void fresh(const Deed& push, const ElementDeed& pop, std::string_view why) {
    context_.findings.violation(id::fifo_fresh, [&] {
      return context_.violation(
          view_, cat("element ", pop.element, " came out of ", context_.name(view_), why),
          {push, pop.deed});
    });
  }

  const FifoView& view_;
  const FifoContext& context_;
  std::vector<std::uint32_t> first_pop_;  ///< by push
  std::vector<std::uint32_t> push_of_;    ///< by pop: its push, or the one that would follow
  std::set<std::size_t> early_;           ///< pushes whose element came out before
  std::map<std::int64_t, std::uint32_t> strangers_;  ///< first pops of elements nobody pushed
};

}  // namespace

std::vector<Element> judge_elements(const FifoView& view, const FifoContext& context) {
  return Joiner(view, context).join();
}

}  // namespace lockstep::checkers
