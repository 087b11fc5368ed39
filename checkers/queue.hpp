// The queue checker: judges a queue that delivers at least once, embedded in the process of its
// producers and consumers, or shared by several. It asks of every message what became of it, and of
// every delivery why it was made. O(n log n).
//
// Reads, per queue (the key): push, pop, ack, nack, extend, redrive, open, damage, and the survey
// with what it found; the words are in names.hpp. And the markers crash (of the queue's node: the
// node of its operations) and final. A crash ends every operation that has no answer: what its
// process began cannot take effect later. A receipt is id, attempt and generation (`token`); one
// without attempt and generation is a bare id and stands for any delivery of its message.
//
// A delivery window lasts for certain from the answer of the pop to pop.invoked + ttl(1-r) - eps,
// or as extends have moved that; it is cut by the invocation of an ack or nack of its receipt with
// whatever outcome, of an open, of a redrive, and by a crash. A ttl of 0 lasts until one of these.
// An extend of 0 is taken to end the window at once.
//
// Rules, in the files queue_*.cpp:
//   pushes      what is delivered or found was pushed, once, under that id, with that payload; ids
//               grow; first deliveries are in the order of ids
//   acks        acked once, by a receipt that is not stale (nor does a stale one nack or extend);
//               not delivered or found afterwards, by no crash excused. Only damage that was
//               reported in between may have taken the ack
//   duplicates  windows of one message do not overlap; attempts grow; each delivery after the first
//               has a cause between the one before and itself: crash, open, expiry, redrive, an
//               unknown pop, or, of the receipt before, a nack, an unknown ack or extend. Of a pair
//               whose windows overlap only that is reported, not the missing cause too
//   final       a survey after everything else finds each acknowledged push, unless it was acked or
//               may have been, or was reported damaged. The same holds for a push without an answer
//               that was delivered before an acknowledged push was invoked: what is recovered is a
//               cut of the pushes without gaps. Damage is reported as a range of ids, from `id` to
//               `value`, whose messages are lost; whatever the range, also if it is empty (`value`
//               below `id`), acks and delivery counts from before may be lost too. A message that
//               is missing after its last attempt ended is dlq/neither, else it is queue/lost
//
// With "shared" the queue is on a server, and producers and consumers on any node. Then a crash or
// an open of theirs ends nothing and explains nothing: what they began may take effect at any time
// later, and what they held is theirs until it expires. Neither does a pop, ack or extend of
// unknown end explain a delivery: another's window must have been over for it.
//
// Parameters: attempts_max, drift_ppm, eps_ns; and among `extra`: "drained" (true: at the end
// nothing may wait), "attempts_durable" (true: no crash or opening makes attempts forgotten),
// "intact" (true: nothing damaged what was stored, so reports of damage excuse nothing), "shared".
//
// Not verified: when a delay or a window must be over; that an empty answer is right; the order of
// redeliveries; what operations without an answer did, even where the oracle knows: it narrows when
// they may have had an effect, but nobody was promised that it lasts; which of several messages an
// unknown pop delivered: it excuses each; causes of dead letters; messages whose id was given out
// twice, beyond that; a survey that other operations overlap.
#pragma once

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The name of this checker among models.
inline constexpr std::string_view queue_model = "queue";

namespace id {
inline constexpr std::string_view queue_lost = "queue/lost";
inline constexpr std::string_view queue_unexpected = "queue/unexpected";
inline constexpr std::string_view queue_corrupt = "queue/corrupt";
inline constexpr std::string_view redelivered_after_ack = "queue/redelivered-after-ack";
inline constexpr std::string_view acked_twice = "queue/acked-twice";
inline constexpr std::string_view lease_overlap = "queue/lease-overlap";
inline constexpr std::string_view stale_ack_accepted = "queue/stale-ack-accepted";
inline constexpr std::string_view attempt_not_monotonic = "queue/attempt-not-monotonic";
inline constexpr std::string_view id_reused = "queue/id-reused";
inline constexpr std::string_view queue_reordered = "queue/reordered";
inline constexpr std::string_view queue_undrained = "queue/undrained";
inline constexpr std::string_view queue_duplicate = "queue/unexplained-duplicate";
inline constexpr std::string_view dlq_premature = "dlq/premature";
inline constexpr std::string_view dlq_both = "dlq/both";
inline constexpr std::string_view dlq_neither = "dlq/neither";
}  // namespace id

/// Whether an operation of this name is of the queue model.
[[nodiscard]] constexpr bool is_queue(NameId f) { return f >= name::push && f <= name::damage; }

/// Judges `history` under `params` with one judge's knowledge. `unknown` where something could not
/// be judged: nothing was answered, events were dropped, an answer or a receipt names no message,
/// or a queue that was used has no final drain: a survey at its end, followed by the marker final.
[[nodiscard]] Report check_queue(const History& history, const Params& params, Judge judge);

}  // namespace lockstep::checkers
