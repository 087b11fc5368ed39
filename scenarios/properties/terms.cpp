#include "scenarios/properties/terms.hpp"

#include <chrono>

namespace lockstep::properties {

namespace {

using faults::Kind;
using scenarios::IntegerRange;
using scenarios::WorkloadKind;

constexpr IntegerRange jump{-Nanos(std::chrono::hours(1)).count(),
                            Nanos(std::chrono::hours(1)).count()};
constexpr IntegerRange skew{-Nanos(seconds(30)).count(), Nanos(seconds(30)).count()};
constexpr IntegerRange drift{-1000, 1000};
constexpr IntegerRange delay{Nanos(milliseconds(1)).count(), Nanos(milliseconds(300)).count()};
constexpr IntegerRange slow{Nanos(microseconds(100)).count(), Nanos(milliseconds(50)).count()};

}  // namespace

FaultTerms operator+(FaultTerms a, const FaultTerms& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

FaultTerms client_faults() {
  return {{.kind = Kind::pause, .target = "client", .lasts_max = seconds(6)},
          {.kind = Kind::pause, .target = "holder", .lasts_max = seconds(6)},
          {.kind = Kind::crash, .target = "client"},
          {.kind = Kind::crash, .target = "holder"},
          {.kind = Kind::partition, .target = "any"},
          {.kind = Kind::blackhole, .target = "client", .peer = "redis"},
          {.kind = Kind::blackhole, .target = "client", .peer = "sink"},
          {.kind = Kind::blackhole, .target = "holder"},
          {.kind = Kind::clog, .target = "client"},
          {.kind = Kind::latency, .target = "client", .bounds = delay},
          {.kind = Kind::reset, .target = "client"},
          {.kind = Kind::clock_step, .target = "client", .bounds = jump},
          {.kind = Kind::clock_skew, .target = "client", .bounds = skew},
          {.kind = Kind::clock_drift, .target = "client", .bounds = drift}};
}

FaultTerms server_faults() {
  return {{.kind = Kind::pause, .target = "redis", .lasts_max = seconds(3)},
          {.kind = Kind::redis_restart, .target = "redis", .lasts_max = seconds(3)},
          {.kind = Kind::reset, .target = "redis"},
          {.kind = Kind::refuse, .target = "redis", .lasts_max = seconds(2)},
          {.kind = Kind::slow_disk, .target = "redis", .lasts_max = seconds(3), .bounds = slow},
          {.kind = Kind::fsync_error, .target = "redis", .lasts_max = seconds(2)},
          {.kind = Kind::script_flush, .target = "redis"}};
}

FaultTerms sink_faults() {
  return {{.kind = Kind::pause, .target = "sink", .lasts_max = seconds(3)},
          {.kind = Kind::redis_restart, .target = "sink", .lasts_max = seconds(3)},
          {.kind = Kind::reset, .target = "sink"},
          {.kind = Kind::refuse, .target = "sink", .lasts_max = seconds(2)},
          {.kind = Kind::clock_step, .target = "sink", .bounds = jump},
          {.kind = Kind::clock_skew, .target = "sink", .bounds = skew},
          {.kind = Kind::script_flush, .target = "sink"}};
}

FaultTerms reckless_faults() {
  return {{.kind = Kind::clock_step, .target = "redis", .bounds = jump},
          {.kind = Kind::clock_skew, .target = "redis", .bounds = skew},
          {.kind = Kind::evict, .target = "redis", .bounds = IntegerRange{1, 3}},
          {.kind = Kind::redis_restart_empty, .target = "redis"},
          {.kind = Kind::redis_restart, .target = "redis"},
          {.kind = Kind::failover, .target = "redis"}};
}

FaultTerms cut_off_faults() {
  return {{.kind = Kind::blackhole, .target = "client", .peer = "redis", .lasts_max = seconds(6)},
          {.kind = Kind::blackhole, .target = "holder", .peer = "redis", .lasts_max = seconds(6)}};
}

FaultTerms power_cuts() {
  return {{.kind = Kind::crash, .target = "client", .lasts_max = seconds(1)},
          {.kind = Kind::torn_write, .target = "client"},
          {.kind = Kind::lose_unsynced, .target = "client"}};
}

FaultTerms disk_faults() {
  return {{.kind = Kind::fsync_error, .target = "client", .lasts_max = seconds(1)},
          {.kind = Kind::io_error, .target = "client", .lasts_max = seconds(1)},
          {.kind = Kind::disk_full, .target = "client", .lasts_max = seconds(2)},
          {.kind = Kind::slow_disk,
           .target = "client",
           .lasts_max = seconds(3),
           .bounds = IntegerRange{100'000, 20'000'000}}};
}

std::vector<Terms> anything() {
  using scenarios::Durability;
  using scenarios::Guarded;
  using scenarios::OutboxKind;
  using scenarios::Persistence;
  std::vector<Terms> all;
  for (const WorkloadKind kind :
       {WorkloadKind::lock, WorkloadKind::outbox, WorkloadKind::pipeline, WorkloadKind::queue,
        WorkloadKind::scheduler, WorkloadKind::task}) {
    Terms terms{.kind = kind, .may_replicate = true, .leases = true, .any_fault = true};
    terms.guarded = {Guarded::unfenced, Guarded::fenced};
    if (kind == WorkloadKind::lock) terms.guarded.push_back(Guarded::none);
    if (kind == WorkloadKind::task) terms.guarded = {Guarded::none};
    terms.backends.push_back(scenarios::Backend::redlock);
    terms.interfaces.push_back(scenarios::Interface::plugin);
    terms.persistence = {Persistence::none, Persistence::aof_everysec, Persistence::aof_always};
    terms.outboxes = {OutboxKind::redis, OutboxKind::rocksdb, OutboxKind::memory};
    terms.queues = {scenarios::QueueKind::rocksdb, scenarios::QueueKind::redis_streams};
    terms.push = terms.ack = {Durability::sync, Durability::group, Durability::os};
    if (kind == WorkloadKind::task) terms.skew_max = milliseconds(200);  // its ttl must cover it
    terms.entries_min = 0;
    terms.duration = {seconds(1), seconds(6)};
    all.push_back(std::move(terms));
  }
  return all;
}

}  // namespace lockstep::properties
