// What of the history of a lock can be forgotten, so that a run of hours is judged in the memory of
// minutes. Internal to online.
//
// The story, per key. A moment is quiet if no operation was under way, and no lease that was ever
// asked for can have been held: it was released, its client was told that it is gone, or T+ is over
// since anything can have prolonged it. Leases from before and after a quiet moment say nothing
// about each other: no hold reaches over it, so neither exclusion nor placement nor a refusal
// connects them. The last quiet moment is taken that a grant follows, since a handover is measured
// from a crash to the next grant. What is from before it may go, but for
//   open operations, and leases that are not settled: whose client may still act on them. Settled:
//     released, told lost or not owned, never granted for certain, of a node that crashed since, or
//     not heard of for `silence`
//   leases with operations on both sides, and what may have replaced those
//   the lease with the highest fencing token, and of each sink the accepted use with the highest
//   acquires without an answer, of two identities: they excuse refusals for ever, and more of them
//     excuse no more
// Refusals go in any case: they were judged, and what explained them may go.
// Nothing is forgotten once faults were healed: the liveness phase is judged as a whole.
//
// What is given up. An operation on a lease that was forgotten is dropped itself, and counts as a
// doubt: a client that comes back to a lease after `silence` is not judged by it, though the fence
// still is, by token. Markers (crashes, steps of clocks) go with what they explain.
#pragma once

#include <vector>

#include "checkers/history.hpp"

namespace lockstep::checkers {

/// By event: whether a later judgement may need it. `gone`, by lease, is told which went.
[[nodiscard]] std::vector<bool> needed_by_lease_lock(const History& history, const Params& params,
                                                     std::vector<bool>& gone);

/// By event: false for finished operations on leases that are `gone`.
[[nodiscard]] std::vector<bool> not_of_gone_leases(const History& history,
                                                   const std::vector<bool>& gone);

}  // namespace lockstep::checkers
