// The story: nearly always a lease has one stay: asked for, perhaps several times until an answer
// came; prolonged; released. A client may also ask again for a lease that it holds, which prolongs
// it, or, if it was over by then, grants it anew; the fencing token tells, or else time. And an
// acquire that was never answered may land late and bring a lease back that was over. Wherever two
// operations may belong to two stays in either order, the lease is not judged: clients that wait
// for their answers never get there.
#include "checkers/lease_stays.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

class StayBuilder {
 public:
  StayBuilder(LockView& view, const Context& context, const LeaseGroup& group);

  /// Takes the operation at `position` of by_lease; to be called for each, in order.
  void take(std::uint32_t position);
  void finish(std::uint32_t end);

 private:
  /// A success: from its answer on the lease was alive for certain, until a moment.
  struct Proof {
    Instant answered;
    std::int64_t until_ns = 0;
    bool is_certain = false;  ///< it belongs to this stay, and to no other
    friend bool operator<(const Proof& a, const Proof& b) { return b.answered < a.answered; }
  };

  /// Operations of one lease under way at once that are looked at; clients have one or two.
  static constexpr std::size_t in_flight_max = 8;

  void settle(Instant now);
  void acquire(std::uint32_t at, const Operation& operation);
  void acquire_again(const Operation& operation);
  void renew(std::uint32_t at, const Operation& operation);
  void release(std::uint32_t at, const Operation& operation);
  void prove(std::uint32_t at, const Operation& operation);
  void deny(std::uint32_t at, const Operation& operation);
  void give_up(std::string_view why);
  void give_up_on_tangle();
  void use_ttl(std::uint32_t at);
  void doubt_release();
  void start_anew(const Operation& operation);
  [[nodiscard]] bool has_proof() const { return stay_.first != none; }
  [[nodiscard]] bool is_same_stay(const Operation& operation) const;
  [[nodiscard]] bool may_return() const;
  [[nodiscard]] bool is_echo(const Operation& operation) const;

  LockView& view_;
  const Context& context_;
  const LeaseGroup& group_;
  Lease stay_;
  std::uint32_t position_ = 0;
  std::int64_t ttl_ns_ = 0;  // of all operations
  // Of the stay so far:
  FencingToken token_{};           // as far as known
  std::int64_t certain_ns_ = 0;    // alive for certain before this, as proofs by now answered say
  std::vector<Proof> unanswered_;  // a heap, earliest answer on top: proofs not yet in certain_ns_
  Instant last_doubtful_ = long_ago;  // latest answer that may belong to a stay after it
  Instant last_acquired_ = long_ago;  // latest answer to an acquire
  Instant release_sent_ = never_at;   // of releases that were answered: the one answered last
  Instant release_told_ = long_ago;   // its answer
  // Of the lease so far:
  std::uint32_t acquires_ = 0;  // done or unknown
  std::uint32_t unknown_acquires_ = 0;
  std::uint32_t unknown_renewals_ = 0;
  std::uint32_t renewals_left_ = 0;       // of them, in stays before this one
  std::uint32_t stays_ = 0;               // finished
  bool may_be_granted_by_other_ = false;  // than the acquires before the first proof
};

StayBuilder::StayBuilder(LockView& view, const Context& context, const LeaseGroup& group)
    : view_(view), context_(context), group_(group) {
  stay_.id = group.id;
  stay_.owner = group.owner;
  stay_.begin = group.begin;
  stay_.asked_first = group.asked_first;
  stay_.possible_from = group.possible_from;
  stay_.was_asked = group.possible_from != never_at;
}

/// Operations under way at once may belong to two stays in either order. Clients cause that; so do
/// late messages, which only the oracle sees: that it cannot tell is no reason to doubt the run.
void StayBuilder::give_up_on_tangle() {
  if (!group_.has_resolved) return give_up("was asked for again while it was in use");
  stay_.judged = false;
  context_.findings.doubt();
}

void StayBuilder::give_up(std::string_view why) {
  stay_.judged = false;
  context_.findings.unknown(
      cat("lease ", stay_.id.value, " of ", context_.history.text(view_.key), " ", why));
}

void StayBuilder::use_ttl(std::uint32_t at) {
  const std::int64_t own = context_.invocation(at).ttl_ns;
  const std::int64_t ttl_ns = own != 0 ? own : context_.params.ttl_ns;
  if (ttl_ns == 0) {
    give_up("has no ttl");
  } else if (ttl_ns_ != 0 && ttl_ns != ttl_ns_) {
    give_up(
        cat("has a ttl that varies: ", to_text(Nanos(ttl_ns_)), " and ", to_text(Nanos(ttl_ns))));
  }
  if (ttl_ns_ != 0 || ttl_ns == 0) return;
  ttl_ns_ = ttl_ns;
  stay_.bounds = bounds_of(ttl_ns, context_.params);
  view_.most_ns = std::max(view_.most_ns, stay_.bounds.most_ns);
}

/// Takes over what proofs say that were answered before `now`.
void StayBuilder::settle(Instant now) {
  while (!unanswered_.empty() && unanswered_.front().answered < now) {
    certain_ns_ = std::max(certain_ns_, unanswered_.front().until_ns);
    std::pop_heap(unanswered_.begin(), unanswered_.end());
    unanswered_.pop_back();
  }
}

void StayBuilder::prove(std::uint32_t at, const Operation& operation) {
  const bool is_first = !has_proof();
  const bool is_same = !is_first && is_same_stay(operation);
  if (is_first) stay_.first = at;
  if (!is_same) last_doubtful_ = std::max(last_doubtful_, operation.answered);
  stay_.proved = std::min(stay_.proved, operation.answered);
  const std::int64_t until = later(operation.invoked.time_ns, stay_.bounds.least_ns);
  unanswered_.push_back({operation.answered, until, is_first || is_same});
  std::push_heap(unanswered_.begin(), unanswered_.end());
}

/// Whether a success certainly prolonged the stay so far. The same fencing token says so; and so
/// does an answer before the stay can have been over; or, with another success under way, that
/// whichever took effect first, the other did before it can have been over.
bool StayBuilder::is_same_stay(const Operation& operation) const {
  if (operation.token.value != 0 && token_.value != 0) return operation.token == token_;
  const bool was_let_go = stay_.ok_release != none || stay_.unknown_release != never_at ||
                          group_.replaced <= operation.answered;
  if (was_let_go) return false;
  if (operation.answered.time_ns < certain_ns_) return true;
  const std::int64_t until = later(operation.invoked.time_ns, stay_.bounds.least_ns);
  const std::size_t looked_at = std::min(unanswered_.size(), in_flight_max);
  return std::any_of(unanswered_.begin(), unanswered_.begin() + looked_at, [&](const Proof& proof) {
    return proof.is_certain && operation.answered.time_ns < proof.until_ns &&
           proof.answered.time_ns < until;
  });
}

/// An acquire without an answer, other than the grant of the first stay, may come back any time.
/// What was sent in a stay before and never answered may prolong this one.
bool StayBuilder::may_return() const {
  if (renewals_left_ > 0) return true;
  const bool granted_by_unknown = stays_ == 0 && has_proof() && !may_be_granted_by_other_ &&
                                  context_.operation(stay_.first).kind == Kind::renew;
  return unknown_acquires_ > (granted_by_unknown ? 1U : 0U);
}

/// A release that succeeded may have ended the next stay instead.
void StayBuilder::doubt_release() {
  context_.findings.doubt();
  if (stay_.ok_release == none) return;
  const Instant sent = context_.operation(stay_.ok_release).invoked;
  stay_.unknown_release = std::min(stay_.unknown_release, sent);
  stay_.ok_release = none;
  stay_.ok_release_answered = never_at;
}

void StayBuilder::start_anew(const Operation& operation) {
  if (operation.invoked <= last_doubtful_) give_up_on_tangle();
  Lease next;
  next.id = stay_.id;
  next.owner = stay_.owner;
  next.asked_first = stay_.asked_first;
  next.judged = stay_.judged;
  next.bounds = stay_.bounds;
  next.begin = position_;
  next.was_asked = true;
  next.possible_from = operation.invoked;
  next.unknown_release = stay_.unknown_release;  // it may still land, now
  if (operation.invoked <= release_told_) {
    next.unknown_release = std::min(next.unknown_release, release_sent_);
    doubt_release();
  }
  stay_.unknown_release = std::min(stay_.unknown_release, operation.invoked);
  finish(position_);
  stay_ = next;
  token_ = {};
  certain_ns_ = 0;
  unanswered_.clear();
  last_doubtful_ = long_ago;
  last_acquired_ = long_ago;
  release_told_ = long_ago;
  renewals_left_ = unknown_renewals_;
}

/// A success that follows others.
void StayBuilder::acquire_again(const Operation& operation) {
  const bool is_grant = acquires_ == 1;  // nothing else was there before
  may_be_granted_by_other_ |= is_grant || operation.invoked <= stay_.proved;
  if (is_grant) return;
  if (!is_same_stay(operation)) start_anew(operation);
}

void StayBuilder::acquire(std::uint32_t at, const Operation& operation) {
  const bool done = operation.outcome == Outcome::done;
  if (!done && operation.outcome != Outcome::unknown) return;
  ++acquires_;
  if (!done) {
    ++unknown_acquires_;
    if (operation.invoked <= last_doubtful_) give_up_on_tangle();
    return use_ttl(at);
  }
  if (has_proof()) acquire_again(operation);
  use_ttl(at);
  prove(at, operation);
  last_acquired_ = std::max(last_acquired_, operation.answered);
  if (token_.value == 0) token_ = operation.token;
}

void StayBuilder::renew(std::uint32_t at, const Operation& operation) {
  if (operation.outcome == Outcome::denied) return deny(at, operation);
  if (operation.outcome == Outcome::failed) return;
  const bool proves =
      operation.outcome == Outcome::done && group_.possible_from <= operation.answered;
  if (proves && has_proof() && may_return() && !is_same_stay(operation)) start_anew(operation);
  use_ttl(at);
  if (proves) prove(at, operation);
  if (operation.outcome == Outcome::unknown) ++unknown_renewals_;
}

/// Whether a release that succeeded may have repeated the answer to one of a stay before, ahead of
/// the grant of this one.
bool StayBuilder::is_echo(const Operation& operation) const {
  return operation.outcome == Outcome::done && stays_ > 0 && has_proof() &&
         operation.invoked <= stay_.proved;
}

void StayBuilder::release(std::uint32_t at, const Operation& operation) {
  const bool is_asked_again = stays_ > 0 || acquires_ > 1;
  if (is_echo(operation) || (is_asked_again && operation.invoked <= last_acquired_)) {
    give_up_on_tangle();
  }
  if (operation.outcome != Outcome::unknown && release_told_ <= operation.answered) {
    release_told_ = operation.answered;
    release_sent_ = operation.invoked;
  }
  if (operation.outcome == Outcome::denied) {
    stay_.denied_release = std::min(stay_.denied_release, operation.invoked);
    deny(at, operation);
  } else if (operation.outcome == Outcome::unknown) {
    stay_.unknown_release = std::min(stay_.unknown_release, operation.invoked);
  } else if (operation.outcome == Outcome::done) {
    if (stay_.ok_release == none) stay_.ok_release = at;
    stay_.ok_release_answered = std::min(stay_.ok_release_answered, operation.answered);
  }
}

void StayBuilder::deny(std::uint32_t at, const Operation& operation) {
  if (!has_proof() || operation.invoked <= stay_.proved) return;  // perhaps before the grant
  const bool is_earlier =
      stay_.denial == none || operation.answered < context_.operation(stay_.denial).answered;
  if (is_earlier) stay_.denial = at;
}

void StayBuilder::take(std::uint32_t position) {
  position_ = position;
  const std::uint32_t at = view_.by_lease[position];
  const Operation& operation = context_.operation(at);
  if (operation.outcome == Outcome::failed) return;
  settle(operation.invoked);
  if (operation.kind == Kind::acquire) {
    acquire(at, operation);
  } else if (operation.kind == Kind::renew) {
    renew(at, operation);
  } else {
    release(at, operation);
  }
}

void StayBuilder::finish(std::uint32_t end) {
  stay_.end = end;
  stay_.unknown_release = std::min(stay_.unknown_release, group_.replaced);
  stay_.may_return = may_return();
  view_.leases.push_back(stay_);
  ++stays_;
}

}  // namespace

LeaseGroup group_of(const LockView& view, const Context& context, std::uint32_t begin,
                    std::uint32_t end) {
  LeaseGroup group;
  group.begin = begin;
  group.end = end;
  group.id = context.operation(view.by_lease[begin]).lease;
  for (std::uint32_t i = begin; i < end; ++i) {
    const Operation& operation = context.operation(view.by_lease[i]);
    group.asked_first = std::min(group.asked_first, instant_of(context.history, operation.event));
    group.has_resolved = group.has_resolved || operation.resolved;
    const bool may_grant =
        operation.outcome == Outcome::done || operation.outcome == Outcome::unknown;
    if (operation.kind != Kind::acquire || !may_grant) continue;
    if (group.possible_from == never_at) group.owner = operation.owner;
    group.possible_from = std::min(group.possible_from, operation.invoked);
  }
  return group;
}

void add_stays(LockView& view, const Context& context, const LeaseGroup& group) {
  StayBuilder builder(view, context, group);
  for (std::uint32_t i = group.begin; i < group.end; ++i) builder.take(i);
  builder.finish(group.end);
}

}  // namespace lockstep::checkers
