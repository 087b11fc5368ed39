// The lease-lock checker: judges whether a lock with a TTL, an owner and fencing tokens kept its
// promises, exactly, in O(n log n). A mutex model cannot: it knows no owner, no expiry, no token.
//
// Reads acquire, renew, release; write, read, raise on the guarded resource; and the markers crash,
// heal, final and clock-step. Other functions are ignored. Leases, not processes, link operations:
// an operation without a lease cannot be judged. The history is taken to be complete.
//
// T- = ttl(1 - drift) - eps and T+ = ttl(1 + drift) + eps bound how long a grant lasts in the
// history's time; eps must cover the term in drift^2 (120 ns for 3 s at 200 ppm).
//
// Rules, in the files lease_*.cpp:
//   holds       two leases certainly held at once; success for who does not hold
//   placement   with one commit point only: no order of commit points explains the answers
//   refusals    with one commit point only: refused, though nobody else can have held it
//   tokens      fencing tokens that repeat or fall; grants that arrive expired
//   sinks       the guarded resource took what it had to refuse
//   liveness    after the heal, or after the crash of a holder, nobody was granted a free lock
// A finding is named once, by its root: a lease revived after its expiry is not a double grant too.
//
// Not verified: what operations without an answer did, unless the oracle knows; stores whose commit
// points differ per node are held to all rules but placement and refusals (Redlock).
#pragma once

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The name of this checker among models.
inline constexpr std::string_view lease_lock_model = "lease-lock";

namespace id {
inline constexpr std::string_view double_grant = "lock/double-grant";
inline constexpr std::string_view release_after_expiry = "lock/release-after-expiry";
inline constexpr std::string_view renewed_after_expiry = "lock/renewed-after-expiry";
inline constexpr std::string_view foreign_release = "lock/foreign-release";
inline constexpr std::string_view foreign_renew = "lock/foreign-renew";
inline constexpr std::string_view granted_early = "lock/granted-early";
inline constexpr std::string_view lost_early = "lock/lost-early";
inline constexpr std::string_view refused_own = "lock/refused-own";
inline constexpr std::string_view spurious_refusal = "lock/spurious-refusal";  ///< a warning
inline constexpr std::string_view granted_expired = "lock/granted-expired";
inline constexpr std::string_view token_went_back = "fence/token-went-back";
inline constexpr std::string_view token_reused = "fence/token-reused";
inline constexpr std::string_view stale_write_accepted = "fence/stale-write-accepted";
inline constexpr std::string_view use_after_expiry = "lock/use-after-expiry";
inline constexpr std::string_view stuck = "lock/stuck";
inline constexpr std::string_view late_handover = "lock/late-handover";
}  // namespace id

/// Judges `history` under `params` (usually those of its header) with one judge's knowledge.
/// `unknown` where something could not be judged: no operation was answered, events were dropped,
/// an operation names no lease, a lease has no ttl or ttls that vary, a liveness phase began but
/// was not observed to its end or has no bound. Measures "handover".
[[nodiscard]] Report check_lease_lock(const History& history, const Params& params, Judge judge);

}  // namespace lockstep::checkers
