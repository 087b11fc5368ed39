#include "scenarios/format/scenario.hpp"

#include <algorithm>

#include "faults/kind.hpp"
#include "scenarios/format/rounds.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

bool is_role(std::string_view role) {
  return role == "client" || role == "redis" || role == "sink";
}

}  // namespace

Nanos liveness_of(const Scenario& scenario) {
  if (scenario.liveness) return *scenario.liveness;
  if (has_queues(scenario.workload.kind)) {
    return 2 * scenario.queue.visibility + 10 * scenario.workload.hold.high + seconds(20);
  }
  const LockSettings& lock = scenario.lock;
  const Nanos ttl = lock.ttl + lock.ttl / 10;  // on a clock at the bound of drift_ppm
  const Nanos retry = lock.retry_interval + lock.retry_jitter;
  const Nanos replies = 2 * operation_timeout_of(lock) + lock.connect_timeout;
  const WorkloadSettings& workload = scenario.workload;
  const Nanos takeover = ttl + retry + replies + workload.hold.high + seconds(1);
  if (workload.kind == WorkloadKind::lock) return takeover + workload.think.high;
  // to publish and apply what is left, and for the surveys
  if (workload.kind == WorkloadKind::outbox) return takeover + drain_of_outbox + seconds(10);
  const Nanos period = workload.kind == WorkloadKind::pipeline ? Nanos(0) : workload.period;
  return takeover + period + lock.retry_jitter + seconds(2);
}

WorkloadSettings workload_of(WorkloadKind kind) {
  WorkloadSettings workload;
  workload.kind = kind;
  if (kind == WorkloadKind::lock) return workload;
  if (kind == WorkloadKind::queue) {
    workload.clients = 1;
    workload.keys = 2;
    workload.hold = {Nanos(0), milliseconds(50)};
    workload.think = {milliseconds(1), milliseconds(100)};
    return workload;
  }
  if (kind != WorkloadKind::task) workload.hold = {};
  if (kind == WorkloadKind::outbox) {
    workload.clients = 3;
    workload.keys = 4;
    workload.think = {milliseconds(20), milliseconds(300)};
  } else if (kind != WorkloadKind::pipeline) {
    workload.think = {};
  }
  if (kind != WorkloadKind::task) workload.guarded = Guarded::fenced;
  return workload;
}

Nanos step_timeout_of(const WorkloadSettings& workload, const LockSettings& lock) {
  return workload.write_delay.high + 2 * lock.command_timeout;
}

Nanos operation_timeout_of(const LockSettings& lock) {
  return lock.backend == Backend::redlock ? 4 * lock.command_timeout : lock.command_timeout;
}

std::int64_t count_of(const WorkloadSettings& workload, const Topology& topology,
                      std::string_view role) {
  if (role == "client") return workload.clients;
  if (has_own_queues(workload)) return 0;
  if (role == "redis") return topology.redis.nodes * (topology.redis.replica ? 2 : 1);
  if (role == "sink") return workload.guarded == Guarded::none ? 0 : 1;
  return 0;
}

std::int64_t count_of(const Scenario& scenario, std::string_view role) {
  return count_of(scenario.workload, scenario.topology, role);
}

bool aims_at_something(const WorkloadSettings& workload, const Topology& topology,
                       std::string_view selector) {
  const std::string_view role = selector.substr(0, selector.find('/'));
  if (!is_role(role)) return true;
  const auto number = faults::node_number(selector);
  return std::int64_t{number.value_or(0)} < count_of(workload, topology, role);
}

Nanos rounds_span(const Scenario& scenario) {
  return 2 * (scenario.duration + liveness_of(scenario));
}

std::int64_t expected_rounds(const Scenario& scenario) {
  const DurationRange& hold = scenario.workload.hold;
  const DurationRange& think = scenario.workload.think;
  if (!has_operations(scenario.workload.kind)) return 1;
  const Nanos twice = hold.low + hold.high + think.low + think.high;
  return std::max<std::int64_t>(1, 2 * rounds_span(scenario) / std::max(twice, Nanos(1)));
}

}  // namespace lockstep::scenarios
