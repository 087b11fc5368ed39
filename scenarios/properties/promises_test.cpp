// Every promise as a test of its sentence: rapidcheck draws scenarios within the terms of the
// promise, and no run of them may break it.
#include <gtest/gtest.h>

#include "scenarios/properties/property_tests.hpp"

namespace lockstep::properties {
namespace {

/// The promise whose sentence is the name of the running test.
void expect_promise_kept(std::uint64_t full) {
  expect_kept(promise(::testing::UnitTest::GetInstance()->current_test_info()->name()), full);
}

TEST(Locks, no_two_fenced_writes_go_back_in_tokens_whatever_fails) { expect_promise_kept(100); }

TEST(Locks, no_two_clients_hold_one_lock_while_its_server_keeps_what_it_answered) {
  expect_promise_kept(100);
}

TEST(Locks, no_two_clients_hold_one_lock_whoever_stands_still) { expect_promise_kept(100); }

TEST(Locks, no_two_clients_hold_one_lock_while_a_majority_of_servers_keeps_what_it_answered) {
  expect_promise_kept(100);
}

TEST(Locks, no_client_uses_an_unfenced_resource_after_its_lease_while_only_the_server_fails) {
  expect_promise_kept(100);
}

TEST(Workers, two_workers_never_work_at_once_under_a_fence) { expect_promise_kept(100); }

TEST(Workers, no_event_of_a_collection_is_lost_or_moved_twice_without_a_cause) {
  expect_promise_kept(100);
}

TEST(Workers, workers_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails) {
  expect_promise_kept(100);
}

TEST(Workers, after_the_heal_somebody_works_on_everything) { expect_promise_kept(100); }

TEST(Workers, no_task_is_started_twice_in_a_period) { expect_promise_kept(100); }

TEST(Workers, no_tick_is_run_twice_while_clocks_differ_as_they_may) { expect_promise_kept(100); }

TEST(Queues, no_acknowledged_event_is_lost_by_any_crash) { expect_promise_kept(100); }

TEST(Queues, no_acknowledged_ack_is_taken_back_by_any_crash) { expect_promise_kept(100); }

TEST(Queues, damage_takes_only_what_it_hit_and_is_reported) { expect_promise_kept(100); }

TEST(Queues, every_delivery_of_a_queue_has_a_cause_and_an_old_receipt_changes_nothing) {
  expect_promise_kept(100);
}

TEST(Queues, a_queue_that_a_fleet_shares_loses_nothing_and_lends_each_event_to_one_at_a_time) {
  expect_promise_kept(50);
}

TEST(Outboxes, an_entry_that_committed_is_published_or_still_there) { expect_promise_kept(100); }

TEST(Outboxes, entries_of_an_aggregate_are_published_in_order_and_again_only_for_a_cause) {
  expect_promise_kept(100);
}

TEST(Outboxes, a_leader_that_lost_its_lock_neither_publishes_nor_marks) {
  expect_promise_kept(100);
}

TEST(Outboxes, relays_are_quiet_before_their_lease_ends_while_only_the_locks_server_fails) {
  expect_promise_kept(100);
}

TEST(Outboxes, an_inbox_applies_each_entry_once) { expect_promise_kept(100); }

TEST(Promises, each_is_tried_by_a_test_of_its_name) {
  const auto* const unit = ::testing::UnitTest::GetInstance();
  for (const Property& property : promises()) {
    bool found = false;
    for (int i = 0; i < unit->total_test_suite_count(); ++i) {
      const auto* const suite = unit->GetTestSuite(i);
      for (int k = 0; k < suite->total_test_count(); ++k) {
        found = found || suite->GetTestInfo(k)->name() == property.sentence;
      }
    }
    EXPECT_TRUE(found) << property.sentence;
  }
}

}  // namespace
}  // namespace lockstep::properties
