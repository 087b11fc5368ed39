// Judges a run while it goes on, so that it can stop at its first violation, and forgets of a long
// history what the checker can do without.
//
// Why the beginning of a history can be judged. What a checker calls wrong for certain is safety:
// once it has happened, nothing that follows mends it. An operation that is open when the run is
// looked at reads as one of unknown end, as it would if the world had ended there; so if a system
// keeps its promises, every beginning of its history is valid. The rules that speak of what never
// comes need to have seen the end: lock/stuck, lock/late-handover without a grant, work/lost-event,
// work/no-takeover, queue/lost, queue/undrained, dlq/*, outbox/lost, outbox/undrained,
// outbox/skipped and inbox/lost ask for the marker `final`, or for a survey before it. A property
// test looks at beginnings of histories of every model, valid and invalid ones. What a violation is
// called may differ: a finding is named by its root, and the root may show itself later.
//
// When. A whole history is judged in O(n log n), so it is judged whenever it has twice as many
// events as when it was judged last: all judgements together cost about as much as the last. The
// moment is a count of events, never a time: a plan stops at the same event everywhere.
//
// Forgetting (what may go is said in lease_forget.hpp). Of a history beyond forget_from events
// whose model is lease-lock, whatever no later judgement can need is dropped once it was judged;
// the rest is numbered anew. Reports of what was dropped are added up, so that nothing is missing
// from the whole but the words. Not forgotten by, and why: `queue` and `outbox` compare surveys at
// the end with everything that was ever pushed or committed, and must know an acked message, or an
// applied key, for ever; `work` looks for any apply of an event at the end, and for what each
// worker was ever told; `fifo` asks what came out of everything that went in, and judges no runs.
// Each would need a summary that grows with its keys, and rules of its own to read it.
//
// Not verified while the run goes on: what the oracle knows. It judges at the end, or at the stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/recorder.hpp"
#include "checkers/registry.hpp"

namespace lockstep::checkers {

struct OnlineOptions {
  /// Events at which a history is judged first: fewer are judged at the end soon enough.
  std::size_t judge_from = 512;
  /// Events from which on it forgets: some 10 MB. Histories of seconds or minutes stay whole.
  std::size_t forget_from = 1U << 16U;
  /// Ids that are no reason to stop: others may be found behind them.
  std::vector<std::string> foreseen{};
};

class OnlineJudge {
 public:
  /// `history` is written by `recorder` and nobody else; its header is complete. Both outlive it.
  OnlineJudge(History& history, Recorder& recorder, OnlineOptions options = {});

  /// Whether the history has become so long that it is to be judged again. O(1).
  [[nodiscard]] bool is_due() const { return history_.events.size() >= due_; }
  /// Judges what there is now. True: something is wrong for certain that was not foreseen.
  [[nodiscard]] bool judge();
  /// Drops operations on leases that were forgotten: to be called at the end before operations are
  /// resolved, whose positions it changes.
  void ignore_late();
  /// Judges the end, with both judges, and adds what was forgotten. Once, behind ignore_late().
  [[nodiscard]] Judgement finish();

  [[nodiscard]] std::uint64_t judged() const { return judged_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  /// The most events that the history ever had at once, as far as it was looked at.
  [[nodiscard]] std::size_t kept_max() const { return kept_max_; }

 private:
  [[nodiscard]] bool is_foreseen(const Report& report) const;
  void forget(const Report& judged);
  void drop(const std::vector<bool>& needed);

  History& history_;
  Recorder& recorder_;
  OnlineOptions options_;
  std::size_t due_;
  std::uint64_t judged_ = 0;
  std::uint64_t forgotten_ = 0;
  std::size_t kept_max_ = 0;
  /// Of what was dropped: exercised, measured, doubted.
  Report before_;
  std::vector<bool> gone_;  ///< leases that were dropped, by number
};

}  // namespace lockstep::checkers
