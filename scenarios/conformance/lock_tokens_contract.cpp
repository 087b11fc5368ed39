// L17 to L21: tokens, fences, lost replies.
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

TEST_P(ServedLockContract, L17_a_grant_that_arrives_after_its_deadline_is_not_returned) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    co_await is_locked(a.lock, "warm up");
    a.network.hold_replies(true);
    env::TaskGroup group(fleet.env());
    AcquireRequest request = a.lock.draw("k", "alice", milliseconds(50));
    std::optional<Result<AcquireOutcome>> outcome;
    group.spawn([](DistributedLockBackend* lock, AcquireRequest* drawn,
                   std::optional<Result<AcquireOutcome>>* result) -> Task<void> {
      *result = co_await lock->acquire(*drawn);
    }(&a.lock, &request, &outcome));
    co_await sleep(fleet.env(), milliseconds(70));
    EXPECT_FALSE(outcome);
    a.network.hold_replies(false);
    co_await group.join();
    EXPECT_TRUE(outcome);
    EXPECT_TRUE(outcome && !*outcome);
    if (outcome && !*outcome) {
      EXPECT_EQ(outcome->error().code, Errc::no_reply);
    }
  });
}

/// Acquires and releases a few times; every fencing token exceeds `highest`, which it moves.
Task<void> use_the_lock(Process& process, FencingToken* highest) {
  for (int i = 0; i < 3; ++i) {
    const Lease lease = co_await must_take(process.lock, "k", "alice");
    EXPECT_GT(lease.fence, *highest);
    *highest = lease.fence;
    const bool released = co_await releases(process.lock, lease);
    EXPECT_TRUE(released);
  }
}

TEST_P(LockContract, L18_fencing_tokens_increase_across_release_and_expiry) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    FencingToken highest{};
    co_await use_the_lock(a, &highest);
    co_await use_the_lock(b, &highest);
    const Lease expired = co_await must_take_briefly(b.lock, "k", "alice");
    highest = expired.fence;
    co_await sleep(fleet.env(), 2 * brief_ttl);
    co_await use_the_lock(a, &highest);
  });
}

TEST_P(ServedLockContract, L18_fencing_tokens_increase_across_restart_and_deletion) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    FencingToken highest{};
    co_await use_the_lock(a, &highest);
    fleet.world().kill_lock_servers();
    fleet.world().start_lock_servers();
    co_await sleep(fleet.env(), milliseconds(200));
    Process& b = fleet.add();
    co_await use_the_lock(b, &highest);
    const Lease deleted = co_await must_take(b.lock, "k", "alice");
    EXPECT_GT(deleted.fence, highest);
    highest = deleted.fence;
    co_await delete_lease(b, "k");
    co_await use_the_lock(b, &highest);
  });
}

TEST_P(LockContract, a_grant_exceeds_the_floor_it_was_asked_with) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    request.floor = FencingToken{1'000'000'000'000};
    const Result<AcquireOutcome> outcome = co_await a.lock.acquire(request);
    EXPECT_TRUE(outcome && std::holds_alternative<Acquired>(*outcome));
    if (!outcome) co_return;
    const Lease& lease = std::get<Acquired>(*outcome).lease;
    EXPECT_EQ(lease.fence, FencingToken{1'000'000'000'001});
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
    const Lease next = co_await must_take(a.lock, "k", "alice");
    EXPECT_EQ(next.fence, FencingToken{1'000'000'000'002});
  });
}

TEST_P(LockContract, tokens_that_would_not_be_exact_are_a_definite_error) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    request.floor = FencingToken{fencing_token_max};
    const Result<AcquireOutcome> outcome = co_await a.lock.acquire(request);
    EXPECT_FALSE(outcome);
    if (!outcome) {
      EXPECT_EQ(outcome.error().code, Errc::limit);
    }
    if (!outcome) {
      EXPECT_FALSE(outcome.error().indefinite());
    }
    co_await must_take(a.lock, "k", "bob");
  });
}

TEST_P(LockContract, L19_the_store_refuses_an_older_token_and_says_what_it_has_seen) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const FencingToken older{7};
    const FencingToken newer{8};
    const Result<StoreOutcome> first = co_await a.store.write("k", older, "one");
    EXPECT_TRUE(first && std::holds_alternative<StoreAccepted>(*first));
    const Result<StoreOutcome> raised = co_await a.store.raise("k", newer);
    EXPECT_TRUE(raised && std::holds_alternative<StoreAccepted>(*raised));
    const Result<StoreOutcome> write = co_await a.store.write("k", older, "two");
    const Result<StoreOutcome> read = co_await a.store.read("k", older);
    const Result<StoreOutcome> raise = co_await a.store.raise("k", older);
    const std::vector<Result<StoreOutcome>> refusals{write, read, raise};
    for (const Result<StoreOutcome>& late : refusals) {
      EXPECT_TRUE(late && std::holds_alternative<StoreRefused>(*late));
      if (late) {
        EXPECT_EQ(std::get<StoreRefused>(*late).seen, newer);
      }
    }
    const Result<StoreOutcome> value = co_await a.store.read("k", newer);
    EXPECT_TRUE(value && std::holds_alternative<StoreAccepted>(*value));
    if (!value) co_return;
    const auto& accepted = std::get<StoreAccepted>(*value);
    EXPECT_EQ(accepted.value, "one");
    EXPECT_EQ(accepted.commit_index, std::get<StoreAccepted>(*raised).commit_index + 1);
    EXPECT_GT(accepted.store_time, WallTime(Nanos(0)));
    const Result<StoreOutcome> other = co_await a.store.read("other", older);
    EXPECT_TRUE(other && std::holds_alternative<StoreAccepted>(*other));
    if (other) {
      EXPECT_EQ(std::get<StoreAccepted>(*other).value, std::nullopt);
    }
  });
}

TEST_P(LockContract, a_store_that_only_records_accepts_every_token) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    RedisFencedStore store(a.store_client, Fencing::recorded, "recorded");
    const FencingToken nine{9};
    const FencingToken three{3};
    const Result<StoreOutcome> newer = co_await store.write("k", nine, "nine");
    const Result<StoreOutcome> older = co_await store.write("k", three, "three");
    EXPECT_TRUE(newer && std::holds_alternative<StoreAccepted>(*newer));
    EXPECT_TRUE(older && std::holds_alternative<StoreAccepted>(*older));
    const Result<StoreOutcome> read = co_await store.read("k", three);
    EXPECT_TRUE(read && std::holds_alternative<StoreAccepted>(*read));
    if (read) {
      EXPECT_EQ(std::get<StoreAccepted>(*read).value, "three");
    }
    const FencingToken huge{std::uint64_t{1} << 53U};
    const Result<StoreOutcome> too_big = co_await store.write("k", huge, "x");
    EXPECT_FALSE(too_big);
    if (!too_big) {
      EXPECT_EQ(too_big.error().code, Errc::invalid_argument);
    }
  });
}

TEST_P(LockContract, L20_two_processes_with_one_label_never_both_hold) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "scheduler-0");
    const std::optional<Lease> second = co_await take(b.lock, "k", "scheduler-0");
    EXPECT_FALSE(second);
    const Result<std::uint64_t> none = co_await b.lock.release_all("scheduler-0");
    EXPECT_EQ(none, 0U);
    const bool held = co_await renews(a.lock, lease);
    EXPECT_TRUE(held);
  });
}

TEST_P(LockContract, a_later_request_of_one_identity_replaces_and_an_earlier_one_is_stale) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Lease first = co_await must_take(a.lock, "k", "alice");
    AcquireRequest delayed = a.lock.draw("k", "alice", long_ttl);
    const Lease second = co_await must_take(a.lock, "k", "alice");
    EXPECT_GT(second.fence, first.fence);
    const bool replaced = co_await renews(a.lock, first);
    EXPECT_FALSE(replaced);
    AcquireRequest too_late = delayed;
    const Result<AcquireOutcome> stale = co_await a.lock.acquire(too_late);
    EXPECT_TRUE(stale && std::holds_alternative<Contended>(*stale));
    if (stale) {
      EXPECT_TRUE(std::get<Contended>(*stale).stale);
    }
    AcquireRequest overtaken = a.lock.draw("k", "alice", long_ttl);
    const Lease third = co_await must_take(a.lock, "k", "alice");
    const bool released = co_await releases(a.lock, third);
    EXPECT_TRUE(released);
    const Result<AcquireOutcome> after = co_await a.lock.acquire(overtaken);  // k is free
    EXPECT_TRUE(after && std::holds_alternative<Contended>(*after));
  });
}

TEST_P(LockContract, a_release_that_comes_late_never_frees_a_lock_acquired_anew) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Lease old = co_await must_take(a.lock, "k", "alice");
    const bool released = co_await releases(a.lock, old);
    EXPECT_TRUE(released);
    const Lease anew = co_await must_take(a.lock, "k", "alice");
    const Result<ReleaseOutcome> late = co_await a.lock.release("k", old.token);
    EXPECT_TRUE(late);
    const bool held = co_await renews(a.lock, anew);
    EXPECT_TRUE(held);
  });
}

// ---- L21: the reply is lost ---------------------------------------------------------------------

TEST_P(RedisLockContract, L21_a_retried_acquire_gives_the_same_grant) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    co_await is_locked(a.lock, "warm up");
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    lose(a);
    const Result<AcquireOutcome> lost = co_await a.lock.acquire(request);
    expect_indefinite(lost);
    co_await mend(a);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_TRUE(locked);  // it had been granted
    const Result<AcquireOutcome> again = co_await a.lock.acquire(request);
    EXPECT_TRUE(again && std::holds_alternative<Acquired>(*again));
    if (!again) co_return;
    const Lease lease = std::get<Acquired>(*again).lease;
    EXPECT_EQ(lease.token, request.token);
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
    const Lease next = co_await must_take(b.lock, "k", "bob");
    EXPECT_EQ(next.fence.value, lease.fence.value + 1);  // the retry minted none
  });
}

TEST_P(RedlockContract, L21_an_acquire_without_answers_is_given_back_and_decided_anew) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    const Lease before = co_await must_take(a.lock, "k", "alice");
    const bool released = co_await releases(a.lock, before);
    EXPECT_TRUE(released);
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    lose(a);
    const Result<AcquireOutcome> lost = co_await a.lock.acquire(request);
    expect_indefinite(lost);
    co_await mend(a);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
    const Result<AcquireOutcome> spent = co_await a.lock.acquire(request);
    EXPECT_FALSE(spent);
    if (!spent) {
      EXPECT_EQ(spent.error().code, Errc::invalid_argument);
    }
    const Lease fresh = co_await must_take(a.lock, "k", "alice");
    EXPECT_GT(fresh.fence, before.fence);
  });
}

TEST_P(ServedLockContract, L21_after_its_lease_ended_a_retried_acquire_is_a_fresh_decision) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    co_await is_locked(a.lock, "warm up");
    AcquireRequest request = a.lock.draw("k", "alice", brief_ttl);
    lose(a);
    const Result<AcquireOutcome> lost = co_await a.lock.acquire(request);
    expect_indefinite(lost);
    co_await mend(a);
    co_await sleep(fleet.env(), 2 * brief_ttl);
    const Lease bobs = co_await must_take(b.lock, "k", "bob");
    const Result<AcquireOutcome> spent = co_await a.lock.acquire(request);
    EXPECT_FALSE(spent);
    if (!spent) {
      EXPECT_EQ(spent.error().code, Errc::invalid_argument);
    }
    const std::optional<Lease> fresh = co_await take(a.lock, "k", "alice");
    EXPECT_FALSE(fresh);
    const bool untouched = co_await renews(b.lock, bobs);
    EXPECT_TRUE(untouched);
  });
}

TEST_P(ServedLockContract, L21_a_retried_renewal_answers_by_the_state_at_the_retry) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    lose(a);
    const Result<RenewOutcome> lost = co_await a.lock.renew(lease, brief_ttl);
    expect_indefinite(lost);
    co_await mend(a);
    co_await sleep(fleet.env(), 2 * brief_ttl);
    const bool again = co_await renews(a.lock, lease);
    EXPECT_FALSE(again);  // the lost one had taken effect, and its ttl has passed
    const Lease other = co_await must_take(a.lock, "m", "alice", seconds(30));
    lose(a);
    const Result<RenewOutcome> unknown = co_await a.lock.renew(other, long_ttl);
    expect_indefinite(unknown);
    co_await mend(a);
    const bool renewed = co_await renews(a.lock, other);
    EXPECT_TRUE(renewed);
  });
}

TEST_P(ServedLockContract, L21_a_retried_release_says_released_while_it_was_the_last) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    lose(a);
    const Result<ReleaseOutcome> lost = co_await a.lock.release(lease.key, lease.token);
    expect_indefinite(lost);
    co_await mend(a);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
    const bool again = co_await releases(a.lock, lease);
    EXPECT_TRUE(again);
    const Lease bobs = co_await must_take(b.lock, "k", "bob");
    const bool under_bob = co_await releases(a.lock, lease);
    EXPECT_TRUE(under_bob);  // still the last one that was released
    const bool untouched = co_await releases(b.lock, bobs);
    EXPECT_TRUE(untouched);
    const bool after_bob = co_await releases(a.lock, lease);
    EXPECT_FALSE(after_bob);
  });
}

TEST_P(ServedLockContract, release_all_covers_what_may_have_been_granted) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    co_await is_locked(a.lock, "warm up");
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    lose(a);
    const Result<AcquireOutcome> lost = co_await a.lock.acquire(request);
    expect_indefinite(lost);
    co_await mend(a);
    const Result<std::uint64_t> count = co_await a.lock.release_all("alice");
    EXPECT_EQ(count, 1U);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
    const Result<AcquireOutcome> spent = co_await a.lock.acquire(request);
    EXPECT_FALSE(spent);
  });
}

}  // namespace
}  // namespace lockstep::conformance
