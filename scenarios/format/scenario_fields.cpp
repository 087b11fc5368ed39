#include "scenarios/format/scenario_fields.hpp"

#include <array>

namespace lockstep::scenarios {

namespace {

using Names = std::string_view;

constexpr std::array<Names, 6> workload_names{
    {"lock", "outbox", "pipeline", "queue", "scheduler", "task"}};
constexpr std::array<Names, 3> outbox_names{{"redis", "rocksdb", "memory"}};
constexpr std::array<Names, 2> queue_names{{"rocksdb", "redis-streams"}};
constexpr std::array<Names, 3> durability_names{{"sync", "group", "os"}};
constexpr std::array<Names, 2> interface_names{{"keeper", "plugin"}};
constexpr std::array<Names, 3> level_names{{"collection", "database", "deployment"}};
constexpr std::array<Names, 3> guarded_names{{"none", "unfenced", "fenced"}};
constexpr std::array<Names, 2> backend_names{{"redis", "redlock"}};
constexpr std::array<Names, 3> persistence_names{{"none", "aof-everysec", "aof-always"}};
constexpr std::array<Names, 5> strategy_names{{"drawn", "fifo", "random", "pct", "delay-bounded"}};
constexpr std::array<Names, 2> verdict_names{{"valid", "invalid"}};

constexpr std::int64_t clients_max = 1000;
constexpr std::int64_t keys_max = 1000;
constexpr std::int64_t batch_max = 1000;
constexpr std::int64_t redis_nodes_max = 15;  // Redlock beyond five is rare
constexpr std::int64_t within_seeds_max = 1'000'000;
constexpr DurationBounds an_hour{Nanos(0), std::chrono::hours(1)};
constexpr DurationBounds tick{milliseconds(1), std::chrono::hours(1)};
constexpr DurationBounds skew_bounds{-std::chrono::hours(24), std::chrono::hours(24)};
constexpr DurationBounds delay_bounds{Nanos(0), std::chrono::minutes(1)};

void guarded_fields(Fields& fields, WorkloadSettings& workload) {
  fields.choice("guarded", workload.guarded, guarded_names);
  fields.range("write_delay", workload.write_delay, an_hour);
}

void lock_workload_fields(Fields& fields, WorkloadSettings& workload) {
  fields.range("hold", workload.hold, an_hour);
  fields.range("think", workload.think, an_hour);
  guarded_fields(fields, workload);
  fields.duration("write_every", workload.write_every, tick);
  fields.choice("interface", workload.interface, interface_names);
}

void pipeline_fields(Fields& fields, WorkloadSettings& workload) {
  fields.range("think", workload.think, an_hour);
  guarded_fields(fields, workload);
  fields.choice("level", workload.level, level_names);
  fields.integer("batch", workload.batch, {1, batch_max});
  fields.integer("step", workload.step, {1, batch_max});
  fields.range("rotate", workload.rotate, an_hour);
}

void queue_workload_fields(Fields& fields, WorkloadSettings& workload) {
  constexpr IntegerBounds percent{0, 100};
  fields.choice("queue", workload.queue, queue_names);
  fields.integer("producers", workload.keys, {1, keys_max});
  fields.integer("consumers", workload.consumers, {0, keys_max});
  fields.range("hold", workload.hold, an_hour);
  fields.range("think", workload.think, an_hour);
  fields.range("rotate", workload.rotate, an_hour);
  fields.integer_range("payload", workload.payload, {0, 1'000'000});
  fields.integer("nack_percent", workload.nack_percent, percent);
  fields.integer("delay_percent", workload.delay_percent, percent);
  fields.integer("stall_percent", workload.stall_percent, percent);
  fields.integer("extend_percent", workload.extend_percent, percent);
}

void outbox_fields(Fields& fields, WorkloadSettings& workload) {
  constexpr IntegerBounds percent{0, 100};
  fields.choice("outbox", workload.outbox, outbox_names);
  fields.range("hold", workload.hold, an_hour);
  fields.range("think", workload.think, an_hour);
  guarded_fields(fields, workload);
  fields.integer("batch", workload.batch, {1, batch_max});
  fields.range("rotate", workload.rotate, an_hour);
  fields.boolean("elected", workload.elected);
  fields.integer("inboxes", workload.inboxes, {0, clients_max});
  fields.integer("rollback_percent", workload.rollback_percent, percent);
  fields.integer("late_percent", workload.late_percent, percent);
  fields.integer("poison_percent", workload.poison_percent, percent);
}

void scheduler_fields(Fields& fields, WorkloadSettings& workload) {
  guarded_fields(fields, workload);
  fields.duration("period", workload.period, tick);
  fields.range("rotate", workload.rotate, an_hour);
}

void task_fields(Fields& fields, WorkloadSettings& workload) {
  fields.range("hold", workload.hold, an_hour);
  fields.duration("period", workload.period, tick);
}

void redis_fields(Fields& fields, RedisSettings& redis) {
  fields.integer("nodes", redis.nodes, {1, redis_nodes_max});
  fields.choice("persistence", redis.persistence, persistence_names);
  fields.boolean("replica", redis.replica);
  fields.range("replication_delay", redis.replication_delay, delay_bounds);
}

void sink_fields(Fields& fields, SinkSettings& sink) {
  fields.choice("persistence", sink.persistence, persistence_names);
}

void clock_fields(Fields& fields, ClockSettings& clock) {
  fields.range("skew", clock.skew, skew_bounds);
  fields.integer_range("drift_ppm", clock.drift_ppm, drift_bounds);
}

// What a role leaves out is what all nodes have, so "all" must have been read before.
void role_clock(Fields& fields, std::string_view role, const ClockSettings& all,
                std::optional<ClockSettings>& own) {
  if (fields.reading() ? !fields.has(role) : !own) {
    if (fields.reading()) fields.object(role, [](Fields&) {});  // so that the name is known
    return;
  }
  ClockSettings clock = own.value_or(all);
  fields.object(role, [&clock](Fields& inner) { clock_fields(inner, clock); });
  own = clock;
}

}  // namespace

std::string_view name_of(WorkloadKind kind) {
  return workload_names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(Guarded guarded) {
  return guarded_names[static_cast<std::size_t>(guarded)];
}
std::string_view name_of(Interface interface) {
  return interface_names[static_cast<std::size_t>(interface)];
}
std::string_view name_of(Level level) { return level_names[static_cast<std::size_t>(level)]; }
std::string_view name_of(OutboxKind kind) { return outbox_names[static_cast<std::size_t>(kind)]; }
std::string_view name_of(Backend backend) {
  return backend_names[static_cast<std::size_t>(backend)];
}
std::string_view name_of(Durability durability) {
  return durability_names[static_cast<std::size_t>(durability)];
}
std::string_view name_of(Persistence persistence) {
  return persistence_names[static_cast<std::size_t>(persistence)];
}
std::string_view name_of(Strategy strategy) {
  return strategy_names[static_cast<std::size_t>(strategy)];
}
std::string_view name_of(ExpectedVerdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}

void schema_field(Fields& fields) {
  fields.must({"schema"});
  std::int64_t schema = schema_version;
  fields.integer("schema", schema, {schema_version, schema_version});
}

void workload_fields(Fields& fields, WorkloadSettings& workload) {
  fields.must({"kind"});
  WorkloadKind kind = workload.kind;
  fields.choice("kind", kind, workload_names);
  if (fields.reading()) workload = workload_of(kind);
  fields.integer("clients", workload.clients, {1, clients_max});
  if (!has_queues(kind)) fields.integer("keys", workload.keys, {1, keys_max});
  switch (kind) {
    case WorkloadKind::lock: return lock_workload_fields(fields, workload);
    case WorkloadKind::outbox: return outbox_fields(fields, workload);
    case WorkloadKind::pipeline: return pipeline_fields(fields, workload);
    case WorkloadKind::queue: return queue_workload_fields(fields, workload);
    case WorkloadKind::scheduler: return scheduler_fields(fields, workload);
    case WorkloadKind::task: return task_fields(fields, workload);
  }
}

void lock_fields(Fields& fields, LockSettings& lock) {
  fields.choice("backend", lock.backend, backend_names);
  fields.duration("ttl", lock.ttl, tick);
  fields.duration("refresh_interval", lock.refresh_interval, tick);
  fields.duration("retry_interval", lock.retry_interval, tick);
  fields.duration("retry_jitter", lock.retry_jitter, tick);
  fields.duration("renew_retry_interval", lock.renew_retry_interval, tick);
  fields.optional_duration("stop_grace", lock.stop_grace, an_hour);
  fields.duration("command_timeout", lock.command_timeout, tick);
  fields.duration("connect_timeout", lock.connect_timeout, tick);
  fields.boolean("fencing", lock.fencing);
}

void queue_fields(Fields& fields, QueueSettings& queue) {
  fields.choice("push", queue.push, durability_names);
  fields.choice("ack", queue.ack, durability_names);
  fields.duration("visibility", queue.visibility, an_hour);
  fields.integer("attempts_max", queue.attempts_max, {0, 1'000});
  fields.duration("backoff", queue.backoff, tick);
}

void topology_fields(Fields& fields, Topology& topology) {
  fields.object("redis", [&topology](Fields& inner) { redis_fields(inner, topology.redis); });
  fields.object("sink", [&topology](Fields& inner) { sink_fields(inner, topology.sink); });
}

void clocks_fields(Fields& fields, Clocks& clocks) {
  clock_fields(fields, clocks.all);
  role_clock(fields, "redis", clocks.all, clocks.redis);
  role_clock(fields, "sink", clocks.all, clocks.sink);
}

void network_fields(Fields& fields, NetworkSettings& network) {
  fields.range("latency", network.latency, delay_bounds);
  fields.range("jitter", network.jitter, delay_bounds);
  fields.integer("bandwidth_bytes_per_s", network.bandwidth_bytes_per_s, {1000, 1'000'000'000'000});
}

void strategy_field(Fields& fields, Strategy& strategy, bool drawn) {
  const std::size_t first = drawn ? 0 : 1;
  auto chosen = static_cast<std::size_t>(strategy) - first;
  fields.index("strategy", chosen, std::span(strategy_names).subspan(first));
  strategy = static_cast<Strategy>(chosen + first);
}

void expectation_fields(Fields& fields, Expectation& expect) {
  fields.must({"verdict"});
  fields.choice("verdict", expect.verdict, verdict_names);
  if (expect.verdict == ExpectedVerdict::valid) return;
  fields.must({"anomalies", "within_seeds"});
  fields.texts("anomalies", expect.anomalies, anomaly_rule());
  fields.texts("allowed", expect.allowed, anomaly_rule());
  fields.integer("within_seeds", expect.within_seeds, {1, within_seeds_max});
  if (fields.good() && expect.anomalies.empty()) {
    fields.refuse("anomalies", "an empty list", "what makes the verdict invalid");
  }
}

void scenario_fields(Fields& fields, Scenario& scenario) {
  schema_field(fields);
  fields.must({"name", "about", "workload", "duration", "expect"});
  fields.text("name", scenario.name, name_rule());
  fields.text("about", scenario.about, sentence_rule());
  fields.object("workload", [&](Fields& inner) { workload_fields(inner, scenario.workload); });
  fields.object("lock", [&](Fields& inner) { lock_fields(inner, scenario.lock); });
  if (has_queues(scenario.workload.kind)) {
    fields.object("queue", [&](Fields& inner) { queue_fields(inner, scenario.queue); });
    fields.object("sweep", [&](Fields& inner) {
      inner.integer("calls", scenario.sweep.calls, {0, 1'000'000});
    });
  }
  fields.object("topology", [&](Fields& inner) { topology_fields(inner, scenario.topology); });
  fields.object("clocks", [&](Fields& inner) { clocks_fields(inner, scenario.clocks); });
  fields.object("network", [&](Fields& inner) { network_fields(inner, scenario.network); });
  strategy_field(fields, scenario.strategy, true);
  fields.duration("duration", scenario.duration, {milliseconds(1), std::chrono::hours(24)});
  fields.optional_duration("liveness", scenario.liveness, any_duration);
  fields.list("faults", scenario.faults, faults::entries_max, entry_fields);
  fields.boolean("swarm", scenario.swarm);
  fields.text("implementation", scenario.implementation, implementation_rule());
  fields.texts("require", scenario.require, require_rule());
  fields.object("expect", [&](Fields& inner) { expectation_fields(inner, scenario.expect); });
}

}  // namespace lockstep::scenarios
