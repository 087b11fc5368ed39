#include "checkers/lease_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t million = 1'000'000;

std::int64_t saturated(__int128 value) {
  return value > endless ? endless : static_cast<std::int64_t>(value);
}

/// Builds the leases of one id, from its operations in the order of their invocations.
class LeaseBuilder {
 public:
  LeaseBuilder(LockView& view, const Context& context, std::uint32_t begin)
      : view_(view), context_(context) {
    const Operation& first = context.operation(view.by_lease[begin]);
    lease_.id = first.lease;
    lease_.owner = first.owner;
    lease_.begin = begin;
  }

  /// Takes the operation at `position` of by_lease.
  void take(std::uint32_t position);
  void finish(std::uint32_t end);

 private:
  void acquire(std::uint32_t at, const Operation& operation);
  void renew(std::uint32_t at, const Operation& operation);
  void release(std::uint32_t at, const Operation& operation);
  void prove(std::uint32_t at, const Operation& operation);
  void deny(std::uint32_t at, const Operation& operation);
  void use_ttl(std::uint32_t at);
  void start_anew(std::uint32_t position, const Operation& operation);
  [[nodiscard]] bool is_same_stay(const Operation& operation) const;

  LockView& view_;
  const Context& context_;
  Lease lease_;
  std::uint32_t position_ = 0;
  std::int64_t ttl_ns_ = 0;             // of all its operations
  std::int64_t certain_until_ns_ = 0;   // of the stay so far; meaningless before `first`
  FencingToken token_{};                // of its grant, as far as known
  Instant unknown_acquire_ = never_at;  // of all stays of this id
  std::uint32_t stays_ = 0;
};

void LeaseBuilder::use_ttl(std::uint32_t at) {
  const std::int64_t own = context_.invocation(at).ttl_ns;
  const std::int64_t ttl_ns = own != 0 ? own : context_.params.ttl_ns;
  const std::string name = cat("lease ", lease_.id.value, " of ", context_.history.text(view_.key));
  if (ttl_ns == 0) {
    lease_.judged = false;
    context_.findings.unknown(cat(name, " has no ttl"));
  } else if (ttl_ns_ != 0 && ttl_ns != ttl_ns_) {
    lease_.judged = false;
    context_.findings.unknown(cat("the ttl of ", name, " varies: ", to_text(Nanos(ttl_ns_)),
                                  " and ", to_text(Nanos(ttl_ns))));
  }
  if (ttl_ns_ == 0 && ttl_ns != 0) {
    ttl_ns_ = ttl_ns;
    lease_.bounds = bounds_of(ttl_ns, context_.params);
    view_.most_ns = std::max(view_.most_ns, lease_.bounds.most_ns);
  }
}

void LeaseBuilder::prove(std::uint32_t at, const Operation& operation) {
  if (lease_.first == none) lease_.first = at;
  const std::int64_t until = later(operation.invoked.time_ns, lease_.bounds.least_ns);
  certain_until_ns_ = lease_.first == at ? until : std::max(certain_until_ns_, until);
}

bool LeaseBuilder::is_same_stay(const Operation& operation) const {
  if (operation.token.value != 0 && token_.value != 0) return operation.token == token_;
  return operation.answered.time_ns <= certain_until_ns_;
}

void LeaseBuilder::start_anew(std::uint32_t position, const Operation& operation) {
  lease_.unknown_release = std::min(lease_.unknown_release, operation.invoked);
  Lease next;
  next.id = lease_.id;
  next.owner = operation.owner;
  next.judged = lease_.judged;
  next.bounds = lease_.bounds;
  next.begin = position;
  finish(position);
  lease_ = next;
  token_ = {};
}

void LeaseBuilder::acquire(std::uint32_t at, const Operation& operation) {
  const bool done = operation.outcome == Outcome::done;
  if (!done && operation.outcome != Outcome::unknown) return;
  if (!done) unknown_acquire_ = std::min(unknown_acquire_, operation.invoked);
  if (done && lease_.first != none && !is_same_stay(operation)) start_anew(position_, operation);
  use_ttl(at);
  lease_.was_asked = true;
  lease_.possible_from = std::min(lease_.possible_from, operation.invoked);
  if (!done) return;
  prove(at, operation);
  if (token_.value == 0) token_ = operation.token;
}

void LeaseBuilder::renew(std::uint32_t at, const Operation& operation) {
  if (operation.outcome == Outcome::denied) return deny(at, operation);
  if (operation.outcome == Outcome::failed) return;
  use_ttl(at);
  const bool granted = lease_.was_asked || stays_ > 0;
  if (operation.outcome == Outcome::done && granted) prove(at, operation);
}

void LeaseBuilder::release(std::uint32_t at, const Operation& operation) {
  switch (operation.outcome) {
    case Outcome::done:
      if (lease_.ok_release == none) lease_.ok_release = at;
      lease_.ok_release_answered = std::min(lease_.ok_release_answered, operation.answered);
      break;
    case Outcome::denied:
      lease_.denied_release = std::min(lease_.denied_release, operation.invoked);
      deny(at, operation);
      break;
    case Outcome::unknown:
      lease_.unknown_release = std::min(lease_.unknown_release, operation.invoked);
      break;
    case Outcome::failed: break;
  }
}

void LeaseBuilder::deny(std::uint32_t at, const Operation& operation) {
  if (lease_.denial != none && context_.operation(lease_.denial).answered <= operation.answered) {
    return;
  }
  lease_.denial = at;
}

void LeaseBuilder::take(std::uint32_t position) {
  position_ = position;
  const std::uint32_t at = view_.by_lease[position];
  const Operation& operation = context_.operation(at);
  if (operation.kind == Kind::acquire) {
    acquire(at, operation);
  } else if (operation.kind == Kind::renew) {
    renew(at, operation);
  } else {
    release(at, operation);
  }
}

void LeaseBuilder::finish(std::uint32_t end) {
  lease_.end = end;
  lease_.unknown_acquire = unknown_acquire_;
  view_.leases.push_back(lease_);
  ++stays_;
}

/// An owner's next acquisition replaces the one before: from its invocation on, the lease before
/// may be over. Applies to identities that take leases one after the other.
void find_replacements(LockView& view) {
  struct Asked {
    OwnerId owner{};
    Instant invoked;
    std::uint32_t lease = 0;
  };
  std::vector<Asked> asked;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    const Lease& lease = view.leases[i];
    if (lease.owner.value != 0 && lease.was_asked) {
      asked.push_back({lease.owner, lease.possible_from, i});
    }
  }
  std::sort(asked.begin(), asked.end(), [](const Asked& a, const Asked& b) {
    return std::tie(a.owner, a.invoked, a.lease) < std::tie(b.owner, b.invoked, b.lease);
  });
  for (std::size_t i = 0; i + 1 < asked.size(); ++i) {
    if (asked[i].owner != asked[i + 1].owner) continue;
    Lease& lease = view.leases[asked[i].lease];
    lease.unknown_release = std::min(lease.unknown_release, asked[i + 1].invoked);
  }
}

void report_nameless(LockView& view, const Context& context, std::uint32_t at) {
  const Operation& operation = context.operation(at);
  if (operation.outcome == Outcome::failed) return;
  if (operation.kind == Kind::acquire && operation.outcome == Outcome::denied) return;
  view.is_nameless = true;
  context.findings.unknown(cat("operation ", operation.event.value, " on ",
                               context.history.text(view.key), " names no lease"));
}

/// Fills by_lease. Sorts pairs, not positions: what is compared lies together.
void sort_by_lease(LockView& view, const Context& context) {
  std::vector<std::pair<LeaseId, std::uint32_t>> all;
  all.reserve(view.operations.size());
  for (const std::uint32_t at : view.operations) all.emplace_back(context.operation(at).lease, at);
  std::sort(all.begin(), all.end());
  view.by_lease.clear();
  for (const auto& [lease, at] : all) view.by_lease.push_back(at);
}

}  // namespace

Bounds bounds_of(std::int64_t ttl_ns, const Params& params) {
  const __int128 ttl = ttl_ns;
  const __int128 low = ttl * (million - params.drift_ppm) / million - params.eps_ns;
  const __int128 high =
      (ttl * (million + params.drift_ppm) + million - 1) / million + params.eps_ns;
  return {static_cast<std::int64_t>(low), saturated(high)};
}

Instant Lease::may_be_released(const Context& context) const {
  if (ok_release == none) return unknown_release;
  return std::min(unknown_release, context.operation(ok_release).invoked);
}

void build_leases(LockView& view, const Context& context) {
  sort_by_lease(view, context);
  const auto size = static_cast<std::uint32_t>(view.by_lease.size());
  const auto id_at = [&](std::uint32_t i) { return context.operation(view.by_lease[i]).lease; };
  std::uint32_t begin = 0;
  for (; begin < size && id_at(begin).value == 0; ++begin) {
    report_nameless(view, context, view.by_lease[begin]);
  }
  while (begin < size) {
    LeaseBuilder builder(view, context, begin);
    std::uint32_t end = begin;
    for (; end < size && id_at(end) == id_at(begin); ++end) builder.take(end);
    builder.finish(end);
    begin = end;
  }
  find_replacements(view);
}

}  // namespace lockstep::checkers
