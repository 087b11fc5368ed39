#include "checkers/lease_lock.hpp"

#include <algorithm>

#include "checkers/lease_rules.hpp"
#include "checkers/lock_keys.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// What was exercised, as far as single operations show it.
void count(const Operation& operation, Findings& findings) {
  const bool done = was_told_done(operation);
  const bool denied = operation.outcome == Outcome::denied;
  if (operation.outcome == Outcome::unknown || operation.resolved) {
    findings.exercised(Property::unknown);
  }
  if (!done && !denied) return;
  switch (operation.kind) {
    case Kind::acquire: findings.exercised(done ? Property::grant : Property::contended); break;
    case Kind::renew: findings.exercised(done ? Property::renew : Property::lost); break;
    case Kind::release: findings.exercised(done ? Property::release : Property::not_owned); break;
    case Kind::write:
    case Kind::read:
    case Kind::raise:
      if (denied) findings.exercised(Property::stale_refused);
      if (done && operation.kind == Kind::write) findings.exercised(Property::guarded_write);
      if (done && operation.kind == Kind::read) findings.exercised(Property::guarded_read);
      break;
  }
}

/// Grants after a lease of somebody else that was never released for certain.
void count_takeovers(const LockView& view, const Context& context) {
  const auto released_before = [&](const Hold& hold, const Hold& next) {
    return view.leases[hold.lease].ok_release_answered < next.start;
  };
  for (std::size_t i = 1; i < view.holds.size(); ++i) {
    const Lease& before = view.leases[view.holds[i - 1].lease];
    const Lease& after = view.leases[view.holds[i].lease];
    const bool same =
        before.id == after.id || (before.owner.value != 0 && before.owner == after.owner);
    if (same || released_before(view.holds[i - 1], view.holds[i])) continue;
    context.findings.exercised(Property::takeover);
  }
}

void judge_key(LockView& view, const Marks& marks, const Context& context) {
  build_leases(view, context);
  follow_leases(view, context);
  judge_holds(view, context);
  judge_placement(view, context);
  judge_refusals(view, context);
  judge_tokens(view, context);
  judge_uses(view, context);
  judge_handovers(view, marks, context);
  judge_liveness(view, marks, context);
  count_takeovers(view, context);
}

/// What makes the history as a whole more or less than judgeable.
void judge_extent(const Context& context, const Marks& marks) {
  Findings& findings = context.findings;
  if (context.history.dropped > 0) {
    findings.unknown(cat(context.history.dropped, " events were not recorded"));
  }
  const bool answered = std::any_of(
      context.operations.begin(), context.operations.end(), [](const Operation& operation) {
        return operation.outcome == Outcome::done || operation.outcome == Outcome::denied;
      });
  if (!answered) findings.unknown("no operation on a lock was answered");
  if (marks.heal_ns == endless) return;
  if (marks.final_ns == endless) {
    findings.unknown("the faults were healed, but the run was not observed to its end");
  }
  if (context.params.bound_ns == 0) {
    findings.unknown("the faults were healed, but no bound says when progress is due");
  }
}

}  // namespace

Report check_lease_lock(const History& history, const Params& params, Judge judge) {
  Report report;
  report.model = lease_lock_model;
  report.judge = judge;
  report.verdict = Verdict::valid;
  Findings findings(report);
  const std::vector<Operation> operations = operations_of(history, judge);
  const Context context{history, params, operations, findings};
  const Marks marks = marks_of(history);
  for (const Operation& operation : operations) count(operation, findings);
  judge_extent(context, marks);
  for_each_key(context, [&](LockView& view) { judge_key(view, marks, context); });
  return report;
}

}  // namespace lockstep::checkers
