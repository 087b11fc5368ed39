// After the heal somebody works on whatever waits, soon enough: any old lease has ended, a retry
// was made, and a worker has begun.
#include <algorithm>
#include <set>

#include "checkers/lease_table.hpp"
#include "checkers/text.hpp"
#include "checkers/work_view.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

/// By when work must go on.
std::int64_t due_ns(const WorkContext& context, bool is_task) {
  const Params& params = context.params;
  const Params rate{.drift_ppm = params.drift_ppm};
  const std::int64_t ttl = params.ttl_ns == 0 ? 0 : bounds_of(params.ttl_ns, params).most_ns;
  const std::int64_t retry = params.retry_ns == 0 ? 0 : bounds_of(params.retry_ns, rate).most_ns;
  std::int64_t due = later(later(context.heal_ns, ttl), retry);
  due = later(later(due, params.jitter_ns), params.bound_ns);
  return is_task ? later(due, params.period_ns) : due;
}

void report(const WorkView& view, const WorkContext& context, std::string_view what,
            std::int64_t due, const WorkOperation& waiting) {
  context.findings.violation(id::no_takeover, [&] {
    Violation violation =
        work_violation(view, context,
                       cat(what, context.name(view.key), " by ", moment_text(due),
                           ", with all faults healed at ", moment_text(context.heal_ns)),
                       {&waiting});
    violation.witness.push_back(context.heal);
    violation.because.push_back(cat("an old lease, a retry and an answer take at most ",
                                    to_text(Nanos(due - context.heal_ns))));
    return violation;
  });
}

bool is_between(std::int64_t time_ns, std::int64_t from_ns, std::int64_t to_ns) {
  return time_ns >= from_ns && time_ns <= to_ns;
}

/// Whether anything was done in time. What has no answer counts: it may have been.
bool is_worked_on(const std::vector<WorkOperation>& list, std::int64_t from_ns,
                  std::int64_t to_ns) {
  return std::any_of(list.begin(), list.end(), [&](const WorkOperation& operation) {
    if (operation.is_done()) return is_between(operation.answered.time_ns, from_ns, to_ns);
    return operation.outcome == Outcome::unknown &&
           is_between(operation.invoked.time_ns, from_ns, to_ns);
  });
}

/// An event that waited when the faults were healed: nobody can have applied it, and no resume
/// token passed it.
const WorkOperation* waiting_event(const WorkView& view, const WorkContext& context) {
  std::int64_t passed = 0;
  for (const auto* list : {&view.saves, &view.loads}) {
    for (const WorkOperation& operation : *list) {
      if (operation.may_be_done()) passed = std::max(passed, operation.value);
    }
  }
  std::set<std::int64_t> applied;
  for (const WorkOperation& apply : view.applies) {
    if (apply.may_be_done() && apply.invoked.time_ns <= context.heal_ns)
      applied.insert(apply.value);
  }
  for (const WorkOperation& emit : view.emits) {
    if (!emit.is_done() || emit.answered.time_ns > context.heal_ns) continue;
    if (emit.value > passed && !applied.contains(emit.value)) return &emit;
  }
  return nullptr;
}

}  // namespace

void judge_takeover(const WorkView& view, const WorkContext& context) {
  if (context.heal_ns == endless || context.params.bound_ns == 0) return;
  const std::int64_t due = due_ns(context, false);
  if (due <= context.final_ns && context.final_ns != endless &&
      !is_worked_on(view.applies, context.heal_ns, due)) {
    const WorkOperation* waiting = waiting_event(view, context);
    if (waiting != nullptr) report(view, context, "nobody took over ", due, *waiting);
  }
  const std::int64_t task_due = due_ns(context, true);
  const bool is_task = context.params.period_ns > 0 && !view.dispatches.empty() &&
                       view.dispatches.front().invoked.time_ns <= context.heal_ns;
  if (is_task && task_due <= context.final_ns && context.final_ns != endless &&
      !is_worked_on(view.dispatches, context.heal_ns, task_due)) {
    report(view, context, "nobody started ", task_due, view.dispatches.front());
  }
}

}  // namespace lockstep::checkers
