// The outbox checker: judges transactions that leave entries in an outbox, the relays that publish
// those to a broker, and the inboxes that apply them. It asks of every entry what became of it, of
// every publication why it was made, and of every relay whether it might. O(n log n).
//
// Reads: commit, fetch, publish, mark, block, unblock, consume; raise; and surveys with what they
// found, whose `sink` is the store, the publisher (in the order of its log, if it says positions)
// or the name of an inbox; the words are in names.hpp. And the markers crash, restart and final. An
// entry is known by its `value`; its key is the aggregate. Within an aggregate the order of ids is
// the order of commits. A commit of a publish is its position in the broker's log. What has no
// answer may take effect at any time, whatever became of who sent it. If the history has operations
// on locks too, the lease-lock checker judges them, and its findings are part of the report; where
// the sinks are not fenced, raises are left out of that.
//
// Accepted is what was answered ok, or what the oracle knows to have happened. Rules, in the files
// outbox_*.cpp:
//   ends        the store still holds each committed entry at the end, or it was published:
//               answered so, or found in the broker; may have been is enough only where there is no
//               whole final survey of the broker. With "drained", none that was committed may wait
//               there, but for those blocked, those behind one that is, of its key, and where an
//               unblock of the key is of unknown end. Such an entry was skipped if nobody ever
//               tried to publish it, and one of a higher id was published, and sent before the
//               commit of this one was answered
//   publishes   what is published was committed, or may have been, and not before that began. No
//               mark is accepted before a publish of the entry that may have happened was sent. The
//               first publications of two entries of one key are in the order of ids: by position
//               where both are known, else if one was answered before any of the other was sent
//   again       each accepted publication after the first has a cause since the one before was
//               sent: crash or restart of the node that sent that; another node, another token or
//               an acquire of that node; a publish of unknown end; a mark that failed or is of
//               unknown end; an unblock of the key. And the broker holds an entry once for each
//               publish that may have happened. If it holds so many, all of these were accepted
//   relays      no sink accepts a publish or mark that was sent after that sink had answered ok to
//               a higher token (of raise, publish, mark, fetch). No two nodes have publishes or
//               marks accepted under one token. With "elected", in a history without tokens, but
//               with the acquires of its leaders: no node publishes between two publishes of
//               another that did not acquire, crash or restart in between
//   inboxes     each applies an entry once; with "drained", a final survey of it finds each entry
//               of the broker
//
// A survey is final if it was answered, the marker final follows it, and nothing that changes what
// it lists was sent or answered after it began.
//
// Parameters: those of locks, where there are some; `fenced`; and among `extra`: "drained" (true:
// at the end nothing may wait), "trimmed" (true: the broker no longer holds everything), "elected"
// (true: one relay publishes at a time, also where no tokens are recorded; then a change of leader
// that is not recorded either may be behind any duplicate).
//
// Measures "lag": from the answer of the commit to the first accepted publication, as its client
// saw it or, where it is known, when the broker took it.
//
// Not verified: that an entry is blocked, or refused, for good reason; publishes and marks without
// a token beside others that have one; order in the inboxes; what an inbox does with what the
// broker holds by a publish of unknown end alone; commits without an answer that were lost, even
// where the oracle knows of them; order of positions against tokens.
#pragma once

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The name of this checker among models.
inline constexpr std::string_view outbox_model = "outbox";

namespace id {
inline constexpr std::string_view outbox_lost = "outbox/lost";
inline constexpr std::string_view outbox_undrained = "outbox/undrained";
inline constexpr std::string_view outbox_ghost = "outbox/ghost";
inline constexpr std::string_view outbox_skipped = "outbox/skipped";
inline constexpr std::string_view outbox_reordered = "outbox/reordered";
inline constexpr std::string_view marked_unpublished = "outbox/marked-unpublished";
inline constexpr std::string_view outbox_duplicate = "outbox/unexplained-duplicate";
inline constexpr std::string_view zombie_relay = "outbox/zombie-relay";
inline constexpr std::string_view two_leaders = "outbox/two-leaders";
inline constexpr std::string_view applied_twice = "inbox/applied-twice";
inline constexpr std::string_view inbox_lost = "inbox/lost";
}  // namespace id

/// Whether an operation of this name is of the outbox model alone.
[[nodiscard]] constexpr bool is_outbox(NameId f) { return f >= name::commit && f <= name::consume; }

/// Judges `history` under `params` with one judge's knowledge. `unknown` where something could not
/// be judged: nothing was answered, events were dropped, there is no final survey of the store
/// though something may have been committed, an operation names no entry or none an id, a value
/// was committed twice or goes by two keys or ids, an id was given out twice, or there is more than
/// one lock, whose tokens cannot be compared.
[[nodiscard]] Report check_outbox(const History& history, const Params& params, Judge judge);

}  // namespace lockstep::checkers
