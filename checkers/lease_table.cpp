#include "checkers/lease_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "checkers/lease_stays.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t million = 1'000'000;

std::int64_t saturated(__int128 value) {
  return value > endless ? endless : static_cast<std::int64_t>(value);
}

/// An owner's later acquisition replaces those before: from its invocation on, they may be over.
/// Which is later is told by when each was asked for first.
void find_replacements(LockView& view) {
  struct Asked {
    OwnerId owner{};
    Instant first;
    LeaseId id{};
    std::uint32_t lease = 0;
  };
  std::vector<Asked> asked;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) {
    const Lease& lease = view.leases[i];
    if (lease.owner.value != 0) asked.push_back({lease.owner, lease.asked_first, lease.id, i});
  }
  std::sort(asked.begin(), asked.end(), [](const Asked& a, const Asked& b) {
    return std::tie(a.owner, a.first, a.id, a.lease) < std::tie(b.owner, b.first, b.id, b.lease);
  });
  Instant replaced = never_at;  // by an id behind
  Instant own = never_at;       // first invocation among the stays of the id at hand
  for (std::size_t i = asked.size(); i > 0; --i) {
    const Asked& mine = asked[i - 1];
    const bool has_behind = i < asked.size() && asked[i].owner == mine.owner;
    if (!has_behind) replaced = never_at;
    if (has_behind && asked[i].id != mine.id) replaced = std::min(replaced, own);
    if (!has_behind || asked[i].id != mine.id) own = never_at;
    Lease& lease = view.leases[mine.lease];
    if (lease.was_asked) own = std::min(own, lease.possible_from);
    lease.unknown_release = std::min(lease.unknown_release, replaced);
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
    std::uint32_t end = begin;
    while (end < size && id_at(end) == id_at(begin)) ++end;
    add_stays(view, context, begin, end);
    begin = end;
  }
  find_replacements(view);
}

}  // namespace lockstep::checkers
