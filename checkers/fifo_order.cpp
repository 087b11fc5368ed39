// fifo/order: two elements that both came out, and the wrong one first.
#include <algorithm>
#include <cstddef>
#include <tuple>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// An element, under what it is sorted by.
struct Entry {
  Moment at = 0;
  std::uint32_t element = 0;
};

std::vector<Entry> sorted_pops(const std::vector<Element>& elements, Moment Deed::* by) {
  std::vector<Entry> entries;
  entries.reserve(elements.size());
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    if (elements[i].pop.is_there()) entries.push_back({elements[i].pop.*by, i});
  }
  const auto earlier = [](const Entry& a, const Entry& b) {
    return std::tie(a.at, a.element) < std::tie(b.at, b.element);
  };
  if (!std::is_sorted(entries.begin(), entries.end(), earlier)) {
    std::sort(entries.begin(), entries.end(), earlier);
  }
  return entries;
}

void report(const FifoView& view, const Element& first, const Element& second,
            const FifoContext& context) {
  context.findings.violation(id::fifo_order, [&] {
    return context.violation(
        view,
        cat("element ", first.value, " was in ", context.name(view), " before the push of element ",
            second.value, " began, but element ", second.value, " had come out before the pop of ",
            first.value, " began"),
        {first.push, second.push, second.pop, first.pop});
  });
}

}  // namespace

// Each element is asked when its pop begins: of those that had come out by then, was the one that
// was pushed last pushed after it?
void judge_order(const FifoView& view, const std::vector<Element>& elements,
                 const FifoContext& context) {
  const std::vector<Entry> begun = sorted_pops(elements, &Deed::from);
  const std::vector<Entry> answered = sorted_pops(elements, &Deed::by);
  const Element* last = nullptr;
  std::size_t next = 0;
  for (const Entry& entry : begun) {
    for (; next < answered.size() && answered[next].at < entry.at; ++next) {
      const Element& out = elements[answered[next].element];
      if (last == nullptr || last->push.from < out.push.from) last = &out;
    }
    const Element& element = elements[entry.element];
    if (last != nullptr && element.push.by < last->push.from) {
      report(view, element, *last, context);
    }
  }
}

}  // namespace lockstep::checkers
