#include "scenarios/live/live_form.hpp"

#include <algorithm>

#include "scenarios/lock_world/lock_world.hpp"

namespace lockstep::scenarios::live {

namespace {

using faults::Kind;
using faults::PlannedFault;

/// How long a process may have to wait for the processor, or for a proxy that does.
constexpr Nanos scheduling_slack = seconds(2);
/// Redis counts time in milliseconds and reads its clock before it acts; clocks that run wrong are
/// moved in steps.
constexpr Nanos live_store_error = milliseconds(3);

bool aims_at_server(const PlannedFault& fault) {
  return fault.target.starts_with("redis") || fault.target.starts_with("sink") ||
         fault.target == "any";
}

/// Links are ours whoever's the server is.
bool is_on_links(Kind kind) { return faults::spec_of(kind).has_peer || kind == Kind::refuse; }

std::string reason_of(const PlannedFault& fault, Servers servers) {
  const faults::KindSpec& spec = faults::spec_of(fault.kind);
  std::string name(spec.name);
  if (spec.live.empty()) return name + ": " + std::string(spec.why_not_live);
  if (servers == Servers::own || is_on_links(fault.kind) || !aims_at_server(fault)) return {};
  return name + ": aims at '" + fault.target +
         "', and only servers of our own (--spawn) are harmed";
}

void add(std::vector<std::string>& reasons, std::string reason) {
  if (reason.empty() || std::ranges::find(reasons, reason) != reasons.end()) return;
  reasons.push_back(std::move(reason));
}

}  // namespace

std::vector<std::string> why_not_live(const PlanConfig& config,
                                      const std::vector<PlannedFault>& faults, Servers servers) {
  std::vector<std::string> reasons;
  const WorkloadKind kind = config.workload.kind;
  if (kind != WorkloadKind::lock && kind != WorkloadKind::queue && kind != WorkloadKind::outbox) {
    add(reasons, "workload " + std::string(name_of(kind)) + ": only lock, queue and outbox are");
  }
  if (config.workload.clients > clients_max) {
    add(reasons, "clients: more than " + std::to_string(clients_max) + " processes");
  }
  if (config.crash_point.call > 0) add(reasons, "sweep: no live disk dies at a given call");
  if (config.topology.redis.replica) add(reasons, "replica: live servers have no replicas");
  const bool in_folders = has_queues(kind) && !has_shared_queue(config.workload);
  if (in_folders && servers == Servers::foreign) {
    add(reasons, "workload queue: has no server; its disks are folders of --spawn");
  }
  for (const PlannedFault& fault : faults) add(reasons, reason_of(fault, servers));
  return reasons;
}

std::vector<PlannedFault> possible_faults(const std::vector<faults::FaultEntry>& entries) {
  std::vector<PlannedFault> all;
  for (const faults::FaultEntry& entry : entries) {
    PlannedFault& fault = all.emplace_back();
    fault.kind = entry.kind;
    fault.target = entry.target;
    fault.peer = entry.peer;
  }
  return all;
}

Plan with_live_slack(Plan plan) {
  plan.config.liveness += scheduling_slack;
  return plan;
}

checkers::Params live_params_of(const Plan& plan, Nanos host_moved) {
  checkers::Params params = params_of(plan.config, plan.faults);
  params.eps_ns += live_store_error.count() + host_moved.count();
  params.round_trip_ns += scheduling_slack.count();
  if (params.bound_ns > 0) params.bound_ns += scheduling_slack.count();
  params.extra.emplace_back("live", true);
  params.extra.emplace_back("host_clock_moved_ns", host_moved.count());
  return params;
}

}  // namespace lockstep::scenarios::live
