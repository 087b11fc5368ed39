// A scenario: what runs, what breaks, what must hold. The typed form of scenarios/**/NAME.json.
//
// Defaults stand here and nowhere else. Every range is uniform in integer ns (or ppm). Not here:
// what a seed makes of it (plan.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/plan.hpp"
#include "impl/base/duration.hpp"
#include "impl/base/time.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::scenarios {

/// The version of scenario and failure files that this build reads and writes.
inline constexpr std::int64_t schema_version = 1;

/// What happens on the clients.
///   lock       they take, keep, use and release leases on keys
///   outbox     they commit transactions that leave entries for aggregates (the keys) in an outbox,
///              relay these to a stream on the sink, and apply the stream through inboxes
///   pipeline   they move the events of collections (the keys) from a source to a sink
///   scheduler  they compete for leadership; the leader dispatches tasks (the keys) once per period
///   queue      each has a durable queue of its own on its disk, or all share one on a Redis; with
///              producers and consumers
///   task       each tries to run each task (the keys) at each tick, over the plug-in interface
enum class WorkloadKind : std::uint8_t { lock, outbox, pipeline, queue, scheduler, task };
/// Whether holders write to the guarded resource (a node of its own), and whether it checks tokens.
/// Of a pipeline: the sink and the progress store; of a scheduler: the ledger; of an outbox: the
/// store and the stream.
enum class Guarded : std::uint8_t { none, unfenced, fenced };
/// What a lock workload's clients take locks through: a lease keeper, or handles of a plug-in.
enum class Interface : std::uint8_t { keeper, plugin };
/// What one lock of a pipeline covers. Two collections share a database.
enum class Level : std::uint8_t { collection, database, deployment };

/// Where an outbox is: on the lock's Redis, for a fleet; or within one client, in RocksDB or
/// memory.
enum class OutboxKind : std::uint8_t { redis, rocksdb, memory };

/// Where queues are: in RocksDB on each client's disk, or one for all on the Redis server.
enum class QueueKind : std::uint8_t { rocksdb, redis_streams };

struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const IntegerRange&, const IntegerRange&) = default;
};

struct WorkloadSettings {
  WorkloadKind kind = WorkloadKind::lock;
  std::int64_t clients = 5;  ///< 1..1,000
  std::int64_t keys = 1;     ///< 1..1,000: keys, collections, tasks; queue: producers of each
  /// lock: how long a lease is wanted. task: how long the job runs. queue: how long an event takes.
  DurationRange hold{milliseconds(200), seconds(2)};
  /// lock: pause between rounds. pipeline: pause between two events that a client emits. queue:
  /// between two pushes of a producer. outbox: between two transactions of a client.
  DurationRange think{milliseconds(50), milliseconds(500)};
  Nanos write_every = milliseconds(500);  ///< lock: between guarded writes; at least 1 ms
  DurationRange write_delay{};            ///< between a holder's check of its guard and its send
  Guarded guarded = Guarded::none;
  Interface interface = Interface::keeper;  ///< lock
  Level level = Level::collection;          ///< pipeline
  std::int64_t batch = 20;  ///< pipeline, outbox: events read, published at once, 1..1,000
  std::int64_t step = 5;    ///< pipeline: events written at once, 1..1,000
  /// outbox, pipeline, scheduler, queue: a client stops in order so often, and begins anew; 0:
  /// never
  DurationRange rotate{};
  QueueKind queue = QueueKind::rocksdb;
  std::int64_t consumers = 2;       ///< queue: of each, 0..1,000
  IntegerRange payload{0, 200};     ///< queue: bytes that a payload has beside its number
  std::int64_t nack_percent = 0;    ///< queue: deliveries that a consumer nacks
  std::int64_t delay_percent = 0;   ///< queue: of these, with a backoff
  std::int64_t stall_percent = 0;   ///< queue: deliveries that take longer than their visibility
  std::int64_t extend_percent = 0;  ///< queue: deliveries that are extended in time
  Nanos period = seconds(1);        ///< scheduler, task: from one due moment to the next
  OutboxKind outbox = OutboxKind::redis;
  bool elected = true;                ///< outbox: one relay at a time, by the lock
  std::int64_t inboxes = 1;           ///< outbox: clients with one, 0..clients
  std::int64_t rollback_percent = 0;  ///< outbox: transactions that are rolled back
  std::int64_t late_percent = 0;      ///< outbox, memory: transactions that stay open for `hold`
  std::int64_t poison_percent = 0;    ///< outbox: entries that cannot be published before the heal
  friend bool operator==(const WorkloadSettings&, const WorkloadSettings&) = default;
};

/// redis: one server. redlock: an odd number of them, three at least, none with a replica.
enum class Backend : std::uint8_t { redis, redlock };

struct LockSettings {
  Backend backend = Backend::redis;
  Nanos ttl = seconds(3);                          ///< at least 1 ms
  Nanos refresh_interval = seconds(1);             ///< of the lease keeper
  Nanos retry_interval = milliseconds(500);        ///< while held elsewhere
  Nanos retry_jitter = milliseconds(100);          ///< added to each retry, uniform; above 0
  Nanos renew_retry_interval = milliseconds(200);  ///< after a renewal without an answer
  std::optional<Nanos> stop_grace{};               ///< none: ttl / 10
  Nanos command_timeout = milliseconds(300);       ///< per command
  Nanos connect_timeout = milliseconds(500);
  bool fencing = true;
  friend bool operator==(const LockSettings&, const LockSettings&) = default;
};

/// When a write of a queue counts as done.
enum class Durability : std::uint8_t { sync, group, os };

struct QueueSettings {
  Durability push = Durability::sync;
  Durability ack = Durability::sync;
  Nanos visibility{};             ///< 0: until the queue is closed
  std::int64_t attempts_max = 0;  ///< 0: no dead letters
  Nanos backoff = milliseconds(200);
  friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

/// A crash at each call that changes the disk: every seed is the same run, but for the call at
/// which the power of client/0 is cut, and for what survives of what was not synced: what is drawn,
/// torn writes, or nothing. 3 * calls seeds from 0 on are all of them.
struct SweepSettings {
  std::int64_t calls = 0;  ///< 0: no sweep; more than the run makes: the last seeds survive
  friend bool operator==(const SweepSettings&, const SweepSettings&) = default;
};

enum class Persistence : std::uint8_t { none, aof_everysec, aof_always };

struct RedisSettings {
  std::int64_t nodes = 1;  ///< independent masters, 1..15
  Persistence persistence = Persistence::aof_always;
  bool replica = false;  ///< one asynchronous replica each
  DurationRange replication_delay{milliseconds(1), milliseconds(20)};  ///< per write; replica only
  friend bool operator==(const RedisSettings&, const RedisSettings&) = default;
};

/// The guarded resource: a second Redis with a script. There only when the workload is guarded.
struct SinkSettings {
  Persistence persistence = Persistence::aof_always;
  friend bool operator==(const SinkSettings&, const SinkSettings&) = default;
};

struct Topology {
  RedisSettings redis;
  SinkSettings sink;
  friend bool operator==(const Topology&, const Topology&) = default;
};

/// How far the wall clock of a node is off at the start, and how fast both its clocks run.
struct ClockSettings {
  DurationRange skew{};
  IntegerRange drift_ppm{};
  friend bool operator==(const ClockSettings&, const ClockSettings&) = default;
};

/// All nodes, and where a role differs, that role. Fields an override leaves out are those of all.
struct Clocks {
  ClockSettings all;
  std::optional<ClockSettings> redis{};
  std::optional<ClockSettings> sink{};
  friend bool operator==(const Clocks&, const Clocks&) = default;
};

/// Drawn once per seed: the least one-way latency of every link, and the mean of what each message
/// adds to it (exponential).
struct NetworkSettings {
  DurationRange latency{microseconds(100), milliseconds(1)};
  DurationRange jitter{microseconds(0), milliseconds(1)};
  std::int64_t bandwidth_bytes_per_s = 125'000'000;  ///< of each link and direction; at least 1,000
  friend bool operator==(const NetworkSettings&, const NetworkSettings&) = default;
};

/// The order among events of one instant. `drawn`: by seed, one of the others.
enum class Strategy : std::uint8_t { drawn, fifo, random, pct, delay_bounded };

enum class ExpectedVerdict : std::uint8_t { valid, invalid };

struct Expectation {
  ExpectedVerdict verdict = ExpectedVerdict::valid;
  std::vector<std::string> anomalies;  ///< each must be found; empty exactly if valid is expected
  std::vector<std::string> allowed;    ///< may appear beside them; empty if valid is expected
  std::int64_t within_seeds = 0;       ///< 1..1,000,000 if invalid is expected, else 0
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

struct Scenario {
  std::string name;   ///< [a-z0-9_]+
  std::string about;  ///< one or two sentences
  WorkloadSettings workload;
  LockSettings lock;
  QueueSettings queue;
  SweepSettings sweep;
  Topology topology;
  Clocks clocks;
  NetworkSettings network;
  Strategy strategy = Strategy::drawn;
  Nanos duration = seconds(60);     ///< until everything is healed; 1 ms..24 h
  std::optional<Nanos> liveness{};  ///< from the heal to the end; none: liveness_of()
  std::vector<faults::FaultEntry> faults;
  bool swarm = false;  ///< a random subset of the entries per seed, at random rates
  std::string implementation = "reference";
  std::vector<std::string> require;  ///< properties that some seed must exercise
  Expectation expect;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

/// `liveness`, or what the lock needs to be granted again to someone after the heal: the longest
/// ttl an old lease may still have, a retry, two command deadlines and a connect deadline, a hold,
/// and 1 s; for workers also a period, another jitter and 2 s, in which they begin.
[[nodiscard]] Nanos liveness_of(const Scenario& scenario);
/// Of an outbox: for how long relays go on beyond the time that a takeover needs after the heal.
inline constexpr Nanos drain_of_outbox = seconds(10);
/// What a workload of that kind has where its file is silent.
[[nodiscard]] WorkloadSettings workload_of(WorkloadKind kind);
/// Whether clients have operations of their own: rounds, or events that they emit.
[[nodiscard]] constexpr bool has_operations(WorkloadKind kind) {
  return kind == WorkloadKind::lock || kind == WorkloadKind::pipeline ||
         kind == WorkloadKind::queue || kind == WorkloadKind::outbox;
}
/// The longest that one step of a pipeline takes: a pause before it, a write, a save.
[[nodiscard]] Nanos step_timeout_of(const WorkloadSettings& workload, const LockSettings& lock);
[[nodiscard]] constexpr bool has_queues(WorkloadKind kind) { return kind == WorkloadKind::queue; }
/// Whether clients have queues on their disks, and there is nothing else.
[[nodiscard]] constexpr bool has_own_queues(const WorkloadSettings& workload) {
  return workload.kind == WorkloadKind::queue && workload.queue == QueueKind::rocksdb;
}
/// Whether clients share a queue on a server.
[[nodiscard]] constexpr bool has_shared_queue(const WorkloadSettings& workload) {
  return workload.kind == WorkloadKind::queue && workload.queue == QueueKind::redis_streams;
}
/// Whether clients have disks.
[[nodiscard]] constexpr bool has_disks(const WorkloadSettings& workload) {
  return has_own_queues(workload) || workload.kind == WorkloadKind::outbox;
}
/// How long one operation of the lock may take in a world that works: a command, or the several
/// rounds of Redlock.
[[nodiscard]] Nanos operation_timeout_of(const LockSettings& lock);
/// How many nodes of a role the scenario has: "client", "redis" (replicas included), "sink".
[[nodiscard]] std::int64_t count_of(const Scenario& scenario, std::string_view role);

/// The names that enumerators have in files.
[[nodiscard]] std::string_view name_of(WorkloadKind kind);
[[nodiscard]] std::string_view name_of(Guarded guarded);
[[nodiscard]] std::string_view name_of(Interface interface);
[[nodiscard]] std::string_view name_of(Level level);
[[nodiscard]] std::string_view name_of(OutboxKind kind);
[[nodiscard]] std::string_view name_of(QueueKind kind);
[[nodiscard]] std::string_view name_of(Backend backend);
[[nodiscard]] std::string_view name_of(Durability durability);
[[nodiscard]] std::string_view name_of(Persistence persistence);
[[nodiscard]] std::string_view name_of(Strategy strategy);
[[nodiscard]] std::string_view name_of(ExpectedVerdict verdict);

}  // namespace lockstep::scenarios
