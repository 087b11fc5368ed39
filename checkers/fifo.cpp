#include "checkers/fifo.hpp"

#include <algorithm>

#include "checkers/fifo_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

void count(const FifoView& view, Findings& findings) {
  for (std::uint64_t i = 0; i < view.pushed; ++i) findings.exercised(Property::pushed);
  for (std::size_t i = 0; i < view.pops.size(); ++i) findings.exercised(Property::delivered);
  for (std::uint64_t i = 0; i < view.unknown; ++i) findings.exercised(Property::unknown);
}

/// Whether the operations say what the rules need.
bool can_be_judged(const FifoView& view, const FifoContext& context) {
  if (view.nameless) {
    context.findings.unknown(
        cat("a push to ", context.name(view), " or an answer of it names no element"));
  }
  if (view.has_acks) {
    context.findings.unknown(cat(context.name(view),
                                 " has acks, nacks, extends or redrives, but from a fifo a pop "
                                 "removes at once"));
  }
  return !view.nameless && !view.has_acks;
}

void judge(const FifoView& view, const FifoContext& context) {
  const std::vector<Element> elements = judge_elements(view, context);
  judge_order(view, elements, context);
  std::vector<Missing> missing = missing_of(view, elements);
  const Settled settled = settle(view, elements, missing);
  if (settled == Settled::nothing) {
    context.findings.unknown(cat("it was not settled within the limit which pops of ",
                                 context.name(view), " without an answer took which elements"));
    return;
  }
  judge_missing(view, elements, missing, context);
  if (settled == Settled::all) judge_empties(view, elements, missing, context);
}

}  // namespace

Report check_fifo(const History& history, const Params& /*params*/, Judge judge) {
  Report report;
  report.verdict = Verdict::valid;
  report.model = fifo_model;
  report.judge = judge;
  Findings findings(report);
  const FifoContext context{history, judge, findings};
  const std::vector<FifoView> views = fifo_views(history, judge);
  if (history.dropped > 0) {
    findings.unknown(cat(history.dropped, " events were not recorded"));
  }
  const auto is_answered = [](const FifoView& view) { return view.is_answered; };
  if (std::none_of(views.begin(), views.end(), is_answered)) {
    findings.unknown("no operation on a queue was answered");
  }
  for (const FifoView& view : views) {
    count(view, findings);
    if (can_be_judged(view, context)) checkers::judge(view, context);
  }
  return report;
}

}  // namespace lockstep::checkers
