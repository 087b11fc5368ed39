// fifo/empty: the queue was said to be empty, though at every moment of that some element was in
// it.
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::size_t witness_max = 6;
constexpr std::size_t reasons_spelled_max = 5;  // of a longer chain the first ones

std::string stay_words(const Stay& stay, const Element& element, const FifoContext& context) {
  std::string words =
      cat("element ", element.value(), " was in it from ", context.end_text(element.push()));
  if (element.is_out()) {
    return words + cat(" until ", context.begin_text(element.pop()), ", when its pop began");
  }
  if (stay.taker == no_event) return words + ", and never came out";
  const Deed taker{.event = stay.taker};
  return words + cat(" and never came out; the first pop without an answer that is left for it "
                     "began at ",
                     context.begin_text(taker));
}

Violation violation_of(const FifoView& view, const std::vector<Element>& elements,
                       const Deed& empty, const std::vector<Stay>& chain,
                       const FifoContext& context) {
  const std::string_view key = context.name(view);
  std::string sentence =
      chain.size() == 1
          ? cat(key, " was said to be empty, but element ", elements[chain[0].element].value(),
                " was in it all the while")
          : cat(key, " was said to be empty, but at each moment of that pop at least one of ",
                chain.size(), " elements was in it");
  Violation violation = context.violation(view, std::move(sentence), {empty});
  for (const Stay& stay : chain) {
    const Element& element = elements[stay.element];
    if (violation.because.size() < reasons_spelled_max) {
      violation.because.push_back(stay_words(stay, element, context));
    }
    const EventIndex end = element.is_out() ? element.pop().event : stay.taker;
    for (const EventIndex event : {element.push().event, end}) {
      const bool has_room = violation.witness.size() < witness_max;
      if (event != no_event && has_room) violation.witness.push_back(event.value);
    }
  }
  return violation;
}

}  // namespace

Presence::Presence(std::vector<Stay> stays) : stays_(std::move(stays)) {
  const auto earlier = [](const Stay& a, const Stay& b) {
    return std::tie(a.from, a.element) < std::tie(b.from, b.element);
  };
  if (!std::is_sorted(stays_.begin(), stays_.end(), earlier)) {
    std::sort(stays_.begin(), stays_.end(), earlier);
  }
  furthest_.resize(stays_.size());
  ends_.resize(stays_.size());
  for (std::uint32_t i = 1; i < stays_.size(); ++i) {
    const std::uint32_t before = furthest_[i - 1];
    furthest_[i] = stays_[before].to < stays_[i].to ? i : before;
  }
  for (std::size_t i = stays_.size(); i-- > 0;) {
    const Moment reached = stays_[furthest_[i]].to;
    const bool goes_on = i + 1 < stays_.size() && stays_[i + 1].from < reached;
    ends_[i] = goes_on ? ends_[i + 1] : reached;
  }
}

std::size_t Presence::begun(Moment point) const {
  const auto after = std::partition_point(stays_.begin(), stays_.end(),
                                          [&](const Stay& stay) { return stay.from < point; });
  return static_cast<std::size_t>(after - stays_.begin());
}

bool Presence::covers(const Deed& span) const {
  const std::size_t count = begun(span.from);
  if (count == 0 || stays_[furthest_[count - 1]].to <= span.from) return false;
  return span.by < ends_[count - 1];
}

std::vector<Stay> Presence::chain(const Deed& span) const {
  std::vector<Stay> links;
  for (Moment point = span.from; links.empty() || point <= span.by; point = links.back().to) {
    links.push_back(stays_[furthest_[begun(point) - 1]]);
  }
  return links;
}

Presence presence_of(const std::vector<Element>& elements, const std::vector<Missing>& missing) {
  std::vector<Stay> stays;
  stays.reserve(elements.size());
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    const Element& element = elements[i];
    const bool is_long = element.is_out() && element.push().by < element.pop().from;
    if (is_long) stays.push_back({element.push().by, element.pop().from, i});
  }
  for (const Missing& one : missing) {
    const Moment from = elements[one.element].push().by;
    const bool is_long = !one.lost && from < one.taker.from;
    if (is_long) stays.push_back({from, one.taker.from, one.element, one.taker.event});
  }
  return Presence(std::move(stays));
}

void judge_empties(const FifoView& view, const std::vector<Element>& elements,
                   const std::vector<Missing>& missing, const FifoContext& context) {
  if (view.empties.empty()) return;
  const Presence presence = presence_of(elements, missing);
  for (const Deed& empty : view.empties) {
    if (!presence.covers(empty)) continue;
    context.findings.violation(id::fifo_empty, [&] {
      return violation_of(view, elements, empty, presence.chain(empty), context);
    });
  }
}

}  // namespace lockstep::checkers
