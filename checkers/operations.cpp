#include "checkers/operations.hpp"

#include <algorithm>
#include <tuple>

namespace lockstep::checkers {
namespace {

constexpr std::uint32_t unresolved = 0xffffffffU;

bool is_lock_model(NameId f) { return f >= name::acquire && f <= name::raise; }

bool is_denial(NameId error) { return error >= name::contended && error <= name::stale; }

Outcome outcome_of(const Event& completion) {
  if (completion.type == EventType::ok) return Outcome::done;
  if (completion.type == EventType::info) return Outcome::unknown;
  return is_denial(completion.error) ? Outcome::denied : Outcome::failed;
}

Operation operation_of(const History& history, EventIndex index) {
  const Event& invocation = history.events[index.value];
  Operation operation;
  operation.invoked = instant_of(history, index);
  operation.answered = never_at;
  operation.lease = invocation.lease;
  operation.token = invocation.token;
  operation.event = index;
  operation.key = invocation.key;
  operation.owner = invocation.owner;
  operation.kind = static_cast<Kind>(invocation.f.value - name::acquire.value);
  operation.outcome = Outcome::unknown;
  if (invocation.pair == no_event) return operation;
  const Event& completion = history.events[invocation.pair.value];
  operation.outcome = outcome_of(completion);
  if (completion.lease.value != 0) operation.lease = completion.lease;
  if (operation.outcome != Outcome::unknown) {
    operation.answered = instant_of(history, invocation.pair);
    operation.token = completion.token;
  }
  return operation;
}

/// Position of the resolution of each event; empty if there are none.
std::vector<std::uint32_t> resolutions_by_event(const History& history) {
  if (history.resolutions.empty()) return {};
  std::vector<std::uint32_t> by_event(history.events.size(), unresolved);
  for (std::uint32_t i = 0; i < history.resolutions.size(); ++i) {
    by_event[history.resolutions[i].operation.value] = i;
  }
  return by_event;
}

}  // namespace

Instant instant_of(const History& history, EventIndex event) {
  const std::int64_t place = history.header.order == Order::total ? event.value : 0;
  return {history.events[event.value].time_ns, place};
}

std::vector<Operation> operations_of(const History& history, Judge judge) {
  std::vector<std::uint32_t> by_event;
  if (judge == Judge::oracle) by_event = resolutions_by_event(history);
  std::vector<Operation> all;
  all.reserve(history.events.size() / 2 + 1);
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke || !is_lock_model(event.f)) continue;
    all.push_back(operation_of(history, EventIndex{i}));
    if (by_event.empty() || by_event[i] == unresolved) continue;
    resolve(all.back(), history.resolutions[by_event[i]]);
  }
  const auto earlier = [](const Operation& a, const Operation& b) {
    return std::tie(a.invoked, a.event) < std::tie(b.invoked, b.event);
  };
  if (!std::is_sorted(all.begin(), all.end(), earlier)) std::sort(all.begin(), all.end(), earlier);
  return all;
}

}  // namespace lockstep::checkers
