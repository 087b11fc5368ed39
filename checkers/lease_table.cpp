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
void find_replacements(std::vector<LeaseGroup>& groups) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    if (groups[i].owner.value != 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(groups[a].owner, groups[a].asked_first, a) <
           std::tie(groups[b].owner, groups[b].asked_first, b);
  });
  for (std::size_t i = order.size(); i > 1; --i) {
    const LeaseGroup& later = groups[order[i - 1]];
    LeaseGroup& mine = groups[order[i - 2]];
    if (later.owner == mine.owner) mine.replaced = std::min(later.replaced, later.possible_from);
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
  std::vector<LeaseGroup> groups;
  while (begin < size) {
    std::uint32_t end = begin;
    while (end < size && id_at(end) == id_at(begin)) ++end;
    groups.push_back(group_of(view, context, begin, end));
    begin = end;
  }
  find_replacements(groups);
  for (const LeaseGroup& group : groups) add_stays(view, context, group);
}

}  // namespace lockstep::checkers
