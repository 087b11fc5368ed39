// Every promise seen to fail: with a member of the zoo in the place of the implementation, the very
// same property, over cases drawn in the very same way, reports its anomaly.
#include <gtest/gtest.h>

#include <ostream>

#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/properties/property_tests.hpp"

namespace lockstep::properties {
namespace {

struct Wrong {
  std::string_view implementation;
  std::string_view sentence;
  std::string_view anomaly;    ///< the first that is found; empty: any of those of the promise
  std::uint64_t within = 300;  ///< cases
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.implementation; }

class Promise : public ::testing::TestWithParam<Wrong> {};

TEST_P(Promise, is_seen_to_be_broken_by) {
  const Wrong& wrong = GetParam();
  expect_broken(promise(wrong.sentence), wrong.implementation, wrong.anomaly, wrong.within);
}

constexpr std::string_view one_holder =
    "no_two_clients_hold_one_lock_while_its_server_keeps_what_it_answered";
constexpr std::string_view quiet_workers =
    "workers_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails";
constexpr std::string_view shared_queue =
    "a_queue_that_a_fleet_shares_loses_nothing_and_lends_each_event_to_one_at_a_time";
constexpr std::string_view pushes_stay = "no_acknowledged_event_is_lost_by_any_crash";
constexpr std::string_view entries_stay = "an_entry_that_committed_is_published_or_still_there";

const Wrong members[] = {
    {"zoo/client_clock_expiry", one_holder, ""},
    {"zoo/get_then_pexpire", "no_two_clients_hold_one_lock_whoever_stands_still", "", 2000},
    {"zoo/owner_from_counter", one_holder, ""},
    {"zoo/plain_delete", one_holder, ""},
    {"zoo/release_by_key", one_holder, ""},
    {"zoo/renew_after_expiry", one_holder, ""},
    {"zoo/stranded_key", one_holder, "lock/refused-own"},
    {"zoo/ttl_seconds", one_holder, ""},
    {"zoo/client_clock_expiry",
     "no_client_uses_an_unfenced_resource_after_its_lease_while_only_the_server_fails", ""},
    {"zoo/no_local_deadline", quiet_workers, "work/two-workers"},
    {"zoo/refresh_stops_before_drain", quiet_workers, "work/two-workers"},
    {"zoo/worker_survives_loss", quiet_workers, "work/two-workers"},
    {"zoo/token_before_write", "no_event_of_a_collection_is_lost_or_moved_twice_without_a_cause",
     "work/lost-event"},
    {"zoo/never_retries", "after_the_heal_somebody_works_on_everything", "work/no-takeover"},
    {"zoo/zombie_refresher", "after_the_heal_somebody_works_on_everything", "work/no-takeover"},
    {"zoo/leader_kept_on_error", "no_task_is_started_twice_in_a_period", "work/two-workers"},
    {"zoo/ack_on_pop", pushes_stay, "queue/lost"},
    {"zoo/push_without_sync", pushes_stay, "queue/lost"},
    {"zoo/id_from_max_key", pushes_stay, ""},
    {"zoo/ack_before_fsync", "no_acknowledged_ack_is_taken_back_by_any_crash", ""},
    {"zoo/point_in_time_recovery", "damage_takes_only_what_it_hit_and_is_reported", ""},
    {"zoo/late_ack_deletes_new",
     "every_delivery_of_a_queue_has_a_cause_and_an_old_receipt_changes_nothing", ""},
    {"zoo/streams_ack_unchecked", shared_queue, ""},
    {"zoo/streams_claim_any", shared_queue, ""},
    {"zoo/streams_noack", shared_queue, "queue/undrained"},
    {"zoo/streams_push_repeated", shared_queue, "queue/unexpected"},
    {"zoo/cursor_skips_late_commit", entries_stay, "outbox/skipped"},
    {"zoo/mark_before_publish", entries_stay, ""},
    {"zoo/unfenced_old_leader", "a_leader_that_lost_its_lock_neither_publishes_nor_marks", ""},
    {"zoo/leader_lost_mid_batch",
     "relays_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails",
     "outbox/zombie-relay", 1000},
    {"zoo/inbox_forgets_too_soon", "an_inbox_applies_each_entry_once", "inbox/applied-twice"},
};

/// The guarded resource compares no tokens, and is judged as one that does.
Result<scenarios::RunResult> run_without_a_fence(const scenarios::Plan& plan,
                                                 const scenarios::RunOptions& options) {
  scenarios::Plan unfenced = plan;
  unfenced.config.workload.guarded = scenarios::Guarded::unfenced;
  Result<scenarios::RunResult> run = scenarios::run_plan(unfenced, options);
  if (!run) return run;
  run->history.header.params.fenced = true;
  run->judgement = checkers::judge_both(run->history).value();
  return run;
}

TEST(WithoutAFence, a_write_with_an_old_token_is_accepted_and_reported) {
  expect_broken(promise("no_two_fenced_writes_go_back_in_tokens_whatever_fails"), "reference",
                "fence/stale-write-accepted", 300, run_without_a_fence);
}

TEST(WithoutAFence, two_workers_at_once_are_reported) {
  expect_broken(promise("two_workers_never_work_at_once_under_a_fence"), "reference", "", 300,
                run_without_a_fence);
}

TEST(WhatIsLeft, of_a_broken_promise_is_a_failure_that_replays_and_a_shrunk_one) {
  const Property& property = promise(one_holder);
  const Examined examined =
      examine(property, {.count = 50, .first = Seed{0}},
              {.runner = scenarios::run_plan, .implementation = "zoo/ttl_seconds", .out = {}});
  ASSERT_TRUE(examined.seed);
  const std::string out = failures_folder() + "/test";
  const std::string words = report_failure(property, examined, scenarios::run_plan, out);
  const std::string folder = campaign::run_folder(out, std::string(one_holder), *examined.seed);
  const auto whole = scenarios::load_failure(folder + "/failure.json");
  const auto small = scenarios::load_failure(folder + "/shrunk/failure.json");
  ASSERT_TRUE(whole && small) << words;
  EXPECT_EQ(whole->plan, examined.broken.plan);
  EXPECT_LT(small->plan.operations.size(), 10U) << words;
  for (const auto& failure : {*whole, *small}) {
    const auto run = scenarios::run_plan(failure.plan, {}).value();
    EXPECT_EQ(run.trace_hash.hex(), failure.trace_hash);
    EXPECT_TRUE(run.judgement.black_box.has(examined.broken.anomaly)) << words;
  }
}

INSTANTIATE_TEST_SUITE_P(Zoo, Promise, ::testing::ValuesIn(members));

}  // namespace
}  // namespace lockstep::properties
