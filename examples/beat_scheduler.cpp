// A fleet of schedulers over one live Redis: one leads, and starts each task once per period; the
// others stand by. Start it twice, and kill -9 the leader: no period is ever started twice.
//
//   beat_scheduler redis://127.0.0.1:6379 NAME SECONDS
#include "impl/work/beat_scheduler.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "impl/env/task_group.hpp"
#include "impl/live/node.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/work/redis_ledger.hpp"

namespace {

using namespace lockstep;
using namespace lockstep::work;

/// What starting a task means is up to you: put it on a queue, call a service, run it.
class TellingDispatcher final : public Dispatcher {
 public:
  explicit TellingDispatcher(std::string name) : name_(std::move(name)) {}
  Task<Result<void>> dispatch(const std::string& task, std::int64_t number,
                              const Fence& fence) override {
    std::printf("%s starts %s, period %lld, token %llu\n", name_.c_str(), task.c_str(),
                static_cast<long long>(number), static_cast<unsigned long long>(fence.token.value));
    std::fflush(stdout);
    co_return Result<void>();
  }

 private:
  std::string name_;
};

Task<bool> live_on(env::Env* env, BeatScheduler* scheduler, int seconds_to_run) {
  env::TaskGroup group(*env);
  const auto run = [](BeatScheduler* leading) -> Task<void> {
    std::vector<BeatTask> tasks(2);
    tasks[0] = BeatTask{"mail", Ticks{milliseconds(200), Nanos(0)}};
    tasks[1] = BeatTask{"clean up", Ticks{seconds(1), milliseconds(500)}};
    const Result<void> ended = co_await leading->run(std::move(tasks));
    if (!ended) std::fprintf(stderr, "%s\n", to_text(ended.error()).c_str());
  };
  group.spawn(run(scheduler));
  co_await env::sleep_for(*env, seconds(seconds_to_run));
  std::printf("it was %s\n", std::string(name_of(scheduler->role())).c_str());
  scheduler->stop();
  co_await group.join();
  co_return true;
}

}  // namespace

int main(int count, char** words) {
  const auto server = redis::parse_url(count == 4 && std::atoi(words[3]) > 0 ? words[1] : "");
  if (!server) {
    std::fprintf(stderr, "usage: beat_scheduler redis://HOST:PORT NAME SECONDS\n");
    return 64;
  }
  live::Loop loop;
  live::Node node(loop);
  redis::Client client(node.env(), *server);
  lock::RedisLock locks(node.env(), client);
  RedisDispatchLedger ledger(client);
  TellingDispatcher dispatcher(words[2]);
  BeatConfig config;
  config.owner = words[2];
  config.lock = lock::DistributedLockConfig::for_ttl(seconds(2));
  config.lock.retry_interval = milliseconds(200);
  BeatScheduler scheduler(node.env(), locks, ledger, dispatcher, config);
  const auto ended = live::run_until_complete(
      node, live_on(&node.env(), &scheduler, std::atoi(words[3])), std::chrono::hours(24));
  node.end();
  return ended ? 0 : 70;
}
