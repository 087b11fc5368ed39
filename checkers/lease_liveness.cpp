// The first half of rule 7: after the heal, a free lock with somebody waiting is granted.
//
// Every lease is over T+ after the last grant or renewal; a waiter tries again within the retry
// interval and is answered within the bound. An operation whose answer is missing is taken to have
// landed, if at all, when its client gave up, or when the faults were healed: a judge who knows
// better (the oracle) says so.
#include <algorithm>
#include <tuple>

#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

/// Somebody who asks for the lock and is not granted it.
struct Contender {
  std::int64_t from_ns = 0;
  std::int64_t until_ns = 0;
  std::uint32_t operation = none;
};

class Stuck {
 public:
  Stuck(const LockView& view, const Marks& marks, const Context& context)
      : view_(view), marks_(marks), context_(context) {}

  void judge();

 private:
  void gather();
  void gather(std::uint32_t at);
  /// A contender that waits from when the lock must be free until it must have been granted. Asked
  /// in the order of time.
  [[nodiscard]] Contender waiting(std::int64_t since_ns);
  [[nodiscard]] bool check(std::int64_t until_ns);
  void report(const Contender& contender) const;

  const LockView& view_;
  const Marks& marks_;
  const Context& context_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> progress_;  // in time
  std::vector<Contender> contenders_;                             // by from
  std::size_t next_contender_ = 0;
  Contender longest_;          // of those before next_contender_
  std::int64_t since_ns_ = 0;  // the last progress, or the heal
  std::uint32_t last_ = none;  // what it was
};

void Stuck::gather(std::uint32_t at) {
  const Operation& operation = context_.operation(at);
  const std::int64_t invoked_ns = context_.invocation(at).time_ns;
  const std::int64_t completed = completed_ns(context_, at);
  const auto* const crash = first_crash(marks_, context_.invocation(at).node, invoked_ns);
  const bool died = completed == endless && crash != nullptr;
  const std::int64_t until_ns = died ? crash->time_ns : completed;
  if (operation.outcome == Outcome::done) {
    progress_.emplace_back(operation.answered.time_ns, at);
  } else if (operation.outcome == Outcome::unknown && until_ns != endless) {
    progress_.emplace_back(std::max(until_ns, marks_.heal_ns), at);
  }
  if (operation.kind == Kind::acquire && !was_told_done(operation)) {
    contenders_.push_back({invoked_ns, until_ns, at});
  }
}

void Stuck::gather() {
  for (const std::uint32_t at : view_.operations) {
    if (context_.operation(at).kind != Kind::release) gather(at);
  }
  std::sort(progress_.begin(), progress_.end());
  std::sort(contenders_.begin(), contenders_.end(), [](const Contender& a, const Contender& b) {
    return std::tie(a.from_ns, a.operation) < std::tie(b.from_ns, b.operation);
  });
}

Contender Stuck::waiting(std::int64_t since_ns) {
  const std::int64_t free_ns = later(since_ns, view_.most_ns);
  const std::int64_t latest_ns = later(free_ns, context_.params.retry_ns);
  for (; next_contender_ < contenders_.size(); ++next_contender_) {
    const Contender& contender = contenders_[next_contender_];
    if (contender.from_ns > latest_ns) break;
    if (longest_.operation == none || longest_.until_ns < contender.until_ns) longest_ = contender;
  }
  return longest_.operation != none && longest_.until_ns >= free_ns ? longest_ : Contender{};
}

void Stuck::report(const Contender& contender) const {
  context_.findings.violation(id::stuck, [&] {
    const Params& params = context_.params;
    const std::int64_t free_ns = later(since_ns_, view_.most_ns);
    const std::int64_t due_ns = later(later(free_ns, params.retry_ns), params.bound_ns);
    Violation violation = violation_on(
        view_, context_,
        cat(context_.history.text(view_.key), " was free by ", moment_text(free_ns), " and ",
            who(context_, contender.operation), " wanted it, but nobody was granted it by ",
            moment_text(due_ns), ", with all faults healed at ", moment_text(marks_.heal_ns)));
    violation.because.push_back(cat("nothing was granted or renewed after ", moment_text(since_ns_),
                                    "; any lease is over ", to_text(Nanos(view_.most_ns)),
                                    " later; then a retry within ", to_text(Nanos(params.retry_ns)),
                                    " and an answer within ", to_text(Nanos(params.bound_ns))));
    violation.witness.push_back(marks_.heal);
    add_witness(violation, context_, last_);
    add_witness(violation, context_, contender.operation);
    return violation;
  });
}

/// Judges the time from the last progress to `until_ns`. True: stuck, and said so.
bool Stuck::check(std::int64_t until_ns) {
  const std::int64_t allowed =
      later(later(view_.most_ns, context_.params.retry_ns), context_.params.bound_ns);
  if (until_ns <= later(since_ns_, allowed)) return false;
  const Contender contender = waiting(since_ns_);
  if (contender.operation != none) report(contender);
  return contender.operation != none;
}

void Stuck::judge() {
  gather();
  since_ns_ = marks_.heal_ns;
  for (const auto& [time_ns, at] : progress_) {
    if (time_ns <= since_ns_) continue;
    if (check(std::min(time_ns, marks_.final_ns))) return;
    since_ns_ = time_ns;
    last_ = at;
    const Operation& operation = context_.operation(at);
    if (operation.kind == Kind::acquire && was_told_done(operation)) {
      context_.findings.exercised(Property::liveness);
    }
  }
  static_cast<void>(check(marks_.final_ns));
}

}  // namespace

void judge_liveness(const LockView& view, const Marks& marks, const Context& context) {
  const bool is_judged =
      marks.heal_ns != endless && marks.final_ns != endless && context.params.bound_ns != 0;
  if (is_judged && view.most_ns > 0) Stuck(view, marks, context).judge();
}

}  // namespace lockstep::checkers
