// Rule 5: the guarded resource. A fenced sink refuses whoever comes with an older token than it has
// answered. Without a fence, whoever writes must still hold the lock.
//
// Not judged: refusals by the sink; a fenced sink's writes by an older holder before the new one
// showed itself (that is allowed); operations on the sink without an answer.
#include <algorithm>
#include <tuple>

#include "checkers/hold_cover.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// An operation that a sink accepted.
struct Use {
  std::uint32_t operation = 0;
  NameId sink{};
  std::uint64_t token = 0;
  Instant invoked;
  Instant answered;
  std::uint64_t commit_index = 0;
  std::int64_t commit_ns = 0;
  bool has_commit = false;
};

std::string_view verb_of(const Context& context, std::uint32_t at) {
  switch (context.operation(at).kind) {
    case Kind::write: return "write";
    case Kind::read: return "read";
    default: return "raise";
  }
}

std::vector<Use> uses_of(const LockView& view, const Context& context) {
  std::vector<Use> uses;
  for (const std::uint32_t at : view.uses) {
    const Operation& operation = context.operation(at);
    if (operation.outcome != Outcome::done) continue;
    const Event& invocation = context.invocation(at);
    Use use{at, invocation.sink, invocation.token.value, operation.invoked, operation.answered};
    if (invocation.pair != no_event) {
      const Event& completion = context.history.events[invocation.pair.value];
      use.has_commit = completion.has_commit;
      use.commit_index = completion.commit_index;
      use.commit_ns = completion.commit_ns;
    }
    uses.push_back(use);
  }
  return uses;
}

/// The grant that handed out `token`.
std::uint32_t grant_of(const LockView& view, const Context& context, std::uint64_t token) {
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    if (token_of(view, context, i) == token) return view.leases[i].first;
  }
  return none;
}

Violation tell_stale(const LockView& view, const Context& context, const Use& higher,
                     const Use& stale) {
  Violation violation = violation_on(
      view, context,
      cat("the sink of ", context.history.text(view.key), " accepted a ",
          verb_of(context, stale.operation), " of ", who(context, stale.operation), " with token ",
          stale.token, " after it had accepted a ", verb_of(context, higher.operation), " of ",
          who(context, higher.operation), " with token ", higher.token));
  violation.because.push_back(higher.answered < stale.invoked
                                  ? cat("it was sent at ", moment_text(stale.invoked.time_ns),
                                        ", after the higher token had been answered at ",
                                        moment_text(higher.answered.time_ns))
                                  : cat("by the sink's own order: ", higher.commit_index,
                                        " is before ", stale.commit_index));
  violation.tokens = {stale.token, higher.token};
  add_witness(violation, context, grant_of(view, context, stale.token));
  add_witness(violation, context, grant_of(view, context, higher.token));
  add_witness(violation, context, higher.operation);
  add_witness(violation, context, stale.operation);
  return violation;
}

/// Fence of one sink: tokens in real time, and in the order that the sink itself tells.
class Fence {
 public:
  Fence(const LockView& view, const Context& context, std::vector<Use> uses)
      : view_(view), context_(context), uses_(std::move(uses)), is_reported_(uses_.size(), false) {}

  void judge() {
    judge_real_time();
    judge_commits();
  }

 private:
  void judge_real_time();
  void judge_commits();
  void report(std::uint32_t higher, std::uint32_t stale);

  const LockView& view_;
  const Context& context_;
  std::vector<Use> uses_;  // by `invoked`
  std::vector<bool> is_reported_;
};

void Fence::report(std::uint32_t higher, std::uint32_t stale) {
  if (higher == none || uses_[higher].token <= uses_[stale].token || is_reported_[stale]) return;
  is_reported_[stale] = true;
  context_.findings.violation(id::stale_write_accepted, [&] {
    return tell_stale(view_, context_, uses_[higher], uses_[stale]);
  });
}

void Fence::judge_real_time() {
  std::vector<std::uint32_t> answered(uses_.size());
  for (std::uint32_t i = 0; i < answered.size(); ++i) answered[i] = i;
  std::sort(answered.begin(), answered.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(uses_[a].answered, a) < std::tie(uses_[b].answered, b);
  });
  std::uint32_t highest = none;
  auto next = answered.begin();
  for (std::uint32_t i = 0; i < uses_.size(); ++i) {
    for (; next != answered.end() && uses_[*next].answered < uses_[i].invoked; ++next) {
      if (highest == none || uses_[highest].token < uses_[*next].token) highest = *next;
    }
    report(highest, i);
  }
}

void Fence::judge_commits() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < uses_.size(); ++i) {
    if (uses_[i].has_commit) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(uses_[a].commit_index, a) < std::tie(uses_[b].commit_index, b);
  });
  std::uint32_t highest = none;
  for (std::size_t i = 0, same = 0; i < order.size(); ++i) {
    for (; uses_[order[same]].commit_index < uses_[order[i]].commit_index; ++same) {
      if (highest == none || uses_[highest].token < uses_[order[same]].token) {
        highest = order[same];
      }
    }
    report(highest, order[i]);  // those of one index count as concurrent
  }
}

void judge_fences(const LockView& view, const Context& context, std::vector<Use> uses) {
  std::erase_if(uses, [&](const Use& use) {
    if (use.token != 0) return false;
    context.findings.unknown(
        cat("the sink of ", context.history.text(view.key), " is fenced, but operation ",
            context.operation(use.operation).event.value, " presents no token"));
    return true;
  });
  std::sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) {
    return std::tie(a.sink, a.operation) < std::tie(b.sink, b.operation);
  });
  for (auto begin = uses.begin(); begin != uses.end();) {
    const auto end =
        std::find_if(begin, uses.end(), [&](const Use& use) { return use.sink != begin->sink; });
    Fence(view, context, std::vector<Use>(begin, end)).judge();
    begin = end;
  }
}

/// Unfenced: whoever writes must hold the lock.
class Holders {
 public:
  Holders(const LockView& view, const Context& context);

  void judge(const Use& use) const;

 private:
  /// All stays of an acquisition: positions in LockView::leases.
  struct Stays {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  [[nodiscard]] Stays stays_of(LeaseId lease) const;
  [[nodiscard]] bool is_own_hold(Stays stays, Instant from, Instant to) const;
  void report_expired(const Use& use, Stays stays, std::int64_t reach_ns) const;
  void report_foreign(const Use& use, Stays stays, const Hold& other) const;

  const LockView& view_;
  const Context& context_;
  HoldCover cover_;
  std::vector<std::int64_t> reach_ns_;   // by the first stay: the last moment any can be held
  std::vector<std::uint32_t> by_lease_;  // holds by (lease, start)
};

Holders::Holders(const LockView& view, const Context& context)
    : view_(view),
      context_(context),
      cover_(view),
      reach_ns_(view.leases.size(), long_ago.time_ns),
      by_lease_(view.holds.size()) {
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    if (!view.same_id(first, i)) first = i;
    if (view.leases[i].was_asked) {
      reach_ns_[first] = std::max(reach_ns_[first], view.leases[i].reach_ns);
    }
  }
  for (std::uint32_t i = 0; i < by_lease_.size(); ++i) by_lease_[i] = i;
  std::sort(by_lease_.begin(), by_lease_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(view_.holds[a].lease, a) < std::tie(view_.holds[b].lease, b);
  });
}

Holders::Stays Holders::stays_of(LeaseId lease) const {
  const auto [begin, end] =
      std::equal_range(view_.leases.begin(), view_.leases.end(), Lease{.id = lease},
                       [](const Lease& a, const Lease& b) { return a.id < b.id; });
  return {static_cast<std::uint32_t>(begin - view_.leases.begin()),
          static_cast<std::uint32_t>(end - view_.leases.begin())};
}

/// Holds of one acquisition follow each other, so only the last that began before can matter.
bool Holders::is_own_hold(Stays stays, Instant from, Instant to) const {
  const auto begun =
      std::partition_point(by_lease_.begin(), by_lease_.end(), [&](std::uint32_t hold) {
        const Hold& h = view_.holds[hold];
        return h.lease < stays.begin || (h.lease < stays.end && h.start < from);
      });
  if (begun == by_lease_.begin()) return false;
  const Hold& last = view_.holds[*(begun - 1)];
  return last.lease >= stays.begin && to < last.end;
}

void Holders::report_expired(const Use& use, Stays stays, std::int64_t reach_ns) const {
  context_.findings.violation(id::use_after_expiry, [&] {
    const std::string when =
        stays.begin == stays.end || reach_ns == long_ago.time_ns
            ? std::string("which was never granted")
            : cat("which was over at ", moment_text(reach_ns), " at the latest");
    Violation violation = violation_on(
        view_, context_,
        cat("the sink of ", context_.history.text(view_.key), " accepted a ",
            verb_of(context_, use.operation), " of ", who(context_, use.operation), " at ",
            moment_text(use.has_commit ? use.commit_ns : use.invoked.time_ns), " with lease ",
            context_.operation(use.operation).lease.value, ", ", when));
    for (std::uint32_t i = stays.begin; i < stays.end && violation.witness.size() < 4; ++i) {
      add_witness(violation, context_, view_.leases[i].first);
    }
    if (stays.begin != stays.end && view_.leases[stays.begin].first != none) {
      violation.because.push_back(ttl_words(context_, view_.leases[stays.begin], true));
    }
    violation.tokens.push_back(use.token);
    add_witness(violation, context_, use.operation);
    return violation;
  });
}

void Holders::report_foreign(const Use& use, Stays stays, const Hold& other) const {
  context_.findings.violation(id::use_after_expiry, [&] {
    Violation violation = violation_on(
        view_, context_,
        cat("the sink of ", context_.history.text(view_.key), " accepted a ",
            verb_of(context_, use.operation), " of ", who(context_, use.operation), " (lease ",
            context_.operation(use.operation).lease.value, ") at ",
            moment_text(use.has_commit ? use.commit_ns : use.invoked.time_ns), ", while ",
            who(context_, other.first), " held the lock with ", lease_words(view_, other.lease)));
    violation.because.push_back(hold_words(view_, context_, other));
    violation.stretches.push_back(stretch_of(view_, context_, other));
    violation.tokens = {use.token, token_of(view_, context_, other.lease)};
    if (stays.begin != stays.end) {
      add_witness(violation, context_, view_.leases[stays.begin].first);
    }
    add_witness(violation, context_, other.first);
    add_witness(violation, context_, other.proof);
    add_witness(violation, context_, use.operation);
    return violation;
  });
}

void Holders::judge(const Use& use) const {
  const Operation& operation = context_.operation(use.operation);
  if (operation.lease.value == 0) {
    context_.findings.unknown(cat("operation ", operation.event.value, " on the sink of ",
                                  context_.history.text(view_.key), " names no lease"));
    return;
  }
  const Stays stays = stays_of(operation.lease);
  const bool is_known = stays.begin != stays.end;
  const std::int64_t reach_ns = is_known ? reach_ns_[stays.begin] : long_ago.time_ns;
  const std::int64_t earliest_ns =
      use.has_commit ? std::max(use.commit_ns, use.invoked.time_ns) : use.invoked.time_ns;
  if (earliest_ns > reach_ns) return report_expired(use, stays, reach_ns);
  const bool by_commit = use.has_commit && use.commit_ns >= use.invoked.time_ns &&
                         use.commit_ns <= use.answered.time_ns;
  const Instant from = by_commit ? Instant{use.commit_ns, -1} : use.invoked;
  const Instant to = by_commit ? Instant{use.commit_ns, endless} : use.answered;
  const std::uint32_t other = is_known ? cover_.covering(stays.begin, from, to) : none;
  if (other == none) return;
  if (view_.is_doubled[view_.holds[other].lease] && is_own_hold(stays, from, to)) return;
  report_foreign(use, stays, view_.holds[other]);
}

}  // namespace

void judge_uses(const LockView& view, const Context& context) {
  std::vector<Use> uses = uses_of(view, context);
  if (context.params.fenced) return judge_fences(view, context, std::move(uses));
  const Holders holders(view, context);
  for (const Use& use : uses) holders.judge(use);
}

}  // namespace lockstep::checkers
