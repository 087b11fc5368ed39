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

/// Those that came out, by the answers of their pops.
std::vector<Entry> by_answer(const std::vector<Element>& elements) {
  std::vector<Entry> entries;
  entries.reserve(elements.size());
  for (std::uint32_t i = 0; i < elements.size() && elements[i].is_out(); ++i) {
    entries.push_back({elements[i].pop().by, i});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.at, a.element) < std::tie(b.at, b.element);
  });
  return entries;
}

void report(const FifoView& view, const Element& first, const Element& second,
            const FifoContext& context) {
  context.findings.violation(id::fifo_order, [&] {
    return context.violation(
        view,
        cat("element ", first.value(), " was in ", context.name(view),
            " before the push of element ", second.value(), " began, but element ", second.value(),
            " had come out before the pop of ", first.value(), " began"),
        {first.push(), second.push(), second.pop(), first.pop()});
  });
}

}  // namespace

// Each element is asked when its pop begins: of those that had come out by then, was the one that
// was pushed last pushed after it?
void judge_order(const FifoView& view, const std::vector<Element>& elements,
                 const FifoContext& context) {
  const std::vector<Entry> answered = by_answer(elements);
  const Element* last = nullptr;
  std::size_t next = 0;
  for (const Element& element : elements) {
    if (!element.is_out()) break;
    for (; next < answered.size() && answered[next].at < element.pop().from; ++next) {
      const Element& out = elements[answered[next].element];
      if (last == nullptr || last->push().from < out.push().from) last = &out;
    }
    if (last != nullptr && element.push().by < last->push().from) {
      report(view, element, *last, context);
    }
  }
}

}  // namespace lockstep::checkers
