// Rules 1 and 6: what leases held for certain, and who succeeded without holding.
// Source of the two rules: Gray and Cheriton 1989 (leases under bounded clock drift).
#include <algorithm>

#include "checkers/hold_builder.hpp"
#include "checkers/hold_cover.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Successes that were answered before anybody can have granted the lease.
std::vector<Condemned> find_ungranted(const LockView& view, const Context& context) {
  std::vector<Condemned> found;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    const Lease& lease = view.leases[i];
    for (std::uint32_t j = lease.begin; j < lease.end; ++j) {
      const Operation& operation = context.operation(view.by_lease[j]);
      if (operation.invoked >= lease.possible_from) break;
      const bool done = operation.outcome == Outcome::done && operation.kind != Kind::acquire;
      if (done && operation.answered < lease.possible_from) {
        found.push_back({view.by_lease[j], i, none, none});
      }
    }
  }
  return found;
}

std::string verb_of(const Operation& operation) {
  return operation.kind == Kind::release ? "released" : "renewed";
}

Violation tell_late(const LockView& view, const Context& context, const Condemned& late) {
  const Operation& operation = context.operation(late.operation);
  const Lease& lease = view.leases[late.lease];
  const std::int64_t base = context.operation(late.supporter).answered.time_ns;
  const std::int64_t over =
      std::min(later(base, lease.bounds.most_ns), lease.ok_release_answered.time_ns);
  Violation violation = violation_on(
      view, context,
      cat(who(context, late.operation), " ", verb_of(operation), " ",
          context.history.text(view.key), " at ", moment_text(operation.invoked.time_ns), " with ",
          lease_words(view, late.lease), ", which was over at ", moment_text(over),
          " at the latest; the store had to refuse"));
  violation.because.push_back(cat("the last that can have prolonged it is ",
                                  number_words(context, late.supporter), ", answered at ",
                                  moment_text(base), "; ", ttl_words(context, lease, true)));
  if (lease.ok_release_answered.time_ns <= over) {
    violation.because.push_back(cat("its release ", number_words(context, lease.ok_release),
                                    " had succeeded by ", moment_text(over)));
    if (operation.kind != Kind::release) add_witness(violation, context, lease.ok_release);
  }
  add_witness(violation, context, lease.first);
  add_witness(violation, context, late.supporter);
  add_witness(violation, context, late.operation);
  violation.tokens.push_back(token_of(view, context, late.lease));
  return violation;
}

Violation tell_foreign(const LockView& view, const Context& context, const Condemned& late) {
  const Operation& operation = context.operation(late.operation);
  std::string sentence =
      cat(who(context, late.operation), " ", verb_of(operation), " ",
          context.history.text(view.key), " at ", moment_text(operation.invoked.time_ns), " with ",
          lease_words(view, late.lease), ", ");
  Violation violation = violation_on(view, context, "");
  if (late.covering == none) {
    sentence += "which nobody had granted by then; the store had to refuse";
  } else {
    const Hold& hold = view.holds[late.covering];
    sentence += cat("while ", who(context, hold.first), " held the lock with ",
                    lease_words(view, hold.lease), "; the store did not compare them");
    violation.because.push_back(hold_words(view, context, hold));
    violation.stretches.push_back(stretch_of(view, context, hold));
    violation.tokens.push_back(token_of(view, context, hold.lease));
    add_witness(violation, context, hold.first);
    add_witness(violation, context, hold.proof);
  }
  violation.sentence = std::move(sentence);
  const Lease& lease = view.leases[late.lease];
  if (late.supporter == none) {
    const std::uint32_t asked = view.by_lease[lease.begin];
    if (context.operation(asked).kind == Kind::acquire) add_witness(violation, context, asked);
  } else {
    violation.because.push_back(cat(lease_words(view, late.lease), " was kept alive last by ",
                                    number_words(context, late.supporter), ", answered at ",
                                    moment_text(context.operation(late.supporter).answered.time_ns),
                                    "; ", ttl_words(context, lease, true)));
    add_witness(violation, context, lease.first);
    add_witness(violation, context, late.supporter);
  }
  add_witness(violation, context, late.operation);
  return violation;
}

void report_foreign(const LockView& view, const Context& context, const Condemned& late) {
  const bool is_release = context.operation(late.operation).kind == Kind::release;
  context.findings.violation(is_release ? id::foreign_release : id::foreign_renew,
                             [&] { return tell_foreign(view, context, late); });
}

void report_condemned(const LockView& view, const Context& context, const Condemned& late) {
  if (late.covering != none) return report_foreign(view, context, late);
  if (!context.params.single_copy) return;
  const bool is_release = context.operation(late.operation).kind == Kind::release;
  context.findings.violation(is_release ? id::release_after_expiry : id::renewed_after_expiry,
                             [&] { return tell_late(view, context, late); });
}

Violation tell_double(const LockView& view, const Context& context, const Hold& early,
                      const Hold& late) {
  Violation violation =
      violation_on(view, context,
                   cat(who(context, late.first), " held ", context.history.text(view.key), " with ",
                       lease_words(view, late.lease), " from ", moment_text(late.start.time_ns),
                       ", although ", who(context, early.first), " held it with ",
                       lease_words(view, early.lease), " until ", moment_text(early.end.time_ns)));
  for (const Hold* const hold : {&early, &late}) {
    violation.because.push_back(hold_words(view, context, *hold));
    violation.stretches.push_back(stretch_of(view, context, *hold));
    violation.tokens.push_back(token_of(view, context, hold->lease));
    add_witness(violation, context, hold->first);
  }
  add_witness(violation, context, early.proof);
  return violation;
}

/// Sorted by start, a hold overlaps an earlier one of another lease exactly if it begins before the
/// furthest end of those.
void report_doubles(LockView& view, const Context& context, const HoldCover& cover) {
  view.is_doubled.assign(view.leases.size(), false);
  for (std::size_t i = 1; i < view.holds.size(); ++i) {
    const Hold& hold = view.holds[i];
    const std::uint32_t before = cover.furthest(i, hold.lease);
    if (before == none || view.holds[before].end <= hold.start) continue;
    view.is_doubled[view.holds[before].lease] = true;
    view.is_doubled[hold.lease] = true;
    context.findings.violation(
        id::double_grant, [&] { return tell_double(view, context, view.holds[before], hold); });
  }
}

/// Another's hold during all the time in which an operation can have taken effect.
std::uint32_t covering(const LockView& view, const Context& context, const HoldCover& cover,
                       std::uint32_t lease, std::uint32_t at) {
  const Operation& operation = context.operation(at);
  Instant from = operation.invoked;
  if (operation.kind == Kind::release) {  // it may be the echo of one before
    from = std::min(from, view.leases[lease].may_be_released(context));
  }
  return cover.covering(lease, from, operation.answered);
}

Violation tell_hidden(const LockView& view, const Context& context, std::uint32_t lease,
                      std::uint32_t at, const Hold& hold) {
  const Operation& grant = context.operation(at);
  Violation violation =
      violation_on(view, context,
                   cat(who(context, at), " was granted ", context.history.text(view.key), " with ",
                       lease_words(view, lease), " between ", moment_text(grant.invoked.time_ns),
                       " and ", moment_text(grant.answered.time_ns), ", all of which time ",
                       who(context, hold.first), " held it with ", lease_words(view, hold.lease)));
  violation.because.push_back(hold_words(view, context, hold));
  violation.stretches.push_back(stretch_of(view, context, hold));
  violation.tokens = {token_of(view, context, hold.lease), grant.token.value};
  add_witness(violation, context, hold.first);
  add_witness(violation, context, hold.proof);
  add_witness(violation, context, at);
  return violation;
}

/// A lease without a certain hold of its own, or one that no chain follows, may still have
/// succeeded inside another's.
void report_hidden(const LockView& view, const Context& context, const HoldCover& cover,
                   std::uint32_t number) {
  const Lease& lease = view.leases[number];
  for (std::uint32_t i = lease.begin; i < lease.end; ++i) {
    const std::uint32_t at = view.by_lease[i];
    const Operation& operation = context.operation(at);
    const bool is_echo = operation.kind == Kind::release && at != lease.ok_release;
    const bool counts = operation.outcome == Outcome::done && !is_echo;
    if (!counts || operation.answered < lease.possible_from) continue;
    const std::uint32_t hold = covering(view, context, cover, number, at);
    if (hold == none) continue;
    if (operation.kind == Kind::acquire) {
      return context.findings.violation(id::double_grant, [&] {
        return tell_hidden(view, context, number, at, view.holds[hold]);
      });
    }
    return report_foreign(view, context, {at, number, lease.first, hold});
  }
}

void report_hidden(const LockView& view, const Context& context, const HoldCover& cover) {
  std::vector<bool> is_known(view.leases.size(), false);
  for (const Hold& hold : view.holds) {
    is_known[hold.lease] = !view.leases[hold.lease].may_return || view.is_doubled[hold.lease];
  }
  for (const Condemned& late : view.condemned) is_known[late.lease] = true;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    if (!is_known[i] && view.leases[i].judged) report_hidden(view, context, cover, i);
  }
}

/// Reports what came too late, and leaves its marks on the holds.
void judge_late(LockView& view, const Context& context, std::vector<Condemned> ungranted) {
  build_holds(view, context, Revivals::left_out);
  const HoldCover cover(view);
  const auto find_cover = [&](Condemned& late) {
    late.covering = covering(view, context, cover, late.lease, late.operation);
  };
  std::for_each(view.condemned.begin(), view.condemned.end(), find_cover);
  std::for_each(ungranted.begin(), ungranted.end(), find_cover);
  for (const Condemned& late : view.condemned) report_condemned(view, context, late);
  for (const Condemned& late : ungranted) report_foreign(view, context, late);
}

}  // namespace

void judge_holds(LockView& view, const Context& context) {
  auto ungranted = find_ungranted(view, context);
  if (!view.condemned.empty() || !ungranted.empty()) {
    judge_late(view, context, std::move(ungranted));
  }
  build_holds(view, context, Revivals::judged);
  const HoldCover cover(view);
  report_doubles(view, context, cover);
  report_hidden(view, context, cover);
}

}  // namespace lockstep::checkers
