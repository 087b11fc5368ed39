// L16, and what else only several servers show: minorities and majorities that are down, split
// votes, and fencing tokens that a quorum agrees on.
#include <set>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

/// Acquires, renews and releases once; returns the fencing token.
Task<FencingToken> use_once(Process& process, std::string key) {
  const Lease lease = co_await must_take(process.lock, key, "alice");
  const bool renewed = co_await renews(process.lock, lease);
  EXPECT_TRUE(renewed);
  const std::optional<std::string> owner = co_await owner_of(process.lock, key);
  EXPECT_EQ(owner, "alice");
  const bool released = co_await releases(process.lock, lease);
  EXPECT_TRUE(released);
  co_return lease.fence;
}

TEST_P(RedlockContract, L16_with_a_minority_down_everything_works) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(milliseconds(300));
    FencingToken last = co_await use_once(a, "k");
    const std::vector<std::size_t> minority{1, 4};
    for (const std::size_t server : minority) {
      fleet.world().kill_lock_server(server);
      const FencingToken next = co_await use_once(a, "k");
      EXPECT_GT(next, last);
      last = next;
    }
    Process& b = fleet.add(milliseconds(300));
    const Lease held = co_await must_take(a.lock, "k", "alice");
    const std::optional<Lease> second = co_await take(b.lock, "k", "bob");
    EXPECT_FALSE(second);
    const bool released = co_await releases(a.lock, held);
    EXPECT_TRUE(released);
    const FencingToken theirs = co_await use_once(b, "k");
    EXPECT_GT(theirs, held.fence);
  });
}

/// A quorum whose members change sees every token that was granted.
TEST_P(RedlockContract, L18_fencing_tokens_increase_while_servers_take_turns_being_down) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(milliseconds(300));
    FencingToken last{};
    for (std::size_t round = 0; round < 5; ++round) {
      const std::size_t other = (round + 2) % 5;
      fleet.world().kill_lock_server(round);
      fleet.world().kill_lock_server(other);
      const FencingToken next = co_await use_once(a, "k");
      EXPECT_GT(next, last);
      last = next;
      fleet.world().start_lock_server(round);
      fleet.world().start_lock_server(other);
      co_await sleep(fleet.env(), milliseconds(700));  // until the clients have reconnected
    }
  });
}

TEST_P(RedlockContract, L16_with_a_majority_down_it_fails_and_leaves_nothing) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(milliseconds(300));
    co_await use_once(a, "k");
    const Lease lease = co_await must_take(a.lock, "held", "alice");
    const std::vector<std::size_t> majority{0, 2, 3};
    for (const std::size_t server : majority) fleet.world().kill_lock_server(server);
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    const Result<AcquireOutcome> acquired = co_await a.lock.acquire(request);
    expect_indefinite(acquired);  // two servers granted it, and dropped what they had for alice
    const Result<RenewOutcome> renewed = co_await a.lock.renew(lease, long_ttl);
    expect_indefinite(renewed);
    const Result<ReleaseOutcome> released = co_await a.lock.release("held", lease.token);
    expect_indefinite(released);
    const Result<bool> locked = co_await a.lock.is_locked("k");
    EXPECT_FALSE(locked);
    const std::vector<std::size_t> minority{1, 4};
    for (const std::size_t server : minority) {
      std::vector<std::string> words{"PTTL", "lockstep:lease:{k}"};
      const Result<resp::Reply> left = co_await a.clients.at(server).command(std::move(words));
      EXPECT_TRUE(left && left->is_integer());
      if (left && left->is_integer()) {
        EXPECT_EQ(left->integer(), -1) << "what was released last, without a ttl";
      }
    }
  });
}

Task<void> race(Process* process, std::string owner, std::vector<Lease>* won, int* errors) {
  AcquireRequest request = process->lock.draw("k", std::move(owner), long_ttl);
  const Result<AcquireOutcome> outcome = co_await process->lock.acquire(request);
  if (!outcome) ++*errors;
  const auto* acquired = outcome ? std::get_if<Acquired>(&*outcome) : nullptr;
  if (acquired != nullptr) won->push_back(acquired->lease);
}

TEST_P(RedlockContract, of_many_who_ask_at_once_one_wins_at_most_and_the_votes_are_given_back) {
  run([](Fleet& fleet) -> Task<void> {
    std::vector<Process*> all;
    for (int i = 0; i < 4; ++i) all.push_back(&fleet.add());
    std::set<FencingToken> fences;
    for (int round = 0; round < 10; ++round) {
      std::vector<Lease> won;
      int errors = 0;
      env::TaskGroup group(fleet.env());
      for (Process* process : all) group.spawn(race(process, "racer", &won, &errors));
      co_await group.join();
      EXPECT_EQ(errors, 0);
      EXPECT_LE(won.size(), 1U);
      for (const Lease& lease : won) {
        EXPECT_TRUE(fences.empty() || lease.fence > *fences.rbegin());
        fences.insert(lease.fence);
        co_await all.front()->lock.release("k", lease.token);
      }
    }
    const Lease after = co_await must_take(all.front()->lock, "k", "last");
    EXPECT_TRUE(fences.empty() || after.fence > *fences.rbegin());
  });
}

TEST_P(RedlockContract, the_owner_again_gets_the_same_grant) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    const Result<AcquireOutcome> first = co_await a.lock.acquire(request);
    EXPECT_TRUE(first && std::holds_alternative<Acquired>(*first));
    co_await sleep(fleet.env(), milliseconds(20));
    const Result<AcquireOutcome> again = co_await a.lock.acquire(request);
    EXPECT_TRUE(again && std::holds_alternative<Acquired>(*again));
    if (!first || !again) co_return;
    const Lease& one = std::get<Acquired>(*first).lease;
    const Lease& two = std::get<Acquired>(*again).lease;
    EXPECT_EQ(one.fence, two.fence);
    EXPECT_EQ(one.token, two.token);
    EXPECT_GT(two.deadline, one.deadline);
  });
}

}  // namespace
}  // namespace lockstep::conformance
