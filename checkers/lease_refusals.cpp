// Rule 3, for a store with one commit point: an acquire is refused only while somebody else may
// hold the lock. A lease is possible from its invocation until the last moment that its chain
// reaches; an acquire without an answer is possible for ever.
//
// Not judged: whether a refusal that a possible hold excuses was right. Redlock: split votes refuse
// though nobody holds.
#include <algorithm>
#include <tuple>

#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Who a refusal is told from: the owner, or, where none is recorded, the acquisition itself.
struct Identity {
  bool is_owner = false;
  std::uint64_t number = 0;
  bool operator==(const Identity&) const = default;
};

Identity identity_of(OwnerId owner, LeaseId lease) {
  return owner.value != 0 ? Identity{true, owner.value} : Identity{false, lease.value};
}

/// A span in which a lease may have been held.
struct Possible {
  Instant from;
  std::int64_t to_ns = endless;
  std::uint32_t lease = 0;
  Identity identity;
};

std::int64_t possible_end(const Lease& lease, const Context& context) {
  if (lease.may_return || !lease.judged || lease.first == none) return endless;
  std::int64_t end = std::min(lease.reach_ns, lease.ok_release_answered.time_ns);
  if (lease.denial != none) {
    end = std::min(end, context.operation(lease.denial).answered.time_ns);
  }
  return end;
}

class Refusals {
 public:
  Refusals(const LockView& view, const Context& context);

  void judge(std::uint32_t at) const;

 private:
  /// The span that ends last, and the one of another identity that does.
  struct Best {
    std::uint32_t first = none;
    std::uint32_t second = none;
  };
  struct Asked {
    OwnerId owner{};
    Instant first;
    LeaseId lease{};
    Instant possible_from;
  };
  static constexpr int looked_at_max = 64;

  [[nodiscard]] Best with(Best best, std::uint32_t possible) const;
  /// Whether the caller asked for another lease after it first asked for the one that was refused:
  /// a store refuses what was overtaken.
  [[nodiscard]] bool is_overtaken(const Operation& refusal) const;
  [[nodiscard]] Violation tell(std::uint32_t at, std::uint32_t own) const;

  const LockView& view_;
  const Context& context_;
  std::vector<Possible> possible_;  // by from
  std::vector<Best> best_;          // of those up to and with each
  std::vector<Asked> asked_;        // by (owner, first)
};

Refusals::Refusals(const LockView& view, const Context& context) : view_(view), context_(context) {
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    const Lease& lease = view.leases[i];
    if (!lease.was_asked) continue;
    possible_.push_back(
        {lease.possible_from, possible_end(lease, context), i, identity_of(lease.owner, lease.id)});
    if (lease.owner.value != 0) {
      asked_.push_back({lease.owner, lease.asked_first, lease.id, lease.possible_from});
    }
  }
  std::sort(possible_.begin(), possible_.end(), [](const Possible& a, const Possible& b) {
    return a.from != b.from ? a.from < b.from : a.lease < b.lease;
  });
  std::sort(asked_.begin(), asked_.end(), [](const Asked& a, const Asked& b) {
    return std::tie(a.owner, a.first, a.lease) < std::tie(b.owner, b.first, b.lease);
  });
  Best best;
  for (std::uint32_t i = 0; i < possible_.size(); ++i) best_.push_back(best = with(best, i));
}

Refusals::Best Refusals::with(Best best, std::uint32_t possible) const {
  const auto longer_than = [&](std::uint32_t a) {
    return a == none || possible_[a].to_ns < possible_[possible].to_ns;
  };
  if (best.first == none || possible_[best.first].identity == possible_[possible].identity) {
    if (longer_than(best.first)) best.first = possible;
  } else if (longer_than(best.first)) {
    best = {possible, best.first};
  } else if (longer_than(best.second)) {
    best.second = possible;
  }
  return best;
}

bool Refusals::is_overtaken(const Operation& refusal) const {
  if (refusal.owner.value == 0 || refusal.lease.value == 0) return false;
  const auto same =
      std::partition_point(view_.leases.begin(), view_.leases.end(),
                           [&](const Lease& lease) { return lease.id < refusal.lease; });
  const Instant asked = same->asked_first;
  auto next = std::partition_point(asked_.begin(), asked_.end(), [&](const Asked& other) {
    return std::tie(other.owner, other.first) < std::tie(refusal.owner, asked);
  });
  const auto is_relevant = [&] {
    return next != asked_.end() && next->owner == refusal.owner && next->first <= refusal.answered;
  };
  // Stays of the same lease do not count; where there are many, the refusal is excused.
  for (int looked_at = 0; is_relevant() && looked_at < looked_at_max; ++looked_at, ++next) {
    if (next->lease != refusal.lease && next->possible_from <= refusal.answered) return true;
  }
  return is_relevant();
}

Violation Refusals::tell(std::uint32_t at, std::uint32_t own) const {
  const Operation& refusal = context_.operation(at);
  std::string sentence =
      cat(who(context_, at), " was refused ", context_.history.text(view_.key), " at ",
          moment_text(refusal.answered.time_ns), " (lease ", refusal.lease.value, "), ");
  Violation violation = violation_on(view_, context_, "");
  if (own == none) {
    sentence += "though nobody can have held it";
  } else {
    const std::uint32_t lease = possible_[own].lease;
    sentence += cat("though nobody but itself can have held it, with ", lease_words(view_, lease));
    add_witness(violation, context_, view_.by_lease[view_.leases[lease].begin]);
    add_witness(violation, context_, view_.leases[lease].first);
    violation.tokens.push_back(token_of(view_, context_, lease));
  }
  violation.sentence = std::move(sentence);
  add_witness(violation, context_, at);
  return violation;
}

void Refusals::judge(std::uint32_t at) const {
  const Operation& refusal = context_.operation(at);
  const auto begun = std::partition_point(
      possible_.begin(), possible_.end(),
      [&](const Possible& possible) { return possible.from <= refusal.answered; });
  Best best;
  if (begun != possible_.begin())
    best = best_[static_cast<std::size_t>(begun - possible_.begin()) - 1];
  const auto overlaps = [&](std::uint32_t possible) {
    return possible != none && possible_[possible].to_ns >= refusal.invoked.time_ns;
  };
  const Identity caller = identity_of(refusal.owner, refusal.lease);
  const bool first_is_own = best.first != none && possible_[best.first].identity == caller;
  if (overlaps(first_is_own ? best.second : best.first)) return;
  if (first_is_own && overlaps(best.first)) {
    if (is_overtaken(refusal)) return;
    context_.findings.violation(id::refused_own, [&] { return tell(at, best.first); });
  } else {
    context_.findings.warning(id::spurious_refusal, [&] { return tell(at, none); });
  }
}

}  // namespace

void judge_refusals(const LockView& view, const Context& context) {
  if (!context.params.single_copy || view.is_nameless) return;
  const Refusals refusals(view, context);
  for (const std::uint32_t at : view.operations) {
    const Operation& operation = context.operation(at);
    if (operation.kind == Kind::acquire && operation.outcome == Outcome::denied) {
      refusals.judge(at);
    }
  }
}

}  // namespace lockstep::checkers
