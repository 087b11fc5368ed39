#include "checkers/lease_windows.hpp"

#include <algorithm>
#include <tuple>

#include "checkers/lease_rules.hpp"
#include "checkers/lock_keys.hpp"

namespace lockstep::checkers {
namespace {

/// The operation that tells most of a stay: its proof, else its first acquire without an answer.
std::uint32_t telling(const LockView& view, const Context& context, const Lease& lease) {
  if (lease.first != none) return lease.first;
  for (std::uint32_t i = lease.begin; i < lease.end; ++i) {
    const Operation& operation = context.operation(view.by_lease[i]);
    const bool may_have = operation.outcome == Outcome::unknown;
    if (operation.kind == Kind::acquire && may_have) return view.by_lease[i];
  }
  return none;
}

std::int64_t latest_end(const Lease& lease) {
  return std::min(lease.reach_ns, lease.ok_release_answered.time_ns);
}

LeaseWindow window_of(const LockView& view, const Context& context, const Lease& lease,
                      std::uint32_t proof) {
  LeaseWindow window;
  window.key = view.key;
  window.node = context.invocation(proof).node;
  window.lease = lease.id;
  if (context.operation(proof).kind == Kind::acquire) window.token = context.operation(proof).token;
  window.proof = context.operation(proof).event;
  window.possible_from_ns = std::min(lease.possible_from, context.operation(proof).invoked).time_ns;
  window.possible_to_ns = std::max(latest_end(lease), window.possible_from_ns);
  return window;
}

/// A window for each certain hold, and one for each stay that has none.
void add_windows(const LockView& view, const Context& context, std::vector<LeaseWindow>& windows) {
  std::vector<bool> has_hold(view.leases.size());
  for (const Hold& hold : view.holds) {
    const Lease& lease = view.leases[hold.lease];
    LeaseWindow window = window_of(view, context, lease, hold.first);
    window.is_certain = true;
    window.certain_from_ns = hold.start.time_ns;
    window.certain_to_ns = hold.end.time_ns;
    window.possible_to_ns = std::max(window.possible_to_ns, window.certain_to_ns);
    has_hold[hold.lease] = true;
    windows.push_back(window);
  }
  for (std::size_t i = 0; i < view.leases.size(); ++i) {
    if (has_hold[i] || !view.leases[i].was_asked) continue;
    const std::uint32_t proof = telling(view, context, view.leases[i]);
    if (proof != none) windows.push_back(window_of(view, context, view.leases[i], proof));
  }
}

}  // namespace

std::vector<LeaseWindow> lease_windows(const History& history, const Params& params, Judge judge) {
  Report unread;
  Findings findings(unread);
  const std::vector<Operation> operations = operations_of(history, judge);
  const Context context{history, params, operations, findings};
  std::vector<LeaseWindow> windows;
  for_each_key(context, [&](LockView& view) {
    build_leases(view, context);
    follow_leases(view, context);
    judge_holds(view, context);
    const auto first = static_cast<std::ptrdiff_t>(windows.size());
    add_windows(view, context, windows);
    std::sort(windows.begin() + first, windows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.possible_from_ns, a.proof) < std::tie(b.possible_from_ns, b.proof);
    });
  });
  return windows;
}

}  // namespace lockstep::checkers
