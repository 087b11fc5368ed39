// Locks behind handles: two tasks of one process exclude each other, and a stale handle hurts
// nobody.
#include "impl/lock/plugin_locks.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

/// Errors fail the test.
Task<std::optional<LockHandle>> try_it(PluginLocks* locks, std::string key, Nanos ttl) {
  const Result<std::optional<LockHandle>> handle = co_await locks->try_lock(std::move(key), ttl);
  EXPECT_TRUE(handle);
  if (!handle) co_return std::nullopt;
  co_return *handle;
}

Task<LockHandle> must_lock(PluginLocks* locks, std::string key, Nanos ttl = long_ttl) {
  const std::optional<LockHandle> handle = co_await try_it(locks, std::move(key), ttl);
  EXPECT_TRUE(handle);
  co_return handle.value_or(LockHandle());
}

TEST_P(LockContract, a_second_try_inside_one_process_finds_the_lock_taken) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    PluginLocks locks(a.env, a.lock);
    PluginLocks others(b.env, b.lock);
    const LockHandle first = co_await must_lock(&locks, "k");
    EXPECT_GT(first.fence.value, 0U);
    const std::optional<LockHandle> here = co_await try_it(&locks, "k", long_ttl);
    const std::optional<LockHandle> there = co_await try_it(&others, "k", long_ttl);
    EXPECT_FALSE(here || there);
    const Result<void> released = co_await locks.release(first);
    EXPECT_TRUE(released);
    const LockHandle second = co_await must_lock(&locks, "k");
    EXPECT_GT(second.fence, first.fence);
    EXPECT_NE(second.lock_id, first.lock_id);
  });
}

TEST_P(LockContract, a_stale_handle_never_touches_the_next_holder) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    PluginLocks locks(a.env, a.lock);
    PluginLocks others(b.env, b.lock);
    LockHandle stale = co_await must_lock(&locks, "k");
    stale.ttl = brief_ttl;
    const Result<bool> shortened = co_await locks.renew(stale);
    EXPECT_EQ(shortened, true);
    co_await sleep(fleet.env(), 2 * brief_ttl);
    const LockHandle next = co_await must_lock(&others, "k");
    const Result<bool> renewed = co_await locks.renew(stale);
    EXPECT_TRUE(!renewed || !*renewed);
    const Result<void> released = co_await locks.release(stale);
    EXPECT_TRUE(released) << "not owned is no error";
    const Result<bool> untouched = co_await others.renew(next);
    EXPECT_EQ(untouched, true);
  });
}

TEST_P(LockContract, a_renewal_by_handle_starts_its_own_ttl_anew) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    PluginLocks locks(a.env, a.lock);
    const LockHandle handle = co_await must_lock(&locks, "k", seconds(30));
    const std::optional<MonoTime> before = locks.deadline(handle);
    co_await sleep(fleet.env(), milliseconds(20));
    const Result<bool> renewed = co_await locks.renew(handle);
    EXPECT_EQ(renewed, true);
    EXPECT_GT(locks.deadline(handle), before);
    const std::int64_t left = co_await ttl_left(a, "k");
    EXPECT_GT(left, 20'000);
    EXPECT_LE(left, 30'000);
    const Result<void> released = co_await locks.release(handle);
    EXPECT_TRUE(released);
    EXPECT_FALSE(locks.deadline(handle));
    const Result<bool> after = co_await locks.renew(handle);
    EXPECT_EQ(after, false);
  });
}

TEST_P(LockContract, cleanup_frees_ones_own_handles_and_counts_those_still_held) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    PluginLocks locks(a.env, a.lock);
    PluginLocks others(b.env, b.lock);
    for (int i = 0; i < 5; ++i) {
      co_await must_lock(&locks, "mine" + std::to_string(i));
    }
    const LockHandle given_back = co_await must_lock(&locks, "given back");
    const Result<void> released = co_await locks.release(given_back);
    EXPECT_TRUE(released);
    co_await must_lock(&others, "theirs");
    const Result<std::uint64_t> count = co_await locks.cleanup();
    EXPECT_EQ(count, 5U);
    const bool mine = co_await is_locked(a.lock, "mine4");
    const bool theirs = co_await is_locked(a.lock, "theirs");
    EXPECT_FALSE(mine);
    EXPECT_TRUE(theirs);
    const Result<std::optional<LockHandle>> refused = co_await locks.try_lock("k", Nanos(0));
    EXPECT_FALSE(refused);
    if (!refused) {
      EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    }
  });
}

TEST_P(ServedLockContract, a_try_without_an_answer_strands_nothing) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(short_patience);
    Process& b = fleet.add();
    co_await is_locked(a.lock, "warm up");
    PluginLocks locks(a.env, a.lock);
    lose(a);
    const Result<std::optional<LockHandle>> lost = co_await locks.try_lock("k", long_ttl);
    expect_indefinite(lost);
    co_await mend(a);
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
  });
}

}  // namespace
}  // namespace lockstep::conformance
