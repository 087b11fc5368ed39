// The rules of the lease-lock checker (lease_lock.hpp), one function per file. Each takes one key,
// in this order, and hands on to the next in LockView. Internal to lease_lock.
#pragma once

#include "checkers/lease_marks.hpp"
#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// Follows each lease alone from its first proof through its renewals, each as late as possible,
/// and finds the successes that no such chain reaches. Fills Lease::reach_ns and `condemned`.
void follow_leases(LockView& view, const Context& context);

/// Rules 1 and 6. Fills `holds` and `is_doubled`. Reports double grants, foreign releases and
/// renewals, and (single copy) what was released or renewed after its expiry.
void judge_holds(LockView& view, const Context& context);

/// Rule 2, where the store has one commit point: places grants one after the other, each as early
/// as possible. Reports what was granted early or lost early.
void judge_placement(const LockView& view, const Context& context);

/// Rule 3, where the store has one commit point. Reports refusals that nobody else can explain.
void judge_refusals(const LockView& view, const Context& context);

/// Rule 4. Reports tokens that repeat or fall, and grants that arrived expired.
void judge_tokens(const LockView& view, const Context& context);

/// Rule 5. Reports what the guarded resource accepted and had to refuse.
void judge_uses(const LockView& view, const Context& context);

/// Rule 7. Measures handovers and reports late ones.
void judge_handovers(const LockView& view, const Marks& marks, const Context& context);

/// Rule 7. Reports a free lock that nobody is granted after the heal.
void judge_liveness(const LockView& view, const Marks& marks, const Context& context);

}  // namespace lockstep::checkers
