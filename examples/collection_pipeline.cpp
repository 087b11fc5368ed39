// Collection pipelines over one live Redis: one process moves the events, and another goes on where
// it saved. Start it twice, and kill -9 the one that writes.
//
//   collection_pipeline redis://127.0.0.1:6379 NAME EVENTS SECONDS
#include <cstdio>
#include <cstdlib>

#include "impl/env/task_group.hpp"
#include "impl/live/node.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/work/pipeline.hpp"
#include "impl/work/redis_collections.hpp"

namespace {
using namespace lockstep;
using namespace lockstep::work;

const Collection orders{"shop", "orders"};

/// Where the events go is up to you: this one keeps them in Redis, and tells.
class TellingSink final : public EventSink {
 public:
  explicit TellingSink(redis::Client& client) : sink_(client) {}
  Task<Result<GuardedOutcome>> raise(const Fence& fence) override { return sink_.raise(fence); }
  Task<Result<GuardedOutcome>> write(const Collection& collection, std::span<const Event> events,
                                     const Fence& fence) override {
    auto outcome = co_await sink_.write(collection, events, fence);
    const bool taken = outcome && std::holds_alternative<Accepted>(*outcome);
    std::printf("%s events up to %s with token %s\n", taken ? "wrote" : "did not write",
                events.back().position.c_str(), std::to_string(fence.token.value).c_str());
    std::fflush(stdout);
    co_return outcome;
  }

 private:
  RedisEventSink sink_;
};

Task<void> emit(env::Env* env, RedisCollectionLog* log, CollectionPipeline* pipeline, int events,
                int seconds_to_run) {
  for (int event = 0; event < events; ++event) {
    const auto position = co_await log->append(orders, "an order");
    if (!position) std::puts(to_text(position.error()).c_str());
    co_await env::sleep_for(*env, milliseconds(10));
  }
  co_await env::sleep_for(*env, seconds(seconds_to_run));
  pipeline->stop();
}

}  // namespace

int main(int count, char** words) {
  const auto server = redis::parse_url(count == 5 && std::atoi(words[4]) > 0 ? words[1] : "");
  if (!server) {
    std::fprintf(stderr, "usage: collection_pipeline redis://HOST:PORT NAME EVENTS SECONDS\n");
    return 64;
  }
  live::Loop loop;
  live::Node node(loop);
  redis::Client client(node.env(), *server);
  lock::RedisLock locks(node.env(), client);
  RedisCollectionLog log(client);
  TellingSink sink(client);
  RedisProgressStore progress(client);
  PipelineConfig config;
  config.owner = words[2];
  config.lock = lock::DistributedLockConfig::for_ttl(seconds(3));
  config.lock.retry_interval = milliseconds(200);
  config.lock.stop_grace = config.step_timeout = milliseconds(1000);  // two commands
  CollectionPipeline pipeline(node.env(), locks, {log, sink, progress}, config);
  env::TaskGroup group(node.env());
  group.spawn(emit(&node.env(), &log, &pipeline, std::atoi(words[3]), std::atoi(words[4])));
  const auto ended = live::run_until_complete(node, pipeline.run({orders}), std::chrono::hours(24));
  if (ended && !*ended) std::puts(to_text(ended->error()).c_str());
  std::printf("%s", lock::to_prometheus(pipeline.lock_metrics()).c_str());
  node.end();
  return ended && *ended ? 0 : 70;
}
