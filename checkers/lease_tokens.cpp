// Rule 4: fencing tokens are unique, and grow with the order of grants: in real time (answered
// before the other was asked for) and in the order of certain holds. A grant never arrives expired.
#include <algorithm>
#include <tuple>

#include "checkers/lease_lock.hpp"
#include "checkers/lease_rules.hpp"
#include "checkers/lease_words.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// A grant that was answered with a token.
struct Grant {
  std::uint32_t operation = 0;
  std::uint32_t lease = 0;
  std::uint64_t token = 0;
  Instant invoked;
  Instant answered;
};

std::vector<Grant> grants_of(const LockView& view, const Context& context) {
  std::vector<Grant> grants;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    const std::uint32_t first = view.leases[i].first;
    if (first == none) continue;
    const Operation& operation = context.operation(first);
    if (operation.kind != Kind::acquire || operation.token.value == 0) continue;
    grants.push_back({first, i, operation.token.value, operation.invoked, operation.answered});
  }
  return grants;
}

std::string granted_words(const LockView& view, const Context& context, const Grant& grant) {
  return cat(lease_words(view, grant.lease), " of ", who(context, grant.operation), " (",
             number_words(context, grant.operation), ")");
}

Violation tell_reused(const LockView& view, const Context& context, const Grant& a,
                      const Grant& b) {
  Violation violation =
      violation_on(view, context,
                   cat("fencing token ", a.token, " of ", context.history.text(view.key),
                       " was given out twice: to ", granted_words(view, context, a), " and to ",
                       granted_words(view, context, b), "; a sink cannot tell them apart"));
  violation.tokens = {a.token};
  add_witness(violation, context, a.operation);
  add_witness(violation, context, b.operation);
  return violation;
}

void judge_unique(const LockView& view, const Context& context, std::vector<Grant>& grants) {
  std::sort(grants.begin(), grants.end(), [](const Grant& a, const Grant& b) {
    return std::tie(a.token, a.operation) < std::tie(b.token, b.operation);
  });
  for (std::size_t i = 1; i < grants.size(); ++i) {
    const Grant& a = grants[i - 1];
    const Grant& b = grants[i];
    if (a.token != b.token || view.same_id(a.lease, b.lease)) continue;
    context.findings.violation(id::token_reused, [&] { return tell_reused(view, context, a, b); });
  }
}

Violation tell_back(const LockView& view, const Context& context, const Grant& before,
                    const Grant& after) {
  const bool real_time = before.answered < after.invoked;
  Violation violation = violation_on(
      view, context,
      cat("fencing tokens of ", context.history.text(view.key),
          " went back: ", granted_words(view, context, after), " got token ", after.token,
          " after ", granted_words(view, context, before), " had got ", before.token,
          "; a sink that saw ", before.token, " refuses the new holder"));
  violation.because.push_back(
      real_time
          ? cat("the later grant was asked for at ", moment_text(after.invoked.time_ns),
                ", after the earlier had been answered at ", moment_text(before.answered.time_ns))
          : "the hold of the one ended before that of the other began");
  violation.tokens = {before.token, after.token};
  add_witness(violation, context, before.operation);
  add_witness(violation, context, after.operation);
  return violation;
}

/// A grant and the moment from which it is certainly before, or after, others.
struct Edge {
  Instant at;
  std::uint32_t grant = 0;
};

/// Sweeps over moments: whatever became certain to be before has a token no greater. Reports each
/// later grant once.
void sweep(const LockView& view, const Context& context, const std::vector<Grant>& grants,
           std::vector<Edge> befores, std::vector<Edge> afters, bool strictly,
           std::vector<bool>& is_reported) {
  const auto by_time = [](const Edge& a, const Edge& b) {
    return a.at != b.at ? a.at < b.at : a.grant < b.grant;
  };
  std::sort(befores.begin(), befores.end(), by_time);
  std::sort(afters.begin(), afters.end(), by_time);
  std::uint32_t highest = none;
  std::size_t next = 0;
  for (const Edge& after : afters) {
    for (; next < befores.size(); ++next) {
      const bool is_before = strictly ? befores[next].at < after.at : befores[next].at <= after.at;
      if (!is_before) break;
      const std::uint32_t candidate = befores[next].grant;
      if (highest == none || grants[highest].token < grants[candidate].token) highest = candidate;
    }
    if (highest == none || grants[highest].token <= grants[after.grant].token) continue;
    if (is_reported[after.grant]) continue;
    is_reported[after.grant] = true;
    context.findings.violation(id::token_went_back, [&] {
      return tell_back(view, context, grants[highest], grants[after.grant]);
    });
  }
}

void judge_order(const LockView& view, const Context& context, const std::vector<Grant>& grants) {
  std::vector<bool> is_reported(grants.size(), false);
  std::vector<Edge> befores;
  std::vector<Edge> afters;
  for (std::uint32_t i = 0; i < grants.size(); ++i) {
    befores.push_back({grants[i].answered, i});
    afters.push_back({grants[i].invoked, i});
  }
  sweep(view, context, grants, befores, afters, true, is_reported);
  std::vector<std::uint32_t> by_lease(view.leases.size(), none);
  for (std::uint32_t i = 0; i < grants.size(); ++i) by_lease[grants[i].lease] = i;
  befores.clear();
  afters.clear();
  for (const Hold& hold : view.holds) {
    const std::uint32_t grant = by_lease[hold.lease];
    if (grant == none || hold.first != grants[grant].operation) continue;
    befores.push_back({hold.end, grant});
    afters.push_back({hold.start, grant});
  }
  sweep(view, context, grants, befores, afters, false, is_reported);
}

Violation tell_expired(const LockView& view, const Context& context, std::uint32_t at,
                       const Lease& lease) {
  const Operation& grant = context.operation(at);
  const std::int64_t took = grant.answered.time_ns - grant.invoked.time_ns;
  Violation violation = violation_on(
      view, context,
      cat(who(context, at), " was told at ", moment_text(grant.answered.time_ns), " that it holds ",
          context.history.text(view.key), " (lease ", grant.lease.value, "), ", length_text(took),
          " after it had asked: the grant had expired by then"));
  violation.because.push_back(ttl_words(context, lease, true));
  violation.tokens.push_back(grant.token.value);
  add_witness(violation, context, at);
  return violation;
}

void judge_expired(const LockView& view, const Context& context) {
  for (const Lease& lease : view.leases) {
    if (lease.first == none || !lease.judged) continue;
    for (std::uint32_t i = lease.begin; i < lease.end; ++i) {
      const Operation& operation = context.operation(view.by_lease[i]);
      if (operation.kind != Kind::acquire || operation.outcome != Outcome::done) continue;
      const std::int64_t latest = later(operation.invoked.time_ns, lease.bounds.most_ns);
      if (operation.resolved || operation.answered.time_ns <= latest) continue;
      context.findings.violation(id::granted_expired, [&] {
        return tell_expired(view, context, view.by_lease[i], lease);
      });
    }
  }
}

}  // namespace

void judge_tokens(const LockView& view, const Context& context) {
  judge_expired(view, context);
  std::vector<Grant> grants = grants_of(view, context);
  judge_unique(view, context, grants);
  judge_order(view, context, grants);
}

}  // namespace lockstep::checkers
