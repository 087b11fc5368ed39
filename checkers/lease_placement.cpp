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
  Instant granted = long_ago;
  Instant end = long_ago;
  std::uint32_t lease = none;
  std::uint32_t last_proof = none;  ///< its last renewal, or its grant
  std::uint32_t after = none;       ///< the lease before it, if that one's end sets `granted`
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
  return {granted, end, number, renewal == none ? lease.first : renewal, none};
}

/// Why a lease cannot have ended earlier: a line of Violation::because.
std::string end_words(const LockView& view, const Context& context, const Earliest& mine) {
  const Lease& lease = view.leases[mine.lease];
  std::string line = cat(lease_words(view, mine.lease), " of ", who(context, mine.last_proof));
  const bool is_forced = mine.last_proof == lease.first && mine.after != none;
  if (is_forced) {
    line += cat(" was granted at ", moment_text(mine.granted.time_ns), " at the earliest, when ",
                lease_words(view, mine.after), " can first have been over");
  } else {
    line += cat(": ", number_words(context, mine.last_proof), " was sent at ",
                moment_text(context.operation(mine.last_proof).invoked.time_ns));
  }
  const bool by_release =
      lease.ok_release != none && mine.end == context.operation(lease.ok_release).invoked;
  line +=
      by_release
          ? cat("; it was held until its release ", number_words(context, lease.ok_release),
                " was sent at ", moment_text(mine.end.time_ns))
          : cat("; ", ttl_words(context, lease, false), ", until ", moment_text(mine.end.time_ns));
  return line;
}

constexpr std::size_t witness_max = 6;

/// Tells the end of a lease, and of those before it as far as they set it.
void add_ends(Violation& violation, const LockView& view, const Context& context,
              const std::vector<Earliest>& placed, std::uint32_t number) {
  while (number != none && violation.witness.size() + 3 <= witness_max) {
    const Earliest& mine = placed[number];
    const Lease& lease = view.leases[number];
    violation.because.push_back(end_words(view, context, mine));
    add_witness(violation, context, lease.first);
    if (mine.last_proof != lease.first) add_witness(violation, context, mine.last_proof);
    if (lease.ok_release != none) add_witness(violation, context, lease.ok_release);
    number = mine.last_proof == lease.first ? mine.after : none;
  }
}

Violation tell_early(const LockView& view, const Context& context, const Hold& hold,
                     const std::vector<Earliest>& placed, std::uint32_t before) {
  Violation violation = violation_on(
      view, context,
      cat(who(context, hold.first), " was granted ", context.history.text(view.key), " (",
          lease_words(view, hold.lease), ") by ", moment_text(hold.start.time_ns), ", but ",
          lease_words(view, before), " of ", who(context, view.leases[before].first),
          " cannot have been over before ", moment_text(placed[before].end.time_ns)));
  add_witness(violation, context, hold.first);
  add_ends(violation, view, context, placed, before);
  violation.tokens = {token_of(view, context, before), token_of(view, context, hold.lease)};
  return violation;
}

Violation tell_lost(const LockView& view, const Context& context,
                    const std::vector<Earliest>& placed, const Earliest& mine) {
  const Lease& lease = view.leases[mine.lease];
  const Operation& denial = context.operation(lease.denial);
  Violation violation = violation_on(
      view, context,
      cat(who(context, lease.denial), " was told at ", moment_text(denial.answered.time_ns),
          " that ", lease_words(view, mine.lease), " of ", context.history.text(view.key),
          " is gone, but nothing can have ended it before ", moment_text(mine.end.time_ns)));
  violation.stretches.push_back(
      {cat(who(context, lease.first), ", ", lease_words(view, mine.lease)), lease.proved.time_ns,
       mine.end.time_ns});
  add_witness(violation, context, lease.denial);
  add_ends(violation, view, context, placed, mine.lease);
  violation.tokens.push_back(token_of(view, context, mine.lease));
  return violation;
}

class Placement {
 public:
  Placement(const LockView& view, const Context& context)
      : view_(view),
        context_(context),
        is_condemned_(view.leases.size(), false),
        placed_(view.leases.size()) {
    for (const Condemned& late : view.condemned) is_condemned_[late.lease] = true;
  }

  void place();

 private:
  void place(const Hold& hold);
  void place_alone(std::uint32_t lease);
  void check_denial(const Earliest& mine);

  const LockView& view_;
  const Context& context_;
  std::vector<bool> is_condemned_;  // by lease: its own chain is broken, nothing more to say
  std::vector<Earliest> placed_;    // by lease
  std::uint32_t before_ = none;     // lease
};

void Placement::place(const Hold& hold) {
  if (is_condemned_[hold.lease]) return;
  const Instant asked = context_.operation(hold.first).invoked;
  const Instant before = before_ == none ? long_ago : placed_[before_].end;
  Instant granted = std::max(asked, before);
  if (view_.leases[hold.lease].proved < granted) {
    if (!view_.is_doubled[hold.lease]) {
      context_.findings.violation(
          id::granted_early, [&] { return tell_early(view_, context_, hold, placed_, before_); });
    }
    granted = asked;  // said once; the next lease is judged by itself
  }
  Earliest& mine = placed_[hold.lease];
  mine = earliest_end(view_, context_, hold.lease, granted);
  if (asked < granted) mine.after = before_;
  before_ = hold.lease;
  check_denial(mine);
}

/// A lease that no certain hold puts in order with others.
void Placement::place_alone(std::uint32_t number) {
  const Lease& lease = view_.leases[number];
  if (is_condemned_[number] || !lease.judged || lease.first == none) return;
  placed_[number] = earliest_end(view_, context_, number, context_.operation(lease.first).invoked);
  check_denial(placed_[number]);
}

/// A double grant explains that its leases are lost; so does a success that came too late.
void Placement::check_denial(const Earliest& mine) {
  const Lease& lease = view_.leases[mine.lease];
  if (lease.denial == none || view_.is_doubled[mine.lease]) return;
  if (mine.end <= context_.operation(lease.denial).answered) return;
  context_.findings.violation(id::lost_early,
                              [&] { return tell_lost(view_, context_, placed_, mine); });
}

void Placement::place() {
  for (const Hold& hold : view_.holds) place(hold);
  for (std::uint32_t i = 0; i < view_.leases.size(); ++i) {
    if (placed_[i].lease == none) place_alone(i);
  }
}

}  // namespace

void judge_placement(const LockView& view, const Context& context) {
  if (context.params.single_copy) Placement(view, context).place();
}

}  // namespace lockstep::checkers
