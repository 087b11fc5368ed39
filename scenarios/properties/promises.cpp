// What the implementation promises, each promise under the assumptions under which it is given.
// The scenarios beside this folder show what breaks each of them when an assumption falls.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "scenarios/properties/property.hpp"

namespace lockstep::properties {

namespace {

using Exercise = checkers::Property;
using scenarios::Backend;
using scenarios::Durability;
using scenarios::Guarded;
using scenarios::Interface;
using scenarios::OutboxKind;
using scenarios::Persistence;
using scenarios::WorkloadKind;

/// Holders that stand still for longer than a lease lasts: what fences are for.
FaultTerms long_pauses() {
  const FaultTerm pause{.kind = faults::Kind::pause, .target = "holder", .lasts_max = seconds(8)};
  return {pause, pause, pause, pause, pause, pause};
}

/// Everything that a lock over sound servers survives.
FaultTerms everything_sound() { return client_faults() + server_faults() + sink_faults(); }

Terms lock_terms(FaultTerms faults) {
  Terms terms{.kind = WorkloadKind::lock, .faults = std::move(faults)};
  terms.interfaces = {Interface::keeper, Interface::plugin};
  return terms;
}

Terms with_redlock(Terms terms) {
  terms.backends = {Backend::redlock};
  return terms;
}

Terms unfenced(Terms terms) {
  terms.guarded = {Guarded::unfenced};
  return terms;
}

Terms work_terms(WorkloadKind kind, FaultTerms faults) {
  Terms terms{.kind = kind, .faults = std::move(faults)};
  // A leader whose clock is behind waits until it has caught up with the last period, and a task's
  // ttl must exceed the difference of the clocks.
  if (kind != WorkloadKind::pipeline) {
    terms.skew_max = milliseconds(200);
    terms.drift_max_ppm = 200;
    std::erase_if(terms.faults, [](const FaultTerm& term) {
      return term.target != "sink" &&
             (term.kind == faults::Kind::clock_step || term.kind == faults::Kind::clock_skew);
    });
  }
  if (kind == WorkloadKind::task) terms.guarded = {Guarded::none};
  return terms;
}

Terms queue_terms(FaultTerms faults) {
  Terms terms{.kind = WorkloadKind::queue, .faults = std::move(faults)};
  terms.push = terms.ack = {Durability::sync, Durability::group};
  return terms;
}

Terms leased(Terms terms) {
  terms.leases = true;
  return terms;
}

Terms shared_queue_terms() {
  Terms terms = leased(queue_terms(client_faults() + server_faults()));
  terms.queues = {scenarios::QueueKind::redis_streams};
  return terms;
}

Terms outbox_terms(OutboxKind outbox, FaultTerms faults) {
  Terms terms{.kind = WorkloadKind::outbox, .faults = std::move(faults)};
  terms.outboxes = {outbox};
  return terms;
}

/// The consumers' disks fail too, and the one of an outbox in RocksDB.
std::vector<Terms> any_outbox() {
  const FaultTerms connections{
      {.kind = faults::Kind::blackhole, .target = "client", .peer = "sink"},
      {.kind = faults::Kind::reset, .target = "sink"}};
  return {outbox_terms(OutboxKind::redis, everything_sound() + power_cuts()),
          outbox_terms(OutboxKind::rocksdb, power_cuts() + sink_faults()),
          outbox_terms(OutboxKind::memory, connections)};
}

FaultTerms only_the_locks_server() { return cut_off_faults() + server_faults(); }

std::vector<Property> locks() {
  Terms reckless = lock_terms(everything_sound() + reckless_faults());
  reckless.may_replicate = true;
  reckless.persistence = {Persistence::aof_always};
  // Writes follow the check of the lease at once: nothing protects a holder that pauses between.
  Terms quick = unfenced(lock_terms(only_the_locks_server()));
  quick.write_delay_max = Nanos(0);
  // Far away, so that pauses fall between a question and its answer.
  Terms paused = lock_terms(long_pauses());
  paused.latency_max = milliseconds(15);
  return {
      promise("no_two_fenced_writes_go_back_in_tokens_whatever_fails",
              {reckless, with_redlock(reckless)}, {"fence/stale-write-accepted"},
              {Exercise::guarded_write, Exercise::takeover, Exercise::stale_refused}),
      promise("no_two_clients_hold_one_lock_while_its_server_keeps_what_it_answered",
              {lock_terms(everything_sound())}, {},
              {Exercise::grant, Exercise::takeover, Exercise::guarded_write}),
      promise("no_two_clients_hold_one_lock_whoever_stands_still", {paused}, {},
              {Exercise::grant, Exercise::takeover, Exercise::lost, Exercise::stale_refused}),
      promise("no_two_clients_hold_one_lock_while_a_majority_of_servers_keeps_what_it_answered",
              {with_redlock(lock_terms(everything_sound()))}, {},
              {Exercise::grant, Exercise::takeover, Exercise::guarded_write}),
      promise("no_client_uses_an_unfenced_resource_after_its_lease_while_only_the_server_fails",
              {quick}, {}, {Exercise::grant, Exercise::takeover, Exercise::guarded_write}),
  };
}

std::vector<Property> workers() {
  const Terms fenced = work_terms(WorkloadKind::pipeline, everything_sound());
  const Terms quiet = unfenced(work_terms(WorkloadKind::pipeline, only_the_locks_server()));
  const Terms scheduler = work_terms(WorkloadKind::scheduler, everything_sound());
  const Terms task = work_terms(WorkloadKind::task, client_faults() + server_faults());
  const Terms paused = work_terms(WorkloadKind::pipeline, long_pauses());
  Terms steady = fenced;
  steady.rotates = false;
  return {
      promise("two_workers_never_work_at_once_under_a_fence",
              {fenced, with_redlock(fenced), paused},
              {"work/two-workers", "fence/stale-write-accepted"},
              {Exercise::applied, Exercise::worker_change}),
      promise("no_event_of_a_collection_is_lost_or_moved_twice_without_a_cause",
              {fenced, with_redlock(fenced)}, {"work/lost-event", "work/unexplained-duplicate"},
              {Exercise::applied, Exercise::saved, Exercise::explained_duplicate}),
      promise("workers_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails",
              {quiet}, {}, {Exercise::applied, Exercise::worker_change}),
      promise("after_the_heal_somebody_works_on_everything", {steady}, {"work/no-takeover"},
              {Exercise::applied, Exercise::worker_change}),
      promise("no_task_is_started_twice_in_a_period", {scheduler}, {},
              {Exercise::dispatched, Exercise::worker_change}),
      promise("no_tick_is_run_twice_while_clocks_differ_as_they_may", {task}, {},
              {Exercise::dispatched, Exercise::worker_change, Exercise::contended}),
  };
}

std::vector<Property> queues() {
  const FaultTerms rot{{.kind = faults::Kind::bit_rot, .target = "client"}};
  Terms pushed = leased(queue_terms(power_cuts() + disk_faults()));
  pushed.ack.push_back(Durability::os);
  Terms damaged = queue_terms(rot);
  damaged.push = damaged.ack = {Durability::sync};
  const FaultTerms clocks{
      {.kind = faults::Kind::pause, .target = "client", .lasts_max = seconds(3)},
      {.kind = faults::Kind::clock_step, .target = "client"},
      {.kind = faults::Kind::clock_drift,
       .target = "client",
       .bounds = scenarios::IntegerRange{-1000, 1000}}};
  return {
      promise("no_acknowledged_event_is_lost_by_any_crash", {pushed},
              {"queue/lost", "queue/corrupt", "queue/unexpected", "queue/id-reused"},
              {Exercise::pushed, Exercise::acked, Exercise::crash_recovered}),
      promise("no_acknowledged_ack_is_taken_back_by_any_crash",
              {leased(queue_terms(power_cuts() + disk_faults()))},
              {"queue/redelivered-after-ack", "queue/acked-twice"},
              {Exercise::acked, Exercise::crash_recovered}),
      promise("damage_takes_only_what_it_hit_and_is_reported", {damaged}, {},
              {Exercise::pushed, Exercise::damage_reported}),
      promise("every_delivery_of_a_queue_has_a_cause_and_an_old_receipt_changes_nothing",
              {leased(queue_terms(clocks + power_cuts()))}, {},
              {Exercise::redelivered, Exercise::expired, Exercise::stale_receipt}),
      promise("a_queue_that_a_fleet_shares_loses_nothing_and_lends_each_event_to_one_at_a_time",
              {shared_queue_terms()}, {},
              {Exercise::pushed, Exercise::acked, Exercise::redelivered, Exercise::expired}),
  };
}

std::vector<Property> outboxes() {
  const Terms fleet = outbox_terms(OutboxKind::redis, everything_sound() + long_pauses());
  const Terms quiet = unfenced(outbox_terms(OutboxKind::redis, only_the_locks_server()));
  return {
      promise("an_entry_that_committed_is_published_or_still_there", any_outbox(),
              {"outbox/lost", "outbox/ghost", "outbox/skipped", "outbox/marked-unpublished"},
              {Exercise::commit, Exercise::publish, Exercise::rolled_back, Exercise::late_commit}),
      promise("entries_of_an_aggregate_are_published_in_order_and_again_only_for_a_cause",
              any_outbox(), {"outbox/reordered", "outbox/unexplained-duplicate"},
              {Exercise::publish, Exercise::duplicate}),
      promise("a_leader_that_lost_its_lock_neither_publishes_nor_marks", {fleet},
              {"outbox/zombie-relay", "outbox/two-leaders", "fence/stale-write-accepted"},
              {Exercise::publish, Exercise::takeover, Exercise::refused}),
      promise("relays_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails", {quiet},
              {"outbox/zombie-relay", "outbox/two-leaders"},
              {Exercise::publish, Exercise::takeover}),
      promise("an_inbox_applies_each_entry_once", any_outbox(),
              {"inbox/applied-twice", "inbox/lost"},
              {Exercise::consume, Exercise::inbox_duplicate}),
  };
}

}  // namespace

const std::vector<Property>& promises() {
  static const std::vector<Property> all = [] {
    std::vector<Property> listed = locks();
    for (const std::vector<Property>& more : {workers(), queues(), outboxes()}) {
      listed.insert(listed.end(), more.begin(), more.end());
    }
    return listed;
  }();
  return all;
}

const Property& promise(std::string_view sentence) {
  const auto found = std::ranges::find(promises(), sentence, &Property::sentence);
  ASSERT(found != promises().end());
  return *found;
}

}  // namespace lockstep::properties
