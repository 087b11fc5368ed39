#include "scenarios/properties/generate.hpp"

#include <algorithm>
#include <string>

#include "impl/base/assert.hpp"
#include "scenarios/format/scenario_check.hpp"
#include "scenarios/properties/draws.hpp"

namespace lockstep::properties {

namespace {

using scenarios::Guarded;
using scenarios::LockSettings;
using scenarios::Scenario;
using scenarios::WorkloadKind;
using scenarios::WorkloadSettings;

DurationRange up_to(Nanos high) {
  const Nanos drawn_high = drawn_magnitude(Nanos(0), high);
  return {Nanos(0), drawn_high};
}

/// Fractions of the ttl that leave room for a renewal before the holder has to stop (validate() of
/// impl/lock), and for a step of a worker within the grace (check_work(), check_outbox()).
void draw_lock(const Terms& terms, LockSettings& lock) {
  lock.backend = one_of(terms.backends);
  const std::int64_t ttl_ms = drawn(1200, 3000);
  lock.ttl = milliseconds(ttl_ms);
  lock.command_timeout = drawn(lock.ttl / 24, lock.ttl / 15);
  lock.connect_timeout = drawn(lock.command_timeout, 2 * lock.command_timeout);
  lock.refresh_interval = drawn(lock.ttl / 8, lock.ttl / 3);
  lock.retry_interval = drawn(lock.ttl / 20, lock.ttl / 4);
  lock.retry_jitter = drawn(lock.ttl / 30, lock.ttl / 10);
  lock.renew_retry_interval = drawn(lock.ttl / 50, lock.ttl / 10);
  lock.stop_grace = lock.ttl / 5;
}

void draw_topology(const Terms& terms, Scenario& scenario) {
  scenarios::Topology& topology = scenario.topology;
  const bool several = scenario.lock.backend == scenarios::Backend::redlock;
  topology.redis.nodes = several && chance(30) ? 5 : (several ? 3 : 1);
  topology.redis.persistence = one_of(terms.persistence);
  topology.sink.persistence = one_of(terms.persistence);
  topology.redis.replica = !several && terms.may_replicate && chance(50);
  topology.redis.replication_delay = drawn_range(Nanos(0), milliseconds(50));
}

scenarios::ClockSettings drawn_clock(const Terms& terms) {
  const Nanos skew = drawn_magnitude(Nanos(0), terms.skew_max);
  const std::int64_t drift = drawn(0, terms.drift_max_ppm);
  return {.skew = {-skew, skew}, .drift_ppm = {-drift, drift}};
}

void draw_surroundings(const Terms& terms, Scenario& scenario) {
  scenario.clocks.all = drawn_clock(terms);
  if (chance(30)) scenario.clocks.redis = drawn_clock(terms);
  if (chance(30)) scenario.clocks.sink = drawn_clock(terms);
  scenario.network.latency = drawn_range(microseconds(50), terms.latency_max);
  scenario.network.jitter = up_to(milliseconds(5));
  if (chance(20)) scenario.network.bandwidth_bytes_per_s = drawn(100'000, 10'000'000);
  if (chance(30)) scenario.strategy = static_cast<scenarios::Strategy>(drawn(1, 4));
  scenario.swarm = chance(40);
  const Nanos duration = drawn(terms.duration.low, terms.duration.high);
  scenario.duration = std::chrono::ceil<milliseconds>(duration);
}

void draw_lock_workload(const Terms& terms, WorkloadSettings& workload) {
  workload.interface = one_of(terms.interfaces);
  workload.hold = drawn_range(milliseconds(10), seconds(3));
  workload.think = drawn_range(milliseconds(2), milliseconds(500));
  workload.write_every = drawn_magnitude(milliseconds(20), milliseconds(500));
}

void draw_pipeline(WorkloadSettings& workload) {
  workload.keys = drawn(1, 4);
  workload.think = drawn_range(milliseconds(20), milliseconds(400));
  workload.level = static_cast<scenarios::Level>(drawn(0, 2));
  workload.batch = drawn(1, 40);
  workload.step = drawn(1, 10);
}

void draw_outbox(const Terms& terms, WorkloadSettings& workload) {
  workload.keys = drawn(1, 5);
  workload.outbox = one_of(terms.outboxes);
  const bool fleet = workload.outbox == scenarios::OutboxKind::redis;
  if (!fleet) workload.clients = 1;
  workload.elected = fleet || chance(30);
  workload.think = drawn_range(milliseconds(10), milliseconds(300));
  workload.hold = drawn_range(milliseconds(20), seconds(1));
  workload.batch = drawn(1, 60);
  workload.inboxes = drawn(1, workload.clients);
  workload.rollback_percent = drawn(0, 20);
  if (workload.outbox == scenarios::OutboxKind::memory) workload.late_percent = drawn(0, 40);
  if (chance(30)) workload.poison_percent = drawn(1, 5);
}

/// What only a queue has that clients share on a server.
void draw_shared_queue(Scenario& scenario) {
  scenario.workload.clients = drawn(1, 3);
  scenario.workload.consumers += 2;  // each waits for the network twice an event
  scenario.workload.think = drawn_range(milliseconds(50), milliseconds(300));
  scenario.queue.push = scenario.queue.ack = scenarios::Durability::sync;
  if (scenario.queue.visibility.count() > 0) return;
  scenario.queue.visibility = drawn(milliseconds(200), seconds(1));
}

void draw_own_queue(const Terms& terms, Scenario& scenario) {
  WorkloadSettings& workload = scenario.workload;
  workload.clients = chance(20) ? 2 : 1;
  workload.keys = drawn(1, 4);
  workload.consumers = drawn(1, 4);
  workload.hold = up_to(milliseconds(100));
  workload.think = drawn_range(milliseconds(2), milliseconds(100));
  const std::int64_t bytes = drawn(0, 2000);
  workload.payload = {0, bytes};
  workload.nack_percent = drawn(0, 25);
  workload.delay_percent = drawn(0, 50);
  scenario.queue.push = one_of(terms.push);
  scenario.queue.ack = one_of(terms.ack);
  scenario.queue.backoff = drawn(milliseconds(20), milliseconds(200));
  if (!terms.leases || chance(25)) return;
  scenario.queue.visibility = drawn(milliseconds(200), seconds(1));
  workload.stall_percent = drawn(0, 25);
  workload.extend_percent = drawn(0, 25);
  if (chance(60)) scenario.queue.attempts_max = drawn(2, 5);
}

void draw_queue(const Terms& terms, Scenario& scenario) {
  draw_own_queue(terms, scenario);
  if (terms.queues.size() > 1) {
    scenario.workload.queue = one_of(terms.queues);
  } else {
    scenario.workload.queue = terms.queues.front();
  }
  if (scenarios::has_shared_queue(scenario.workload)) draw_shared_queue(scenario);
}

void draw_workload(const Terms& terms, Scenario& scenario) {
  WorkloadSettings& workload = scenario.workload;
  workload = scenarios::workload_of(terms.kind);
  workload.clients = drawn(2, 5);
  workload.keys = drawn(1, 3);
  if (terms.kind != WorkloadKind::task && terms.kind != WorkloadKind::queue) {
    workload.guarded = one_of(terms.guarded);
    workload.write_delay = up_to(std::min(terms.write_delay_max, scenario.lock.ttl / 15));
  }
  const bool may_rotate = terms.kind != WorkloadKind::lock && terms.kind != WorkloadKind::task;
  if (may_rotate && terms.rotates && chance(60)) {
    workload.rotate = drawn_range(milliseconds(500), seconds(6));
  }
  switch (terms.kind) {
    case WorkloadKind::lock: return draw_lock_workload(terms, workload);
    case WorkloadKind::outbox: return draw_outbox(terms, workload);
    case WorkloadKind::pipeline: return draw_pipeline(workload);
    case WorkloadKind::queue: return draw_queue(terms, scenario);
    case WorkloadKind::scheduler: workload.period = milliseconds(drawn(200, 1500)); return;
    case WorkloadKind::task:
      workload.period = milliseconds(drawn(500, 1500));
      workload.hold = drawn_range(milliseconds(5), milliseconds(300));
  }
}

}  // namespace

Scenario drawn_scenario(const Terms& terms) {
  Scenario scenario;
  draw_lock(terms, scenario.lock);
  draw_workload(terms, scenario);
  draw_topology(terms, scenario);
  draw_surroundings(terms, scenario);
  if (scenarios::has_own_queues(scenario.workload) && terms.any_fault && chance(15)) {
    scenario.sweep.calls = drawn(1, 400);
  }
  draw_faults(terms, scenario);
  ASSERT(!scenarios::check(scenario).has_value());
  return scenario;
}

Case generate(std::string_view name, const std::vector<Terms>& terms, Seed seed,
              std::string_view implementation) {
  const auto cases = rc::gen::exec([&] {
    Case drawn_case;
    Terms chosen = one_of(terms);
    // Only the reference has a Redlock.
    if (implementation != "reference") chosen.backends = {scenarios::Backend::redis};
    drawn_case.scenario = drawn_scenario(chosen);
    drawn_case.scenario.name = name;
    drawn_case.scenario.about = "Generated.";
    drawn_case.scenario.implementation = implementation;
    drawn_case.plan = scenarios::expand(drawn_case.scenario, seed);
    if (chance(50)) mutate_operations(drawn_case.plan);
    return drawn_case;
  });
  // The nominal size, at which ranges are drawn whole. Not shrinkable: see draws.hpp.
  const auto drawn_case = cases(rc::Random(seed.value), rc::kNominalSize);
  return drawn_case.value();
}

}  // namespace lockstep::properties
