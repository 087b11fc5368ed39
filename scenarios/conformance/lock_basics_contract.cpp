// L1 to L10, L15: who holds what, and until when.
#include "impl/lock/owner_locks.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

TEST_P(LockContract, L1_the_first_acquire_wins_and_is_reported_until_its_release) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const bool before = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(before);
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    EXPECT_GT(lease.fence.value, 0U);
    EXPECT_GT(lease.deadline, fleet.env().clock.now());
    EXPECT_LE(lease.deadline, fleet.env().clock.now() + long_ttl - margin_of(long_ttl));
    const bool during = co_await is_locked(a.lock, "k");
    EXPECT_TRUE(during);
    const std::optional<std::string> owner = co_await owner_of(a.lock, "k");
    EXPECT_EQ(owner, "alice");
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
    const bool after = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(after);
    const std::optional<std::string> nobody = co_await owner_of(a.lock, "k");
    EXPECT_EQ(nobody, std::nullopt);
  });
}

TEST_P(LockContract, L2_a_second_owner_gets_contention_not_an_error) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    co_await must_take(a.lock, "k", "alice");
    AcquireRequest elsewhere = b.lock.draw("k", "bob", long_ttl);
    const Result<AcquireOutcome> other = co_await b.lock.acquire(elsewhere);
    EXPECT_TRUE(other && std::holds_alternative<Contended>(*other));
    AcquireRequest here = a.lock.draw("k", "bob", long_ttl);
    const Result<AcquireOutcome> same = co_await a.lock.acquire(here);
    EXPECT_TRUE(same && std::holds_alternative<Contended>(*same));
  });
}

TEST_P(LockContract, L3_keys_are_independent_whatever_they_are_made_of) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    std::vector<Lease> leases;
    std::string zeros("z\0z", 3);
    const std::string longest(key_bytes_max, 'x');
    const std::vector<std::string> keys{"k", "K", "k ", "}", "{k}", "a:b", "\r\n", zeros, longest};
    for (const std::string& key : keys) {
      const Lease lease = co_await must_take(a.lock, key, "alice");
      leases.push_back(lease);
    }
    for (const Lease& lease : leases) {
      const std::optional<Lease> taken = co_await take(a.lock, lease.key, "bob");
      EXPECT_FALSE(taken);
      const bool released = co_await releases(a.lock, lease);
      EXPECT_TRUE(released);
    }
  });
}

TEST_P(LockContract, owners_may_be_made_of_anything) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const std::string zeros("z\0z", 3);
    const std::vector<std::string> owners{"a:b:c", "12", " x ", "a\nb", zeros};
    for (const std::string& owner : owners) {
      const Lease lease = co_await must_take(a.lock, "k", owner);
      const std::optional<std::string> reported = co_await owner_of(a.lock, "k");
      EXPECT_EQ(reported, owner);
      const bool renewed = co_await renews(a.lock, lease);
      EXPECT_TRUE(renewed);
      const bool released = co_await releases(a.lock, lease);
      EXPECT_TRUE(released);
    }
  });
}

TEST_P(LockContract, L4_a_wrong_release_changes_nothing_and_a_double_one_is_harmless) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    Lease forged = lease;
    forged.token.nonce += 1;
    const bool foreign = co_await releases(b.lock, forged);
    EXPECT_FALSE(foreign);
    Lease older = lease;
    older.token.n += 1;
    const bool never_held = co_await releases(a.lock, older);
    EXPECT_FALSE(never_held);
    const bool held = co_await renews(a.lock, lease);
    EXPECT_TRUE(held);
    const bool first = co_await releases(a.lock, lease);
    EXPECT_TRUE(first);
    const Lease next = co_await must_take(b.lock, "k", "bob");
    const Result<ReleaseOutcome> second = co_await a.lock.release(lease.key, lease.token);
    EXPECT_TRUE(second);
    const bool untouched = co_await renews(b.lock, next);
    EXPECT_TRUE(untouched);
  });
}

TEST_P(LockContract, L5_after_a_release_anybody_acquires_at_once_and_again) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    for (int i = 0; i < 3; ++i) {
      const Lease mine = co_await must_take(a.lock, "k", "alice");
      const bool released = co_await releases(a.lock, mine);
      EXPECT_TRUE(released);
      const Lease again = co_await must_take(a.lock, "k", "alice");
      EXPECT_GT(again.fence, mine.fence);
      EXPECT_NE(again.token, mine.token);
      const bool released_again = co_await releases(a.lock, again);
      EXPECT_TRUE(released_again);
      const Lease theirs = co_await must_take(b.lock, "k", "bob");
      EXPECT_GT(theirs.fence, again.fence);
      const bool released_theirs = co_await releases(b.lock, theirs);
      EXPECT_TRUE(released_theirs);
    }
  });
}

TEST_P(LockContract, L6_after_the_ttl_another_may_acquire) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease lease = co_await must_take_briefly(a.lock, "k", "alice");
    co_await sleep(fleet.env(), 2 * brief_ttl);
    EXPECT_GE(fleet.env().clock.now(), lease.deadline);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
    const Lease next = co_await must_take(b.lock, "k", "bob");
    EXPECT_GT(next.fence, lease.fence);
  });
}

TEST_P(LockContract, L7_renewal_resets_the_ttl_and_is_the_holders_alone) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice", seconds(30));
    const bool longer = co_await renews(a.lock, lease, seconds(50));
    EXPECT_TRUE(longer);
    const std::int64_t left = co_await ttl_left(a, "k");
    EXPECT_GT(left, 30'000);
    EXPECT_LE(left, 50'000);  // not 80'000
    Lease foreign = lease;
    foreign.token.nonce += 1;
    const bool by_another = co_await renews(b.lock, foreign);
    EXPECT_FALSE(by_another);
    const bool brief = co_await renews(a.lock, lease, brief_ttl);
    EXPECT_TRUE(brief);
    co_await sleep(fleet.env(), 2 * brief_ttl);
    const bool expired = co_await renews(a.lock, lease);
    EXPECT_FALSE(expired);
    Lease missing = lease;
    missing.key = "nobody holds this";
    const bool of_nothing = co_await renews(a.lock, missing);
    EXPECT_FALSE(of_nothing);
    const bool too_late = co_await releases(a.lock, lease);
    EXPECT_FALSE(too_late);
  });
}

TEST_P(LockContract, L8_a_ttl_out_of_range_is_rejected_before_anything_is_sent) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const std::vector<Nanos> ttls{Nanos(0),           Nanos(-1),    Nanos(999'999), seconds(-5),
                                  ttl_max + Nanos(1), Nanos::max(), Nanos::min()};
    for (const Nanos ttl : ttls) {
      AcquireRequest request = a.lock.draw("k", "alice", ttl);
      const Result<AcquireOutcome> acquired = co_await a.lock.acquire(request);
      EXPECT_FALSE(acquired);
      if (!acquired) {
        EXPECT_EQ(acquired.error().code, Errc::invalid_argument);
      }
      if (!acquired) {
        EXPECT_FALSE(acquired.error().indefinite());
      }
      Lease lease;
      lease.key = "k";
      const Result<RenewOutcome> renewed = co_await a.lock.renew(lease, ttl);
      EXPECT_FALSE(renewed);
      if (!renewed) {
        EXPECT_EQ(renewed.error().code, Errc::invalid_argument);
      }
    }
    EXPECT_EQ(a.network.connections(), 0U);
  });
}

TEST_P(LockContract, L9_renewal_keeps_the_token_and_moves_the_deadline) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    co_await sleep(fleet.env(), milliseconds(5));
    const MonoTime before = fleet.env().clock.now();
    const Result<RenewOutcome> outcome = co_await a.lock.renew(lease, long_ttl);
    const auto* renewed = outcome ? std::get_if<Renewed>(&*outcome) : nullptr;
    EXPECT_NE(renewed, nullptr);
    if (renewed == nullptr) co_return;
    EXPECT_GE(renewed->deadline, before + long_ttl - margin_of(long_ttl));
    EXPECT_GT(renewed->deadline, lease.deadline);
    EXPECT_LE(renewed->deadline, fleet.env().clock.now() + long_ttl - margin_of(long_ttl));
    const bool released = co_await releases(a.lock, lease);  // by the token it always had
    EXPECT_TRUE(released);
  });
}

TEST_P(LockContract, L10_nothing_is_renewed_after_its_release) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
    const bool renewed = co_await renews(a.lock, lease);
    EXPECT_FALSE(renewed);
    const bool locked = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(locked);
  });
}

TEST_P(LockContract, L15_release_all_frees_the_callers_own_and_counts_them) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    for (int i = 0; i < 150; ++i) {  // more than one batch
      co_await must_take(a.lock, "mine" + std::to_string(i), "alice");
    }
    co_await must_take(a.lock, "of another owner", "bob");
    co_await must_take(b.lock, "of another process", "alice");
    co_await must_take_briefly(a.lock, "expired", "alice");
    co_await sleep(fleet.env(), 2 * brief_ttl);
    const Result<std::uint64_t> count = co_await a.lock.release_all("alice");
    EXPECT_EQ(count, 150U);
    const bool first = co_await is_locked(a.lock, "mine0");
    const bool last = co_await is_locked(a.lock, "mine149");
    EXPECT_FALSE(first || last);
    const bool bobs = co_await is_locked(a.lock, "of another owner");
    const bool theirs = co_await is_locked(a.lock, "of another process");
    EXPECT_TRUE(bobs && theirs);
    const Result<std::uint64_t> none = co_await a.lock.release_all("alice");
    EXPECT_EQ(none, 0U);
  });
}

Task<void> expect_bool(Task<Result<bool>> call, bool expected, std::string_view what) {
  const Result<bool> answer = co_await std::move(call);
  EXPECT_TRUE(answer) << what;
  if (answer) {
    EXPECT_EQ(*answer, expected) << what;
  }
}

TEST_P(LockContract, the_schedulers_interface_answers_with_plain_bools) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    OwnerLocks locks(a.env, a.lock);
    co_await expect_bool(locks.try_acquire("t", "s1", long_ttl), true, "free");
    const std::optional<Lease> first = locks.lease("t", "s1");
    EXPECT_TRUE(first);
    co_await expect_bool(locks.try_acquire("t", "s1", long_ttl), true, "same owner");
    EXPECT_EQ(locks.lease("t", "s1")->fence, first->fence);
    EXPECT_EQ(locks.lease("t", "s1")->token, first->token);
    co_await expect_bool(locks.try_acquire("t", "s2", long_ttl), false, "other owner");
    co_await expect_bool(locks.renew("t", "s1", long_ttl), true, "holder");
    co_await expect_bool(locks.renew("t", "s2", long_ttl), false, "not the holder");
    co_await expect_bool(locks.release("t", "s2"), false, "not the holder");
    co_await expect_bool(locks.is_locked("t"), true, "held");
    const Result<std::optional<std::string>> owner = co_await locks.owner("t");
    EXPECT_TRUE(owner);
    if (owner) {
      EXPECT_EQ(*owner, "s1");
    }
    co_await expect_bool(locks.release("t", "s1"), true, "holder");
    co_await expect_bool(locks.release("t", "s1"), false, "released already");
    co_await expect_bool(locks.is_locked("t"), false, "released");
    co_await expect_bool(locks.try_acquire("t", "s2", long_ttl), true, "free again");
    co_await expect_bool(locks.renew("t", "s2", brief_ttl), true, "shortened");
    co_await sleep(fleet.env(), 2 * brief_ttl);
    EXPECT_FALSE(locks.lease("t", "s2"));
    co_await expect_bool(locks.renew("t", "s2", long_ttl), false, "expired");
    co_await expect_bool(locks.try_acquire("t", "s2", long_ttl), true, "after its expiry");
    co_await expect_bool(locks.try_acquire("u", "s2", long_ttl), true, "another");
    const Result<std::uint64_t> count = co_await locks.release_all("s2");
    EXPECT_EQ(count, 2U);
    co_await expect_bool(locks.release("t", "s2"), false, "released with all");
  });
}

}  // namespace
}  // namespace lockstep::conformance
