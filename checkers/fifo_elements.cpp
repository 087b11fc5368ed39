// fifo/fresh and fifo/repeat: what comes out went in before, and comes out once.
#include <algorithm>
#include <cstddef>
#include <span>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

class Joiner {
 public:
  Joiner(const FifoView& view, const FifoContext& context) : view_(view), context_(context) {}

  std::vector<Element> join() {
    elements_.reserve(view_.pushes.size());
    std::size_t push = 0;
    std::size_t pop = 0;
    while (push < view_.pushes.size() || pop < view_.pops.size()) {
      const bool is_push =
          pop == view_.pops.size() ||
          (push < view_.pushes.size() && view_.pushes[push].element <= view_.pops[pop].element);
      const std::int64_t value = is_push ? view_.pushes[push].element : view_.pops[pop].element;
      add(value, take(view_.pushes, push, value), take(view_.pops, pop, value));
    }
    return std::move(elements_);
  }

 private:
  using Deeds = std::span<const ElementDeed>;

  /// Those of `value`, from position `next`, which moves behind them.
  static Deeds take(const std::vector<ElementDeed>& all, std::size_t& next, std::int64_t value) {
    const std::size_t first = next;
    while (next < all.size() && all[next].element == value) ++next;
    return Deeds(all).subspan(first, next - first);
  }

  void add(std::int64_t value, Deeds pushes, Deeds pops) {
    if (pushes.size() > 1) return not_unique(value);
    const Deed push = pushes.empty() ? Deed{} : pushes[0].deed;
    if (pops.size() > 1) repeated(value, push, pops);
    // A push that was never answered and whose element never came out may never have happened.
    if (pops.empty() && push.by == no_moment) return;
    const auto early = std::find_if(pops.begin(), pops.end(), [&](const ElementDeed& pop) {
      return pushes.empty() || pop.deed.by < push.from;
    });
    if (early != pops.end()) return fresh(value, push, early->deed);
    elements_.push_back({value, push, pops.empty() ? Deed{} : pops[0].deed});
  }

  void not_unique(std::int64_t value) {
    context_.findings.unknown(cat("element ", value, " of ", context_.name(view_),
                                  " may have been pushed twice, but elements must be unique"));
  }

  void repeated(std::int64_t value, const Deed& push, Deeds pops) {
    for (std::size_t i = 1; i < pops.size(); ++i) {
      context_.findings.violation(id::fifo_repeat, [&] {
        return context_.violation(
            view_, cat("element ", value, " came out of ", context_.name(view_), " more than once"),
            {push, pops[0].deed, pops[i].deed});
      });
    }
  }

  void fresh(std::int64_t value, const Deed& push, const Deed& pop) {
    context_.findings.violation(id::fifo_fresh, [&] {
      const auto failed =
          std::partition_point(view_.failed.begin(), view_.failed.end(),
                               [&](const ElementDeed& one) { return one.element < value; });
      const bool has_failed = failed != view_.failed.end() && failed->element == value;
      std::string_view why = ", though nobody pushed it";
      if (has_failed) why = ", though its push failed";
      if (push.is_there()) why = ", though its push began only afterwards";
      return context_.violation(view_,
                                cat("element ", value, " came out of ", context_.name(view_), why),
                                {push, has_failed ? failed->deed : Deed{}, pop});
    });
  }

  const FifoView& view_;
  const FifoContext& context_;
  std::vector<Element> elements_;
};

}  // namespace

std::vector<Element> judge_elements(const FifoView& view, const FifoContext& context) {
  return Joiner(view, context).join();
}

}  // namespace lockstep::checkers
