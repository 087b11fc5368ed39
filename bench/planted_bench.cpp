// For a test of the benchmarks themselves: the same work as lock_bench's, on locks that are wrong.
// No rate may come of it.
#include <string>

#include "bench/harness.hpp"
#include "bench/lock_work.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/memory_lock.hpp"

namespace lockstep::bench {
namespace {

using env::Task;

/// Right, unless told otherwise.
class PlantedLock : public lock::DistributedLockBackend {
 public:
  enum class Flaw : std::uint8_t { none, grants_always, token_stands, forgets_release };
  PlantedLock(env::Env& env, Flaw flaw) : inner_(env, store_), flaw_(flaw) {}

  lock::AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return inner_.draw(std::move(key), std::move(owner), ttl);
  }
  Task<Result<lock::AcquireOutcome>> acquire(lock::AcquireRequest& request) override {
    auto outcome = co_await inner_.acquire(request);
    lock::Lease lease{request.key, request.owner, request.token, {}, request.ttl, never};
    if (outcome && std::holds_alternative<lock::Acquired>(*outcome)) {
      lease.fence = std::get<lock::Acquired>(*outcome).lease.fence;
      if (flaw_ == Flaw::token_stands) lease.fence = FencingToken{1};
    } else if (flaw_ == Flaw::grants_always) {
      lease.fence = FencingToken{1'000'000 + ++granted_};
    } else {
      co_return outcome;
    }
    co_return lock::AcquireOutcome(lock::Acquired{lease});
  }
  Task<Result<lock::RenewOutcome>> renew(const lock::Lease& lease, Nanos ttl) override {
    return inner_.renew(lease, ttl);
  }
  Task<Result<lock::ReleaseOutcome>> release(const std::string& key,
                                             lock::LeaseToken token) override {
    if (flaw_ != Flaw::forgets_release) co_return co_await inner_.release(key, token);
    co_return lock::ReleaseOutcome(lock::Released());
  }
  Task<Result<bool>> is_locked(const std::string& key) override { return inner_.is_locked(key); }
  Task<Result<std::optional<std::string>>> owner(const std::string& key) override {
    return inner_.owner(key);
  }
  Task<Result<std::uint64_t>> release_all(const std::string& owner) override {
    return inner_.release_all(owner);
  }
  Nanos operation_timeout() const override { return inner_.operation_timeout(); }

 private:
  lock::MemoryLockStore store_;
  lock::MemoryLock inner_;
  Flaw flaw_;
  std::uint64_t granted_ = 0;
};

using Flaw = PlantedLock::Flaw;

Task<Measured> work_on(env::Env* env, Flaw flaw, bool contested) {
  PlantedLock lock(*env, flaw);
  LockWork work;
  work.workers = contested ? 3 : 1;
  work.rounds_each = 10;
  work.lock_of = [&lock](std::size_t) -> auto& { return lock; };
  Measured measured;
  measured.items = work.rounds_each * work.workers;
  const auto began = Clock::now();
  if (!contested) co_await pairs(*env, work, measured.latencies);
  if (contested) co_await contest(*env, work, measured.latencies);
  measured.elapsed_ns = ns_since(began);
  co_return measured;
}

Measured measure(Flaw flaw, bool contested) {
  live::Loop loop;
  live::Node node(loop, {});
  auto done = live::run_until_complete(node, work_on(&node.env(), flaw, contested), seconds(10));
  if (!done) give_up("did not end in time");
  node.end();
  return std::move(*done);
}

void add_all() {
  add("right/pairs", [] { return measure(Flaw::none, false); });
  add("right/contest", [] { return measure(Flaw::none, true); });
  add("wrong/grants_always", [] { return measure(Flaw::grants_always, true); });
  add("wrong/token_stands", [] { return measure(Flaw::token_stands, false); });
  add("wrong/forgets_release", [] { return measure(Flaw::forgets_release, false); });
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(argc, argv,
                              {"Locks that are wrong: a test.",
                               lockstep::bench::add_all,
                               {{"right against itself", "right/pairs", "right/contest", 0.001},
                                {"never met", "right/pairs", "right/contest", 1e9}},
                               1});
}
