// The FIFO checker: judges queues that promise strict order, whose elements are unique, and from
// which a pop removes at once. It finds out whether any one order of the operations, each at a
// moment between its invocation and its answer, explains all that was answered: linearizability to
// a queue, decided in O(n log n). Chosen by name only (`--model fifo`, or "fifo" in the header).
//
// Reads, per queue (the key): push (`value` is the element) and pop (ok: its answer says the
// element; fail with the error `empty`: the queue was empty, an answer like any other). What else
// failed did nothing and is left out. A push without an answer may take effect at any later time,
// or never; a pop without an answer may remove one element, nobody knows which, or none. The oracle
// narrows them to the moment when they took effect, if at all.
//
// Rules, in the files fifo_*.cpp:
//   elements    an element comes out that nobody can have pushed before (fresh), or comes out twice
//               (repeat)
//   order       of two elements that both came out: one that was in the queue before the push of
//               the other began did not come out later, with no overlap
//   missing     an element that was acknowledged and never came out: if it was overtaken, it must
//               have been taken by a pop without an answer, invoked before whatever overtook it had
//               come out. Each such pop takes one. An element that nobody overtook is still there
//   empty       `empty` needs a moment at which no element was certainly in the queue. A missing
//               element is there from its answer on, or until the pop that took it; one that is
//               lost is not asked for again
//
// Which pop without an answer took what is settled for both rules at once: the k-th missing
// element, by answer, is taken by the k-th of these pops, by invocation. No choice explains more,
// as long as the ends of these pops are in the order of their beginnings: without an oracle (they
// have no end), or with one that resolves them all. Otherwise choices are tried, up to a limit.
//
// Source: Henzinger, Sezgin and Vafeiadis 2013 (Aspect-oriented linearizability proofs): the four
// ways in which a history of a queue can be wrong.
//
// Not verified: that an element pushed and never popped is still in the queue, if none behind it
// came out; whether a pop that the oracle knows to have happened removed anything; elements pushed
// twice (the verdict is then `unknown`); queues with acks, nacks, extends or redrives; pop
// timeouts.
#pragma once

#include <string_view>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The name of this checker among models.
inline constexpr std::string_view fifo_model = "fifo";

namespace id {
inline constexpr std::string_view fifo_fresh = "fifo/fresh";
inline constexpr std::string_view fifo_repeat = "fifo/repeat";
inline constexpr std::string_view fifo_order = "fifo/order";
inline constexpr std::string_view fifo_empty = "fifo/empty";
inline constexpr std::string_view fifo_lost = "fifo/lost";
}  // namespace id

/// Judges `history` with one judge's knowledge; `params` are not read. `unknown` where something
/// could not be judged: nothing was answered, events were dropped, an element was pushed twice (it
/// is left out, the others are judged), an answer names no element, a queue has acks, or it is not
/// settled which pops without an answer took what.
[[nodiscard]] Report check_fifo(const History& history, const Params& params, Judge judge);

}  // namespace lockstep::checkers
