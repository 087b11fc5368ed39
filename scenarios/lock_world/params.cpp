// From a plan to what the checkers must know of its run, and whether this build can run it at all.
#include <algorithm>
#include <cstdlib>

#include "scenarios/lock_world/lock_world.hpp"
#include "scenarios/work_world/work_clients.hpp"

namespace lockstep::scenarios {

namespace {

/// Expiry has millisecond granularity and rounds; the other millisecond is for the second order of
/// the drift.
constexpr Nanos store_error = milliseconds(2);

/// Whose clock leases are counted on: the servers', or that of a queue's own process.
bool is_store(const PlanConfig& config, std::string_view node) {
  return node.starts_with(has_own_queues(config.workload) ? "client" : "redis");
}

/// How fast or slow the clocks that leases are counted on ever run: at the start, by a fault, and
/// while they slew back after the heal.
std::int64_t drift_bound(const PlanConfig& config,
                         const std::vector<faults::PlannedFault>& faults) {
  std::int64_t most = 0;
  for (const NodeClock& clock : config.clocks) {
    if (is_store(config, clock.node)) most = std::max(most, std::abs(clock.drift_ppm));
  }
  for (const faults::PlannedFault& fault : faults) {
    if (fault.kind != faults::Kind::clock_drift) continue;
    const auto ppm = faults::parameter_index(fault.kind, "ppm");
    ASSERT(ppm.has_value());
    const bool may_hit = is_store(config, fault.target) || fault.target == "any";
    if (may_hit) most = std::max(most, std::abs(fault.parameters.at(*ppm)));
  }
  return most + sim::NodeClock::slew_ppm + 1;
}

/// A scheduled task's key must outlive the difference of the clocks.
bool leaves_time(const PlanConfig& config) {
  const work::ScheduledTaskConfig task = task_config_of(config, "t");
  return task.ttl > task.clock_difference + lock::margin_of(task.ttl);
}

Error unknown(std::string_view pointer, std::string_view what) {
  return definite(Errc::invalid_argument, std::string(pointer) + ": " + std::string(what));
}

}  // namespace

namespace {

checkers::Params queue_params_of(const PlanConfig& config,
                                 const std::vector<faults::PlannedFault>& faults) {
  checkers::Params params;
  params.ttl_ns = config.queue.visibility.count();
  params.drift_ppm = drift_bound(config, faults);
  params.eps_ns = store_error.count();
  params.attempts_max = config.queue.attempts_max;
  const bool leases = config.queue.visibility.count() > 0 || config.queue.attempts_max > 0;
  const bool is_shared = has_shared_queue(config.workload);
  const bool is_kept = is_shared ? config.topology.redis.persistence == Persistence::aof_always
                                 : leases && config.queue.ack != Durability::os;
  params.extra.emplace_back("attempts_durable", is_kept);
  params.extra.emplace_back("drained", config.workload.consumers > 0);
  const bool rots = std::any_of(
      faults.begin(), faults.end(),
      [](const faults::PlannedFault& fault) { return fault.kind == faults::Kind::bit_rot; });
  params.extra.emplace_back("intact", !rots);
  if (is_shared) params.extra.emplace_back("shared", true);
  return params;
}

}  // namespace

checkers::Params params_of(const PlanConfig& config,
                           const std::vector<faults::PlannedFault>& faults) {
  if (has_queues(config.workload.kind)) return queue_params_of(config, faults);
  const Nanos try_once = 2 * operation_timeout_of(config.lock) + config.lock.connect_timeout;
  checkers::Params params;
  params.ttl_ns = config.lock.ttl.count();
  params.drift_ppm = drift_bound(config, faults);
  params.eps_ns = store_error.count();
  params.single_copy = config.topology.redis.nodes == 1;
  params.fenced = config.workload.guarded == Guarded::fenced;
  if (!has_operations(config.workload.kind)) params.period_ns = config.workload.period.count();
  params.retry_ns = config.lock.retry_interval.count();
  params.jitter_ns = config.lock.retry_jitter.count();
  params.round_trip_ns = try_once.count();
  params.bound_ns = (try_once + config.lock.retry_jitter + seconds(1)).count();
  if (config.workload.kind == WorkloadKind::outbox) {
    params.extra.emplace_back("drained", true);
    params.extra.emplace_back("elected", config.workload.elected);
  }
  return params;
}

std::string_view model_of(WorkloadKind kind) {
  if (kind == WorkloadKind::queue) return "queue";
  if (kind == WorkloadKind::outbox) return "outbox";
  return kind == WorkloadKind::lock ? "lease-lock" : "work";
}

Result<void> check_plan(const Plan& plan) {
  const PlanConfig& config = plan.config;
  const Implementation* implementation = find_implementation(config.implementation);
  if (implementation == nullptr) {
    return fail(unknown("/implementation", "there is no '" + config.implementation + "'"));
  }
  if (!implementation->fits(config.workload)) {
    return fail(unknown("/implementation", "'" + config.implementation + "' has no flaw in a " +
                                               std::string(name_of(config.workload.kind)) +
                                               " workload"));
  }
  if (has_disks(config.workload)) {
    static const Result<void> tested = sim::rocks_self_test();  // once in a process
    if (!tested || has_own_queues(config.workload)) return tested;
  }
  const bool several = config.lock.backend == Backend::redlock;
  const std::int64_t nodes = config.topology.redis.nodes;
  if (several ? nodes % 2 == 0 || nodes < 3 : nodes != 1) {
    return fail(unknown("/topology/redis/nodes",
                        "the redis backend uses exactly one, redlock an odd number from three on"));
  }
  const Nanos longest = operation_timeout_of(config.lock);
  const Result<void> keeper = lock::validate(keeper_config_of(config), longest);
  if (!keeper) return fail(unknown("/lock", keeper.error().detail));
  if (config.workload.kind == WorkloadKind::task && !leaves_time(config)) {
    return fail(unknown("/lock/ttl", "shorter than the clients' clocks differ"));
  }
  return {};
}

}  // namespace lockstep::scenarios
