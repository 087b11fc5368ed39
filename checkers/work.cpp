#include "checkers/work.hpp"

#include <algorithm>

#include "checkers/lease_lock.hpp"
#include "checkers/text.hpp"
#include "checkers/work_view.hpp"

namespace lockstep::checkers {
namespace {

bool has_locks(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(), [](const Event& event) {
    return event.f >= name::acquire && event.f <= name::release;
  });
}

void find_marks(WorkContext& context) {
  const auto& events = context.history.events;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (events[i].process != nemesis) continue;
    if (events[i].f == name::heal && context.heal_ns == endless) {
      context.heal = i;
      context.heal_ns = events[i].time_ns;
    }
    if (events[i].f == name::final_mark) context.final_ns = events[i].time_ns;
  }
}

void count(const std::vector<WorkOperation>& list, Property property, const WorkContext& context) {
  const WorkOperation* before = nullptr;
  const bool is_step = property == Property::applied || property == Property::dispatched;
  for (const WorkOperation& operation : list) {
    if (operation.outcome == Outcome::unknown || operation.resolved) {
      context.findings.exercised(Property::unknown);
    }
    if (operation.outcome == Outcome::denied) context.findings.exercised(Property::stale_refused);
    if (!operation.is_done() || operation.resolved) continue;
    context.findings.exercised(property);
    const bool changed = before != nullptr && before->worker != operation.worker;
    if (is_step && changed) context.findings.exercised(Property::worker_change);
    before = &operation;
  }
}

void count(const WorkView& view, const WorkContext& context) {
  count(view.emits, Property::emitted, context);
  count(view.applies, Property::applied, context);
  count(view.saves, Property::saved, context);
  count(view.dispatches, Property::dispatched, context);
}

bool is_answered(const WorkView& view) {
  const auto some = [](const std::vector<WorkOperation>& list) {
    return std::any_of(list.begin(), list.end(),
                       [](const WorkOperation& o) { return o.outcome != Outcome::unknown; });
  };
  return some(view.applies) || some(view.dispatches) || some(view.emits);
}

void judge_extent(const std::vector<WorkView>& views, const WorkContext& context) {
  Findings& findings = context.findings;
  if (context.history.dropped > 0) {
    findings.unknown(cat(context.history.dropped, " events were not recorded"));
  }
  if (std::none_of(views.begin(), views.end(), is_answered)) {
    findings.unknown("no operation on a collection or a task was answered");
  }
  if (context.heal_ns != endless && context.final_ns == endless) {
    findings.unknown("the faults were healed, but the run was not observed to its end");
  }
  for (const WorkView& view : views) {
    for (const auto* list : {&view.applies, &view.dispatches}) {
      const bool named = std::all_of(list->begin(), list->end(),
                                     [](const auto& o) { return o.worker.is_named(); });
      if (!named)
        findings.unknown(cat("what was done to ", context.name(view.key),
                             " names no worker: neither lease nor owner"));
    }
  }
}

}  // namespace

Report check_work(const History& history, const Params& params, Judge judge) {
  Report report;
  report.verdict = Verdict::valid;
  if (has_locks(history)) report = check_lease_lock(history, params, judge);
  report.model = work_model;
  report.judge = judge;
  Findings findings(report);
  WorkContext context{history, params, findings};
  find_marks(context);
  const std::vector<WorkView> views = work_views(history, judge);
  judge_extent(views, context);
  for (const WorkView& view : views) {
    count(view, context);
    judge_workers(view, context);
    judge_periods(view, context);
    judge_events(view, context);
    judge_takeover(view, context);
  }
  return report;
}

}  // namespace lockstep::checkers
