#include "scenarios/shrink/edits.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "faults/kind.hpp"
#include "impl/base/assert.hpp"

namespace lockstep::shrink {

namespace {

using faults::PlannedFault;
using scenarios::Operation;
using scenarios::Plan;

/// Whether a selector names one node of `role`, and which.
std::optional<std::uint32_t> number_in(const std::string& selector, std::string_view role) {
  if (!selector.starts_with(role)) return std::nullopt;
  return faults::node_number(selector);
}

/// Takes away the nodes of `role` that `renumber` maps to nothing, and moves the others.
using Renumber = std::function<std::optional<std::uint32_t>(std::uint32_t)>;

/// False: it named a node that is gone.
bool renumber_selector(std::string& selector, std::string_view role, const Renumber& renumber) {
  const std::optional<std::uint32_t> number = number_in(selector, role);
  if (!number) return true;
  const std::optional<std::uint32_t> now = renumber(*number);
  if (now) selector = std::string(role) + "/" + std::to_string(*now);
  return now.has_value();
}

void renumber_nodes(Plan& plan, std::string_view role, const Renumber& renumber) {
  std::erase_if(plan.config.clocks, [&](scenarios::NodeClock& clock) {
    return !renumber_selector(clock.node, role, renumber);
  });
  std::erase_if(plan.faults, [&](PlannedFault& fault) {
    return !renumber_selector(fault.target, role, renumber) ||
           !renumber_selector(fault.peer, role, renumber);
  });
}

}  // namespace

Plan with_faults(Plan plan, const std::vector<bool>& keep) {
  ASSERT(keep.size() == plan.faults.size());
  std::size_t i = 0;
  std::erase_if(plan.faults, [&](const PlannedFault&) { return !keep[i++]; });
  return plan;
}

Plan with_operations(Plan plan, const std::vector<bool>& keep, TimeOf time) {
  ASSERT(keep.size() == plan.operations.size());
  std::vector<Operation> kept;
  std::map<std::uint32_t, Nanos> skipped;  // by client
  for (std::size_t i = 0; i < keep.size(); ++i) {
    Operation operation = plan.operations[i];
    Nanos& before = skipped[operation.client];
    if (keep[i]) {
      operation.think += std::exchange(before, Nanos(0));
      kept.push_back(operation);
    } else if (time == TimeOf::stays) {
      before += operation.think + operation.hold;
    }
  }
  plan.operations = std::move(kept);
  return plan;
}

Plan without_client(Plan plan, std::uint32_t client) {
  ASSERT(plan.config.workload.clients > 1);
  const Renumber renumber = [client](std::uint32_t number) -> std::optional<std::uint32_t> {
    if (number == client) return std::nullopt;
    return number > client ? number - 1 : number;
  };
  renumber_nodes(plan, "client", renumber);
  std::erase_if(plan.operations,
                [client](const Operation& operation) { return operation.client == client; });
  for (Operation& operation : plan.operations) operation.client = *renumber(operation.client);
  scenarios::WorkloadSettings& workload = plan.config.workload;
  workload.clients -= 1;
  workload.inboxes = std::min(workload.inboxes, workload.clients);
  return plan;
}

Plan with_servers(Plan plan, std::int64_t count) {
  ASSERT(count > 0 && count <= plan.config.topology.redis.nodes);
  renumber_nodes(plan, "redis", [count](std::uint32_t number) -> std::optional<std::uint32_t> {
    return number < count ? std::optional(number) : std::nullopt;
  });
  plan.config.topology.redis.nodes = count;
  return plan;
}

Plan with_used_keys(Plan plan) {
  std::map<std::uint32_t, std::uint32_t> number_of;
  for (const Operation& operation : plan.operations) number_of.emplace(operation.key, 0);
  if (number_of.empty()) return plan;
  std::uint32_t next = 0;
  for (auto& [key, number] : number_of) number = next++;
  for (Operation& operation : plan.operations) operation.key = number_of.at(operation.key);
  plan.config.workload.keys = next;
  return plan;
}

Plan with_horizon(Plan plan, Nanos duration, Nanos operations_until) {
  plan.config.duration = duration;
  std::erase_if(plan.faults, [&](const PlannedFault& fault) { return fault.at >= duration; });
  std::map<std::uint32_t, Nanos> begins;  // by client
  std::erase_if(plan.operations, [&](const Operation& operation) {
    Nanos& begin = begins[operation.client];
    begin += operation.think;
    const bool is_late = begin > operations_until;
    begin += operation.hold;
    return is_late;
  });
  return plan;
}

Plan advanced(Plan plan, Nanos by) {
  ASSERT(by < plan.config.duration);
  plan.config.duration -= by;
  for (PlannedFault& fault : plan.faults) {
    ASSERT(fault.at >= by);
    fault.at -= by;
  }
  std::optional<std::uint32_t> last;
  for (Operation& operation : plan.operations) {
    if (last == operation.client) continue;
    last = operation.client;
    operation.think = std::max(Nanos(0), operation.think - by);
  }
  return plan;
}

Nanos advance_max(const Plan& plan) {
  Nanos most = plan.config.duration - milliseconds(1);
  for (const PlannedFault& fault : plan.faults) most = std::min(most, fault.at);
  return std::max(most, Nanos(0));
}

}  // namespace lockstep::shrink
