// The second half of rule 2, for a store with one commit point: grants are placed one after the
// other, in the order of their holds, each as early as its invocation and the end of the hold
// before it allow. An answer that came before its earliest place cannot be explained.
//
// Why as early as possible: every constraint from one lease to the next is a lower bound, so the
// earliest placement satisfies all that any placement satisfies.
#include <algorithm>

#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// The earliest end of a lease, and what sets it.
struct Earliest {
  Instant end = long_ago;
  std::uint32_t lease = none;
  std::uint32_t last_proof = none;  ///< its last renewal, or its grant
};

/// The success of `lease` that was invoked last, if not its first.
std::uint32_t last_renewal(const LockView& view, const Context& context, const Lease& lease) {
  for (std::uint32_t i = lease.end; i > lease.begin; --i) {
    const std::uint32_t at = view.by_lease[i - 1];
    const Operation& operation = context.operation(at);
    if (at <= lease.first) break;
    if (operation.kind != Kind::release && operation.outcome == Outcome::done) return at;
  }
  return none;
}

/// When `lease` was over at the earliest, if it was granted at `granted` at the earliest.
Earliest earliest_end(const LockView& view, const Context& context, std::uint32_t number,
                      Instant granted) {
  const Lease& lease = view.leases[number];
  const std::uint32_t renewal = last_renewal(view, context, lease);
  Instant last = granted;
  if (renewal != none) last = std::max(last, context.operation(renewal).invoked);
  const Instant expiry = from_time(later(last.time_ns, lease.bounds.least_ns));
  const Instant released = std::max(lease.may_be_released(context), last);
  Instant end = std::min(expiry, released);
  if (lease.ok_release != none && !lease.may_return) end = released;
  return {end, number, renewal == none ? lease.first : renewal};
}

Violation tell_early(const LockView& view, const Context& context, const Hold& hold,
                     const Earliest& before) {
  Violation violation = violation_on(
      view, context,
      cat(who(context, hold.first), " was granted ", context.history.text(view.key), " (",
          lease_words(view, hold.lease), ") by ", moment_text(hold.start.time_ns), ", but ",
          lease_words(view, before.lease), " of ", who(context, before.last_proof),
          " cannot have been over before ", moment_text(before.end.time_ns)));
  const Lease& lease = view.leases[before.lease];
  violation.because.push_back(cat(lease_words(view, before.lease), ": ",
                                  number_words(context, before.last_proof), " was sent at ",
                                  moment_text(context.operation(before.last_proof).invoked.time_ns),
                                  "; ", ttl_words(context, lease, false)));
  violation.because.push_back(
      "no order of the moments in which the store took effect explains all answers");
  add_witness(violation, context, lease.first);
  add_witness(violation, context, before.last_proof);
  add_witness(violation, context, lease.ok_release);
  add_witness(violation, context, hold.first);
  violation.tokens = {token_of(view, context, before.lease), token_of(view, context, hold.lease)};
  return violation;
}

Violation tell_lost(const LockView& view, const Context& context, const Earliest& mine) {
  const Lease& lease = view.leases[mine.lease];
  const Operation& denial = context.operation(lease.denial);
  Violation violation = violation_on(
      view, context,
      cat(who(context, lease.denial), " was told at ", moment_text(denial.answered.time_ns),
          " that ", lease_words(view, mine.lease), " of ", context.history.text(view.key),
          " is gone, but nothing can have ended it before ", moment_text(mine.end.time_ns)));
  violation.because.push_back(cat(number_words(context, mine.last_proof), " was sent at ",
                                  moment_text(context.operation(mine.last_proof).invoked.time_ns),
                                  " and succeeded; ", ttl_words(context, lease, false)));
  violation.stretches.push_back(
      {cat(who(context, lease.first), ", ", lease_words(view, mine.lease)), lease.proved.time_ns,
       mine.end.time_ns});
  add_witness(violation, context, lease.first);
  add_witness(violation, context, mine.last_proof);
  add_witness(violation, context, lease.denial);
  violation.tokens.push_back(token_of(view, context, mine.lease));
  return violation;
}

class Placement {
 public:
  Placement(const LockView& view, const Context& context)
      : view_(view),
        context_(context),
        is_condemned_(view.leases.size(), false),
        is_placed_(view.leases.size(), false) {
    for (const Condemned& late : view.condemned) is_condemned_[late.lease] = true;
  }

  void place();

 private:
  void place(const Hold& hold);
  void check_denial(const Earliest& mine);

  const LockView& view_;
  const Context& context_;
  std::vector<bool> is_condemned_;  // by lease: its own chain is broken, nothing more to say
  std::vector<bool> is_placed_;     // by lease
  Earliest before_;
};

void Placement::place(const Hold& hold) {
  if (is_condemned_[hold.lease]) return;
  const Operation& first = context_.operation(hold.first);
  Instant granted = std::max(first.invoked, before_.end);
  if (view_.leases[hold.lease].proved < granted) {
    if (!view_.is_doubled[hold.lease]) {
      context_.findings.violation(id::granted_early,
                                  [&] { return tell_early(view_, context_, hold, before_); });
    }
    granted = first.invoked;  // said once; the next lease is judged by itself
  }
  before_ = earliest_end(view_, context_, hold.lease, granted);
  is_placed_[hold.lease] = true;
  check_denial(before_);
}

/// A double grant explains that its leases are lost; so does a success that came too late.
void Placement::check_denial(const Earliest& mine) {
  const Lease& lease = view_.leases[mine.lease];
  if (lease.denial == none || view_.is_doubled[mine.lease]) return;
  if (mine.end <= context_.operation(lease.denial).answered) return;
  context_.findings.violation(id::lost_early, [&] { return tell_lost(view_, context_, mine); });
}

void Placement::place() {
  for (const Hold& hold : view_.holds) place(hold);
  for (std::uint32_t i = 0; i < view_.leases.size(); ++i) {
    const Lease& lease = view_.leases[i];
    if (is_placed_[i] || is_condemned_[i] || !lease.judged || lease.first == none) continue;
    const Instant granted = context_.operation(lease.first).invoked;
    check_denial(earliest_end(view_, context_, i, granted));
  }
}

}  // namespace

void judge_placement(const LockView& view, const Context& context) {
  if (context.params.single_copy) Placement(view, context).place();
}

}  // namespace lockstep::checkers
