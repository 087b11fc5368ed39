#include "scenarios/format/scenario_check.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "scenarios/format/plan.hpp"
#include "scenarios/format/require.hpp"
#include "scenarios/format/rounds.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

using faults::FaultEntry;
using faults::Kind;
using Mistake = std::optional<InputError>;

InputError mistake(std::string pointer, std::string found, std::string expected) {
  InputError error;
  error.pointer = std::move(pointer);
  error.found = std::move(found);
  error.expected = std::move(expected);
  return error;
}

bool needs_disk(Kind kind) {
  switch (kind) {
    case Kind::fsync_error:
    case Kind::io_error:
    case Kind::disk_full:
    case Kind::slow_disk:
    case Kind::bit_rot:
    case Kind::lose_unsynced:
    case Kind::torn_write: return true;
    default: return false;
  }
}

bool has_disk(const Scenario& scenario, std::string_view selector) {
  const Topology& topology = scenario.topology;
  if (selector.starts_with("client")) return has_disks(scenario.workload);
  const Persistence persistence =
      selector.starts_with("sink") ? topology.sink.persistence : topology.redis.persistence;
  return persistence != Persistence::none;
}

Mistake check_selector(const Scenario& scenario, const std::string& pointer,
                       const std::string& selector) {
  if (aims_at_something(scenario.workload, scenario.topology, selector)) return std::nullopt;
  const std::string role = selector.substr(0, selector.find('/'));
  const std::int64_t count = count_of(scenario, role);
  std::string expected =
      "one of the " + std::to_string(count) + " nodes of role " + role + ", numbered from 0";
  if (count == 0) expected = "a role that this scenario has (a sink comes with workload.guarded)";
  return mistake(pointer, "'" + selector + "'", std::move(expected));
}

Mistake check_entry(const Scenario& scenario, std::size_t i) {
  const FaultEntry& entry = scenario.faults[i];
  const std::string pointer = "/faults/" + std::to_string(i);
  if (auto wrong = check_selector(scenario, pointer + "/target", entry.target)) return wrong;
  if (auto wrong = check_selector(scenario, pointer + "/peer", entry.peer)) return wrong;
  if (entry.kind == Kind::failover && !scenario.topology.redis.replica) {
    return mistake(pointer + "/kind", "a failover", "topology.redis.replica to be true");
  }
  if (needs_disk(entry.kind) && !has_disk(scenario, entry.target)) {
    return mistake(pointer + "/kind", "a fault of a disk",
                   "a target with persistence: a server with one, or a client with a disk");
  }
  return std::nullopt;
}

Mistake check_firings(const Scenario& scenario) {
  const faults::PlanLimits limits{.until = scenario.duration, .swarm = scenario.swarm};
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    total += faults::firings_max({scenario.faults[i]}, limits);
    if (total <= faults::faults_max) continue;
    return mistake("/faults/" + std::to_string(i) + "/every",
                   "up to " + std::to_string(total) + " faults so far in one run",
                   "at most " + std::to_string(faults::faults_max));
  }
  return std::nullopt;
}

Mistake check_rounds(const Scenario& scenario) {
  const std::int64_t total = expected_rounds(scenario) * scenario.workload.clients;
  const auto most = static_cast<std::int64_t>(operations_max / 2);
  if (total <= most) return std::nullopt;
  return mistake("/workload/think", "about " + std::to_string(total) + " operations in one run",
                 "at most " + std::to_string(most) + ": longer hold and think, or fewer clients");
}

Mistake check_servers(const Scenario& scenario) {
  const RedisSettings& redis = scenario.topology.redis;
  if (has_own_queues(scenario.workload)) return std::nullopt;
  if (scenario.lock.backend == Backend::redis) {
    if (redis.nodes == 1) return std::nullopt;
    return mistake("/topology/redis/nodes", std::to_string(redis.nodes),
                   "1: the redis backend uses one server (lock.backend redlock uses several)");
  }
  if (redis.nodes < 3 || redis.nodes % 2 == 0) {
    return mistake("/topology/redis/nodes", std::to_string(redis.nodes),
                   "an odd number of servers, 3 at least, for the redlock backend");
  }
  if (redis.replica) {
    return mistake("/topology/redis/replica", "true", "false: Redlock's servers are independent");
  }
  if (scenario.implementation == "reference") return std::nullopt;
  return mistake("/lock/backend", "'redlock'",
                 "'redis': only the reference implementation has a redlock backend");
}

/// What the workers of a pipeline or a scheduler need.
Mistake check_work(const Scenario& scenario) {
  const WorkloadSettings& workload = scenario.workload;
  if (workload.kind != WorkloadKind::pipeline && workload.kind != WorkloadKind::scheduler) {
    return std::nullopt;
  }
  if (workload.guarded == Guarded::none) {
    return mistake("/workload/guarded", "'none'", "fenced or unfenced: workers write to a sink");
  }
  const Nanos grace = scenario.lock.stop_grace.value_or(scenario.lock.ttl / 10);
  const Nanos step = step_timeout_of(workload, scenario.lock);
  if (workload.kind == WorkloadKind::scheduler || step <= grace) return std::nullopt;
  return mistake("/lock/stop_grace", to_text(grace),
                 "at least a step of the pipeline, " + to_text(step) +
                     ": write_delay and two command timeouts");
}

Mistake check_outbox(const Scenario& scenario) {
  const WorkloadSettings& workload = scenario.workload;
  if (workload.kind != WorkloadKind::outbox) return std::nullopt;
  if (workload.guarded == Guarded::none) {
    return mistake("/workload/guarded", "'none'", "fenced or unfenced: relays write to a stream");
  }
  if (workload.inboxes > workload.clients) {
    return mistake("/workload/inboxes", std::to_string(workload.inboxes),
                   "at most one for each client");
  }
  if (workload.outbox != OutboxKind::redis && workload.clients != 1) {
    return mistake("/workload/clients", std::to_string(workload.clients),
                   "1: an outbox in RocksDB or in memory is one process's");
  }
  if (workload.late_percent > 0 && workload.outbox != OutboxKind::memory) {
    return mistake("/workload/late_percent", std::to_string(workload.late_percent),
                   "the outbox 'memory': in the others ids are drawn when a transaction commits");
  }
  const Nanos grace = scenario.lock.stop_grace.value_or(scenario.lock.ttl / 10);
  const Nanos step = step_timeout_of(workload, scenario.lock);
  if (!workload.elected || step <= grace) return std::nullopt;
  return mistake(
      "/lock/stop_grace", to_text(grace),
      "at least a step of the relay, " + to_text(step) + ": write_delay and two command timeouts");
}

/// What a queue on a server cannot have.
Mistake check_shared_queue(const Scenario& scenario) {
  if (!has_shared_queue(scenario.workload)) return std::nullopt;
  if (scenario.queue.visibility < milliseconds(1)) {
    return mistake("/queue/visibility", to_text(scenario.queue.visibility),
                   "1ms at least: a server cannot tell who died");
  }
  for (const auto& [name, level] :
       {std::pair("push", scenario.queue.push), std::pair("ack", scenario.queue.ack)}) {
    if (level == Durability::sync) continue;
    return mistake("/queue/" + std::string(name), "a level of its own",
                   "'sync': topology.redis.persistence says when a write is durable");
  }
  return std::nullopt;
}

Mistake check_queue(const Scenario& scenario) {
  const WorkloadSettings& workload = scenario.workload;
  if (scenario.sweep.calls > 0 && !has_own_queues(workload)) {
    return mistake("/sweep", "a sweep over the calls of a disk",
                   "the workload 'queue', with the queue 'rocksdb'");
  }
  if (auto wrong = check_shared_queue(scenario)) return wrong;
  if (workload.stall_percent > 0 && scenario.queue.visibility.count() == 0) {
    return mistake("/workload/stall_percent", std::to_string(workload.stall_percent),
                   "queue.visibility above 0: what else would a consumer outlast?");
  }
  const std::int64_t percent =
      workload.nack_percent + workload.stall_percent + workload.extend_percent;
  if (percent <= 100) return std::nullopt;
  return mistake("/workload", std::to_string(percent) + " % of deliveries",
                 "nack_percent, stall_percent and extend_percent of 100 together");
}

Mistake check_require(const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.require.size(); ++i) {
    auto wrong = check_required(scenario, scenario.require[i]);
    if (!wrong) continue;
    return mistake("/require/" + std::to_string(i), std::move(wrong->found),
                   std::move(wrong->expected));
  }
  return std::nullopt;
}

}  // namespace

std::optional<InputError> check(const Scenario& scenario) {
  if (scenario.workload.guarded == Guarded::fenced && !scenario.lock.fencing) {
    return mistake("/workload/guarded", "a fenced resource without fencing tokens",
                   "lock.fencing to be true");
  }
  if (auto wrong = check_servers(scenario)) return wrong;
  if (auto wrong = check_work(scenario)) return wrong;
  if (auto wrong = check_outbox(scenario)) return wrong;
  if (auto wrong = check_queue(scenario)) return wrong;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    if (auto wrong = check_entry(scenario, i)) return wrong;
  }
  if (auto wrong = check_require(scenario)) return wrong;
  if (auto wrong = check_firings(scenario)) return wrong;
  return check_rounds(scenario);
}

}  // namespace lockstep::scenarios
