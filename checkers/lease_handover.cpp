// The second half of rule 7: after the crash of a holder somebody else is granted the lock in time,
// if a waiter reached the store all the while. Measures how long it took.
//
// The lock is free T+ after the crash, or after the last unknown operation of the key landed, which
// only the oracle knows. A waiter's refusal may be under way then; its next try is sent within a
// round trip, the retry interval and its jitter, and nobody can have overtaken it but with a grant
// that was sent before.
// Not judged: a handover during which an operation on the key stayed unknown; waiters that did not
// reach the store all the while.
#include <algorithm>
#include <map>
#include <tuple>

#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

class Handovers {
 public:
  Handovers(const LockView& view, const Marks& marks, const Context& context);

  void judge();

 private:
  void judge(const Hold& hold, const Marks::Mark& crash);
  [[nodiscard]] std::uint32_t next_grant(const Hold& hold, std::int64_t after_ns) const;
  [[nodiscard]] bool somebody_waits(const Hold& hold, const Marks::Mark& crash) const;
  void judge_late(const Hold& hold, const Marks::Mark& crash, std::uint32_t grant);
  void report_late(const Hold& hold, const Marks::Mark& crash, std::int64_t from_ns,
                   std::uint32_t last_try, std::uint32_t grant) const;
  /// Whether somebody was granted the lock whose acquire was sent by `limit_ns`.
  [[nodiscard]] bool is_granted(std::int64_t after_ns, std::int64_t limit_ns) const;
  [[nodiscard]] std::uint32_t waiter(const Hold& hold, std::int64_t from_ns, std::int64_t until_ns);
  [[nodiscard]] std::int64_t limit_ns(std::int64_t from_ns) const;
  [[nodiscard]] std::int64_t step_ns() const;
  [[nodiscard]] Nanos promise() const;

  const LockView& view_;
  const Marks& marks_;
  const Context& context_;
  std::vector<std::uint32_t> grants_;        // told so, by answer
  std::vector<std::int64_t> earliest_ns_;    // invocation, of a grant and all behind it in grants_
  std::vector<std::uint32_t> asks_;          // all acquires, by invocation
  std::vector<std::int64_t> landings_ns_;    // resolved ones that happened
  std::int64_t first_unknown_ns_ = endless;  // invocation
  std::size_t budget_;                       // steps of walks, so that absurd histories stay cheap
};

Handovers::Handovers(const LockView& view, const Marks& marks, const Context& context)
    : view_(view), marks_(marks), context_(context), budget_(1'000 + 10 * view.operations.size()) {
  for (const std::uint32_t at : view.operations) {
    const Operation& operation = context.operation(at);
    if (operation.kind == Kind::acquire) asks_.push_back(at);
    if (operation.kind == Kind::acquire && was_told_done(operation)) grants_.push_back(at);
    if (operation.kind == Kind::release) continue;
    if (operation.outcome == Outcome::unknown) {
      first_unknown_ns_ = std::min(first_unknown_ns_, operation.invoked.time_ns);
    } else if (operation.resolved && operation.outcome == Outcome::done) {
      landings_ns_.push_back(operation.answered.time_ns);
    }
  }
  std::sort(landings_ns_.begin(), landings_ns_.end());
  std::sort(grants_.begin(), grants_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(context.operation(a).answered, a) < std::tie(context.operation(b).answered, b);
  });
  earliest_ns_.resize(grants_.size() + 1, endless);
  for (std::size_t i = grants_.size(); i > 0; --i) {
    earliest_ns_[i - 1] =
        std::min(earliest_ns_[i], context.operation(grants_[i - 1]).invoked.time_ns);
  }
}

bool Handovers::is_granted(std::int64_t after_ns, std::int64_t limit_ns) const {
  const auto next = std::partition_point(grants_.begin(), grants_.end(), [&](std::uint32_t at) {
    return context_.operation(at).answered.time_ns <= after_ns;
  });
  return earliest_ns_[static_cast<std::size_t>(next - grants_.begin())] <= limit_ns;
}

std::uint32_t Handovers::next_grant(const Hold& hold, std::int64_t after_ns) const {
  auto next = std::partition_point(grants_.begin(), grants_.end(), [&](std::uint32_t at) {
    return context_.operation(at).answered.time_ns <= after_ns;
  });
  const LeaseId mine = view_.leases[hold.lease].id;
  while (next != grants_.end() && context_.operation(*next).lease == mine) ++next;
  return next == grants_.end() ? none : *next;
}

/// Somebody else asked for the lock before the crashed holder's lease must have been over.
bool Handovers::somebody_waits(const Hold& hold, const Marks::Mark& crash) const {
  const auto ask = std::partition_point(asks_.begin(), asks_.end(), [&](std::uint32_t at) {
    return context_.operation(at).invoked.time_ns < crash.time_ns;
  });
  const std::int64_t until = later(crash.time_ns, view_.leases[hold.lease].bounds.most_ns);
  return ask != asks_.end() && context_.operation(*ask).invoked.time_ns <= until;
}

std::int64_t Handovers::step_ns() const {
  const Params& params = context_.params;
  const std::int64_t retry =
      params.retry_ns == 0
          ? 0
          : bounds_of(params.retry_ns, Params{.drift_ppm = params.drift_ppm}).most_ns;
  return later(later(retry, params.jitter_ns), params.round_trip_ns);
}

/// What the run's parameters promise from crash to grant; 0: nothing.
Nanos Handovers::promise() const {
  const Params& params = context_.params;
  if (params.retry_ns == 0 || params.bound_ns == 0) return Nanos(0);
  return Nanos(later(later(view_.most_ns, params.retry_ns), params.bound_ns));
}

/// The latest moment of the handover if the lock may be held afresh at `from_ns`.
std::int64_t Handovers::limit_ns(std::int64_t from_ns) const {
  std::int64_t limit = later(later(from_ns, view_.most_ns), step_ns());
  for (const Marks::Mark& step : marks_.back_steps) {
    if (step.time_ns > limit) break;
    if (step.time_ns >= from_ns) limit = later(limit, -step.value);
  }
  return limit;
}

/// A node whose tries were all denied by the store, without a gap, from `from_ns` to `until_ns`:
/// its last denied one. None of them failed, as where the store could not be reached, or took
/// longer than a round trip can, as where the node stood still. none: there is no such node.
std::uint32_t Handovers::waiter(const Hold& hold, std::int64_t from_ns, std::int64_t until_ns) {
  struct Tries {
    std::int64_t covered_ns = 0;
    bool broken = false;
    std::uint32_t last = none;
  };
  std::map<NameId, Tries> by_node;
  const std::int64_t step = step_ns();
  auto ask = std::partition_point(asks_.begin(), asks_.end(), [&](std::uint32_t at) {
    return context_.operation(at).invoked.time_ns < from_ns;
  });
  for (; ask != asks_.end() && budget_ > 0; ++ask, --budget_) {
    const Operation& operation = context_.operation(*ask);
    if (operation.invoked.time_ns > until_ns) break;
    Tries& tries = by_node[context_.invocation(*ask).node];
    tries.broken = tries.broken || operation.outcome == Outcome::failed;
    if (operation.outcome != Outcome::denied) continue;
    if (tries.last == none) tries.covered_ns = from_ns;
    const bool stood_still =
        operation.answered.time_ns - operation.invoked.time_ns > context_.params.round_trip_ns;
    tries.broken =
        tries.broken || stood_still || operation.invoked.time_ns > later(tries.covered_ns, step);
    tries.covered_ns = std::max(tries.covered_ns, operation.answered.time_ns);
    tries.last = *ask;
  }
  by_node.erase(context_.invocation(hold.first).node);
  for (const auto& [node, tries] : by_node) {
    if (tries.broken || tries.last == none) continue;
    if (later(tries.covered_ns, step) >= until_ns) return tries.last;
  }
  return none;
}

void Handovers::report_late(const Hold& hold, const Marks::Mark& crash, std::int64_t from_ns,
                            std::uint32_t last_try, std::uint32_t grant) const {
  context_.findings.violation(id::late_handover, [&] {
    Violation violation = violation_on(
        view_, context_,
        cat(who(context_, last_try), " waited for ", context_.history.text(view_.key),
            " since its holder ", who(context_, hold.first), " (", lease_words(view_, hold.lease),
            ") crashed at ", moment_text(crash.time_ns), ", but nobody was granted it by ",
            moment_text(limit_ns(from_ns)), ", the latest allowed"));
    violation.because.push_back(cat("allowed from ", moment_text(from_ns),
                                    " on: ", ttl_words(context_, view_.leases[hold.lease], true),
                                    "; a retry, its jitter and a ", "round trip take at most ",
                                    to_text(Nanos(step_ns()))));
    add_witness(violation, context_, hold.first);
    add_witness(violation, context_, hold.proof);
    violation.witness.push_back(crash.event);
    add_witness(violation, context_, last_try);
    add_witness(violation, context_, grant);
    return violation;
  });
}

void Handovers::judge_late(const Hold& hold, const Marks::Mark& crash, std::uint32_t grant) {
  if (context_.params.retry_ns == 0) return;
  std::int64_t from_ns = crash.time_ns;
  std::int64_t limit = limit_ns(from_ns);
  auto landing = std::upper_bound(landings_ns_.begin(), landings_ns_.end(), from_ns);
  for (; landing != landings_ns_.end() && *landing <= limit && budget_ > 0; ++landing, --budget_) {
    from_ns = *landing;
    limit = limit_ns(from_ns);
  }
  const std::int64_t observed_ns =
      grant == none ? marks_.final_ns : context_.operation(grant).answered.time_ns;
  if (observed_ns == endless || observed_ns <= limit || first_unknown_ns_ <= limit) return;
  if (is_granted(crash.time_ns, limit)) return;
  const std::uint32_t last_try = waiter(hold, from_ns, limit);
  if (budget_ == 0) {
    context_.findings.unknown(cat("too many crashes of holders of ",
                                  context_.history.text(view_.key), " to judge every handover"));
  } else if (last_try != none) {
    report_late(hold, crash, from_ns, last_try, grant);
  }
}

void Handovers::judge(const Hold& hold, const Marks::Mark& crash) {
  context_.findings.exercised(Property::holder_crash);
  if (!somebody_waits(hold, crash)) return;
  const std::uint32_t grant = next_grant(hold, crash.time_ns);
  if (grant != none) {
    context_.findings.exercised(Property::handover);
    const Nanos took(context_.operation(grant).answered.time_ns - crash.time_ns);
    context_.findings.sample("handover", took, promise());
  }
  judge_late(hold, crash, grant);
}

void Handovers::judge() {
  for (const Hold& hold : view_.holds) {
    const NameId node = context_.invocation(hold.first).node;
    if (node == name::none) continue;
    const auto* const crash = first_crash(marks_, node, hold.start.time_ns);
    if (crash != nullptr && crash->time_ns < hold.end.time_ns) judge(hold, *crash);
  }
}

}  // namespace

void judge_handovers(const LockView& view, const Marks& marks, const Context& context) {
  Handovers(view, marks, context).judge();
}

}  // namespace lockstep::checkers
