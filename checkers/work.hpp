// The work checker: judges workers that live by a lock: pipelines that move the events of
// collections from a source to a sink, schedulers and scheduled tasks that start something once per
// period. It looks at what they did, not at what they believed. O(n log n).
//
// Reads, per collection (the key): emit (ok: the event's number, dense from 1), load and save (the
// resume token: all events up to that number are done), apply (one event reached the sink); per
// task: dispatch (the number of the period). And the markers heal and final. A worker is its lease,
// or where none is recorded the owner. If the history has operations on locks too, the lease-lock
// checker judges them, and its findings are part of the report.
//
// Rules, in the files work_*.cpp:
//   workers     fenced sink: an older token was accepted after a newer one. Unfenced: the spans
//               from the first to the last thing that two workers did to one collection overlap; or
//               two workers started one period of a task
//   events      the resume token passed an event that was never applied; a worker applied an event
//               again without a cause: it had been told that it had, or it began from a resume
//               token that was read after a later one was saved
//   takeover    after the heal nobody worked on what was waiting
//
// Not verified: what operations without an answer did, unless the oracle knows; the order of events
// within a collection; events whose emission was never answered.
#pragma once

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// The name of this checker among models.
inline constexpr std::string_view work_model = "work";

namespace id {
inline constexpr std::string_view two_workers = "work/two-workers";
inline constexpr std::string_view lost_event = "work/lost-event";
inline constexpr std::string_view unexplained_duplicate = "work/unexplained-duplicate";
inline constexpr std::string_view no_takeover = "work/no-takeover";
}  // namespace id

/// Whether an operation of this name is of the work model.
[[nodiscard]] constexpr bool is_work(NameId f) { return f >= name::emit && f <= name::dispatch; }

/// Judges `history` under `params` with one judge's knowledge. `unknown` where something could not
/// be judged: nothing was answered, events were dropped, an apply or dispatch names no worker, or
/// the run was not observed to its end where that matters.
[[nodiscard]] Report check_work(const History& history, const Params& params, Judge judge);

}  // namespace lockstep::checkers
