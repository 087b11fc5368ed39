// Processes contend for one lock on a live Redis; whoever holds it writes to a guarded resource,
// which refuses those who come too late. Start it twice, then kill -9 the holder: the other takes
// over. Or stop it (kill -STOP), wait for the other, and continue it (kill -CONT): it is refused.
//
//   guarded_worker redis://127.0.0.1:6379 NAME
#include <cstdio>
#include <string>

#include "impl/env/task_group.hpp"
#include "impl/live/node.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/fenced_store.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "impl/lock/redis_lock.hpp"

namespace {

using namespace lockstep;
using env::Task;

constexpr Nanos dawdle = milliseconds(100);  // between the look at the lease and the write

unsigned long long number(FencingToken token) { return token.value; }

/// Runs to its end even where the keeper cancels the worker: what came of it is to be seen.
Task<void> write(lock::FencedStore* store, lock::LeaseGuard guard, int value) {
  const std::string text = std::to_string(value);
  const auto outcome = co_await store->write("report", guard.fence(), text);
  if (!outcome) {
    std::printf("write %d: %s\n", value, to_text(outcome.error()).c_str());
  } else if (const auto* refused = std::get_if<lock::StoreRefused>(&*outcome)) {
    guard.note_refused(refused->seen);
    std::printf("refused: token %llu, seen %llu\n", number(guard.fence()), number(refused->seen));
  } else {
    std::printf("wrote %d with token %llu\n", value, number(guard.fence()));
  }
  std::fflush(stdout);
}

Task<void> work(env::Env* env, lock::FencedStore* store, lock::LeaseGuard guard) {
  std::printf("holds token %llu\n", number(guard.fence()));
  std::fflush(stdout);
  const auto raised = co_await store->raise("report", guard.fence());
  if (!raised) co_return;  // the keeper tries again
  env::TaskGroup writes(*env);
  for (int value = 1; guard.check() && !guard.stop().requested(); ++value) {
    co_await env::sleep_for(*env, dawdle);
    co_await env::asio::this_coro::throw_if_cancelled(false);
    writes.spawn(write(store, guard, value));
    co_await writes.join();
  }
}

}  // namespace

int main(int count, char** words) {
  const auto server = redis::parse_url(count == 3 ? words[1] : "");
  if (!server) {
    std::fprintf(stderr, "usage: guarded_worker redis://HOST:PORT NAME\n");
    return 64;
  }
  live::Loop loop;
  live::Node node(loop);
  redis::Client client(node.env(), *server);
  lock::RedisLock locks(node.env(), client);
  lock::RedisFencedStore store(client, lock::Fencing::enforced);
  lock::DistributedLockConfig config = lock::DistributedLockConfig::for_ttl(seconds(2));
  config.retry_interval = milliseconds(200);
  lock::LeaseKeeper keeper(node.env(), locks, config);
  const lock::LeaseKeeper::Worker worker = [&](lock::LeaseGuard guard) {
    return work(&node.env(), &store, std::move(guard));
  };
  while (true) {  // a worker that left, as its resource had failed, competes again
    const auto ended = live::run_until_complete(
        node, keeper.run({"report", words[2], worker, nullptr}), std::chrono::hours(24));
    if (!ended || !*ended) return 70;
  }
}
