// L11 to L14: several keys at once, lost updates, bodies that throw, and patience.
#include <set>

#include "impl/env/task_group.hpp"
#include "impl/lock/acquire.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

TEST_P(LockContract, L11_several_keys_are_acquired_all_or_none) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    std::vector<LockName> names{
        {"z", "alice", long_ttl}, {"m", "alice", long_ttl}, {"b", "alice", long_ttl}};
    const Lease blocker = co_await must_take(b.lock, "m", "bob");
    std::vector<LockName> first_try = names;
    const Result<std::vector<Lease>> none = co_await acquire_all(a.lock, std::move(first_try));
    EXPECT_TRUE(none && none->empty());
    const std::vector<std::string> others{"b", "z"};
    for (const std::string& key : others) {
      const bool locked = co_await is_locked(b.lock, key);
      EXPECT_FALSE(locked) << key;
    }
    const bool freed = co_await releases(b.lock, blocker);
    EXPECT_TRUE(freed);
    const Result<std::vector<Lease>> all = co_await acquire_all(a.lock, std::move(names));
    EXPECT_TRUE(all && all->size() == 3);
    if (!all || all->size() != 3) co_return;
    EXPECT_EQ((*all)[0].key + (*all)[1].key + (*all)[2].key, "bmz");
    for (const Lease& lease : *all) {
      const std::optional<Lease> taken = co_await take(b.lock, lease.key, "bob");
      EXPECT_FALSE(taken);
    }
    std::vector<LockName> bad{{"free", "alice", long_ttl}, {"later", "alice", Nanos(0)}};
    const Result<std::vector<Lease>> failed = co_await acquire_all(a.lock, std::move(bad));
    EXPECT_FALSE(failed);
    const bool left = co_await is_locked(b.lock, "free");
    EXPECT_FALSE(left);
  });
}

struct Worker {
  Process* process = nullptr;
  std::string owner;
  int increments = 0;
  int refused = 0;
};

/// Adds one to the number in the store under the fence; false: a sink had seen a newer holder.
Task<bool> increment(Worker* worker, FencingToken fence, Nanos dawdle) {
  FencedStore& store = worker->process->store;
  const Result<StoreOutcome> read = co_await store.read("k", fence);
  EXPECT_TRUE(read);
  if (!read || std::holds_alternative<StoreRefused>(*read)) co_return false;
  const std::string now = std::get<StoreAccepted>(*read).value.value_or("0");
  co_await sleep(worker->process->env, dawdle);  // sometimes past the ttl
  const std::string next = std::to_string(std::stoi(now) + 1);
  const Result<StoreOutcome> write = co_await store.write("k", fence, next);
  EXPECT_TRUE(write);
  co_return write&& std::holds_alternative<StoreAccepted>(*write);
}

Task<void> increment_all(Worker* worker) {
  Env& env = worker->process->env;
  DistributedLockBackend& lock = worker->process->lock;
  int missing = worker->increments;
  while (missing > 0) {
    const LockName name{"k", worker->owner, milliseconds(20)};
    const RetryPolicy retry{milliseconds(1), milliseconds(2)};
    const MonoTime deadline = env.clock.now() + seconds(60);
    const Result<AcquireOutcome> held = co_await acquire_within(env, lock, name, retry, deadline);
    const auto* acquired = held ? std::get_if<Acquired>(&*held) : nullptr;
    if (acquired == nullptr) continue;
    const Nanos dawdle = env::jitter(env.random, Nanos(0), milliseconds(25));
    const bool done = co_await increment(worker, acquired->lease.fence, dawdle);
    missing -= done ? 1 : 0;
    worker->refused += done ? 0 : 1;
    co_await lock.release("k", acquired->lease.token);
  }
}

TEST_P(LockContract, L12_increments_under_the_lock_and_a_fence_are_never_lost) {
  run([](Fleet& fleet) -> Task<void> {
    std::deque<Worker> workers;
    for (int i = 0; i < 6; ++i) {
      Process& process = i % 2 == 0 ? fleet.add() : *workers.back().process;
      workers.push_back({&process, "worker-" + std::to_string(i), 8, 0});
    }
    env::TaskGroup group(fleet.env());
    for (Worker& worker : workers) group.spawn(increment_all(&worker));
    co_await group.join();
    const FencingToken last{1'000'000};
    const Result<StoreOutcome> value = co_await workers.front().process->store.read("k", last);
    EXPECT_TRUE(value && std::holds_alternative<StoreAccepted>(*value));
    if (value) {
      EXPECT_EQ(std::get<StoreAccepted>(*value).value, "48");
    }
  });
}

struct Mishap {};

Task<void> throwing(const Lease& /*lease*/) {
  throw Mishap{};
  co_return;
}

Task<void> sleeping(Env* env) {
  co_await env::sleep_for(*env, seconds(3600));
  co_await env::sleep_for(*env, seconds(3600));  // where a stopped task throws
}

Task<void> hold_for_ever(Env* env, DistributedLockBackend* lock) {
  LockName name{"k", "alice", long_ttl};
  std::function<Task<void>(const Lease&)> body = [env](const Lease&) { return sleeping(env); };
  co_await with_lease(*lock, std::move(name), std::move(body));
  ADD_FAILURE() << "went on after its cancellation";
}

TEST_P(LockContract, L13_a_lock_is_released_when_its_body_throws_or_is_cancelled) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    bool thrown = false;
    try {
      LockName name{"k", "alice", long_ttl};
      std::function<Task<void>(const Lease&)> body = throwing;
      co_await with_lease(a.lock, std::move(name), std::move(body));
    } catch (const Mishap&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    const bool after_throw = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(after_throw);
    env::TaskGroup group(fleet.env());
    group.spawn(hold_for_ever(&fleet.env(), &a.lock));
    bool locked = false;
    while (!locked) {
      locked = co_await is_locked(a.lock, "k");
      co_await sleep(fleet.env(), milliseconds(1));
    }
    co_await sleep(fleet.env(), milliseconds(20));
    group.stop();
    co_await group.join();
    const bool after_cancel = co_await is_locked(a.lock, "k");
    EXPECT_FALSE(after_cancel);
  });
}

TEST_P(LockContract, a_body_runs_only_under_the_lock) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    co_await must_take(a.lock, "k", "bob");
    LockName name{"k", "alice", long_ttl};
    std::function<Task<void>(const Lease&)> body = throwing;
    const Result<bool> ran = co_await with_lease(a.lock, std::move(name), std::move(body));
    EXPECT_EQ(ran, false);
  });
}

/// Counts attempts and notes when they were made.
class Watched final : public DistributedLockBackend {
 public:
  Watched(Env& env, DistributedLockBackend& inner) : env_(env), inner_(inner) {}
  AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return inner_.draw(std::move(key), std::move(owner), ttl);
  }
  Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override {
    begun.push_back(env_.clock.now());
    tokens.insert(request.token);
    Result<AcquireOutcome> outcome = co_await inner_.acquire(request);
    ended.push_back(env_.clock.now());
    co_return outcome;
  }
  Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    return inner_.renew(lease, ttl);
  }
  Task<Result<ReleaseOutcome>> release(const std::string& key, LeaseToken token) override {
    return inner_.release(key, token);
  }
  Task<Result<bool>> is_locked(const std::string& key) override { return inner_.is_locked(key); }
  Task<Result<std::optional<std::string>>> owner(const std::string& key) override {
    return inner_.owner(key);
  }
  Task<Result<std::uint64_t>> release_all(const std::string& owner) override {
    return inner_.release_all(owner);
  }
  [[nodiscard]] Nanos operation_timeout() const override { return inner_.operation_timeout(); }

  std::vector<MonoTime> begun;
  std::vector<MonoTime> ended;
  std::set<LeaseToken> tokens;

 private:
  Env& env_;
  DistributedLockBackend& inner_;
};

TEST_P(LockContract, L14_patience_is_honoured_and_retries_keep_their_distance) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    co_await must_take(a.lock, "k", "alice");
    Watched watched(fleet.env(), b.lock);
    const RetryPolicy retry{milliseconds(20), milliseconds(10)};
    const MonoTime deadline = fleet.env().clock.now() + milliseconds(300);
    const LockName name{"k", "bob", long_ttl};
    const Result<AcquireOutcome> outcome =
        co_await acquire_within(fleet.env(), watched, name, retry, deadline);
    EXPECT_TRUE(outcome && std::holds_alternative<Contended>(*outcome));
    EXPECT_LE(fleet.env().clock.now(), deadline + b.lock.operation_timeout());
    EXPECT_GT(watched.begun.size(), 1U);
    EXPECT_EQ(watched.tokens.size(), watched.begun.size());  // each attempt with a new token
    for (std::size_t i = 1; i < watched.begun.size(); ++i) {
      const Nanos pause = watched.begun[i] - watched.ended[i - 1];
      EXPECT_GE(pause, retry.delay);
      if (fleet.world().time_is_exact()) {
        EXPECT_LE(pause, retry.delay + retry.jitter);
      }
    }
  });
}

TEST_P(LockContract, a_waiter_gets_the_lock_soon_after_its_release) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease lease = co_await must_take(a.lock, "k", "alice");
    env::TaskGroup group(fleet.env());
    std::optional<Result<AcquireOutcome>> outcome;
    group.spawn([](Process* process, std::optional<Result<AcquireOutcome>>* result) -> Task<void> {
      const LockName name{"k", "bob", long_ttl};
      const RetryPolicy retry{milliseconds(5), milliseconds(5)};
      const MonoTime deadline = process->env.clock.now() + seconds(60);
      *result = co_await acquire_within(process->env, process->lock, name, retry, deadline);
    }(&b, &outcome));
    co_await sleep(fleet.env(), milliseconds(40));
    EXPECT_FALSE(outcome);
    const bool released = co_await releases(a.lock, lease);
    EXPECT_TRUE(released);
    co_await group.join();
    EXPECT_TRUE(outcome && *outcome && std::holds_alternative<Acquired>(**outcome));
  });
}

TEST_P(ServedLockContract, giving_up_with_an_unknown_attempt_strands_no_lease) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(milliseconds(150));
    Process& b = fleet.add();
    co_await is_locked(a.lock, "warm up");
    a.network.lose_replies(true);
    const LockName name{"k", "alice", long_ttl};
    const RetryPolicy retry{milliseconds(20), milliseconds(10)};
    const MonoTime deadline = fleet.env().clock.now() + milliseconds(10);
    const Result<AcquireOutcome> outcome =
        co_await acquire_within(a.env, a.lock, name, retry, deadline);
    EXPECT_TRUE(!outcome && outcome.error().indefinite());
    const bool locked = co_await is_locked(b.lock, "k");
    EXPECT_FALSE(locked);
  });
}

}  // namespace
}  // namespace lockstep::conformance
