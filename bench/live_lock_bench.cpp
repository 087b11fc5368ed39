// Live acquire and release pairs per second over one connection, beside the ceiling: raw hiredis
// with a sliding window and the same scripts. Starts a redis-server of its own on a free port.
//
// Both check every answer, so that a fast wrong thing does not win. The ratio of the medians at
// each depth is what matters; the figures move with the machine.
#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redis_lock_scripts.hpp"
#include "impl/lock/redlock.hpp"
#include "rig/redis_process.hpp"

namespace {

using namespace lockstep;

constexpr std::uint64_t pairs_wanted = 20'000;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "live_lock_bench: %s\n", why);
  std::exit(1);
}

rig::RedisProcess& server() {
  static const std::unique_ptr<rig::RedisProcess> process = [] {
    auto started = rig::RedisProcess::start({});
    if (!started) give_up(started.error().detail.c_str());
    return std::move(*started);
  }();
  return *process;
}

/// One lock that is acquired and released over and over, by hand.
struct Slot {
  std::string lease;
  std::string fence;
  std::string n;
  bool holding = false;
};

/// The ceiling: hiredis's own buffer and parser, `depth` commands on their way at any time.
class RawWindow {
 public:
  explicit RawWindow(std::size_t depth) : context_(redisConnect("127.0.0.1", server().port())) {
    if (context_ == nullptr || context_->err != 0) give_up("cannot connect");
    acquire_ = load(lock::acquire_script);
    release_ = load(lock::release_script);
    for (std::size_t i = 0; i < depth; ++i) {
      const std::string key = "{key" + std::to_string(i) + "}";
      slots_.push_back({"lockstep:lease:" + key, "lockstep:fence:" + key, {}, false});
    }
  }
  RawWindow(const RawWindow&) = delete;
  RawWindow& operator=(const RawWindow&) = delete;
  ~RawWindow() { redisFree(context_); }

  std::uint64_t run(std::uint64_t pairs) {
    for (Slot& slot : slots_) send(slot);
    std::uint64_t done = 0;
    // Replies come in the order of the slots; a slot that is done leaves the window.
    std::vector<std::size_t> window(slots_.size());
    for (std::size_t i = 0; i < window.size(); ++i) window[i] = i;
    while (!window.empty()) {
      std::vector<std::size_t> next;
      for (const std::size_t i : window) {
        take_reply();
        done += slots_[i].holding ? 1 : 0;
        slots_[i].holding = !slots_[i].holding;
        if (done >= pairs && !slots_[i].holding) continue;
        send(slots_[i]);
        next.push_back(i);
      }
      window = std::move(next);
    }
    return done;
  }

 private:
  std::string load(std::string_view script) {
    auto* reply = static_cast<redisReply*>(
        redisCommand(context_, "SCRIPT LOAD %b", script.data(), script.size()));
    if (reply == nullptr || reply->type != REDIS_REPLY_STRING) give_up("cannot load a script");
    std::string sha(reply->str, reply->len);
    freeReplyObject(reply);
    return sha;
  }

  void append(const std::vector<std::string>& words) {
    std::array<const char*, 10> texts{};
    std::array<std::size_t, 10> sizes{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      texts[i] = words[i].data();
      sizes[i] = words[i].size();
    }
    redisAppendCommandArgv(context_, static_cast<int>(words.size()), texts.data(), sizes.data());
  }

  void send(Slot& slot) {
    if (slot.holding)
      return append({"EVALSHA", release_, "1", slot.lease, nonce + (":" + slot.n) + ":"});
    slot.n = std::to_string(10'000'000'000'000'000ULL + ++drawn_).substr(1);
    append(
        {"EVALSHA", acquire_, "2", slot.lease, slot.fence, nonce, slot.n, "owner", "30000", "0"});
  }

  void take_reply() {
    void* raw = nullptr;
    if (redisGetReply(context_, &raw) != REDIS_OK) give_up("the connection broke");
    auto* reply = static_cast<redisReply*>(raw);
    if (reply->type != REDIS_REPLY_INTEGER || reply->integer <= 0) give_up("a wrong answer");
    freeReplyObject(reply);
  }

  static constexpr const char* nonce = "00000000000000aa";
  redisContext* context_;
  std::string acquire_;
  std::string release_;
  std::vector<Slot> slots_;
  std::uint64_t drawn_ = 0;
};

env::Task<void> worker(lock::DistributedLockBackend* lock, std::string key, std::uint64_t pairs) {
  for (std::uint64_t i = 0; i < pairs; ++i) {
    lock::AcquireRequest request = lock->draw(key, "owner", seconds(30));
    const auto acquired = co_await lock->acquire(request);
    if (!acquired || !std::holds_alternative<lock::Acquired>(*acquired)) give_up("not acquired");
    const auto released = co_await lock->release(key, request.token);
    if (!released || !std::holds_alternative<lock::Released>(*released)) give_up("not released");
  }
}

env::Task<void> all_workers(env::Env* env, std::uint64_t depth, std::uint64_t pairs_each) {
  redis::Options options;
  options.endpoint.port = server().port();
  options.command_timeout = seconds(5);
  redis::Client client(*env, options);
  lock::RedisLock lock(*env, client);
  env::TaskGroup group(*env);
  for (std::uint64_t i = 0; i < depth; ++i) {
    group.spawn(worker(&lock, "key" + std::to_string(i), pairs_each));
  }
  co_await group.join();
  co_await client.shutdown();
}

void raw_hiredis(benchmark::State& state) {
  std::uint64_t pairs = 0;
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(server().ask({"FLUSHALL"}));
    RawWindow window(static_cast<std::size_t>(state.range(0)));
    state.ResumeTiming();
    pairs += window.run(pairs_wanted);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs));
}

void lockstep_lock(benchmark::State& state) {
  const auto depth = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t pairs = 0;
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(server().ask({"FLUSHALL"}));
    live::Loop loop;
    live::Node node(loop, {});
    state.ResumeTiming();
    const std::uint64_t each = pairs_wanted / depth;
    const auto done =
        live::run_until_complete(node, all_workers(&node.env(), depth, each), seconds(60));
    if (!done) give_up("did not end in time");
    pairs += each * depth;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs));
}

// ---- Redlock: five servers do for each pair what one does, and agree on its fencing token
// --------

constexpr std::size_t redlock_servers = 5;

std::vector<std::unique_ptr<rig::RedisProcess>>& servers() {
  static std::vector<std::unique_ptr<rig::RedisProcess>> all = [] {
    std::vector<std::unique_ptr<rig::RedisProcess>> started;
    while (started.size() < redlock_servers) {
      auto one = rig::RedisProcess::start({});
      if (!one) give_up(one.error().detail.c_str());
      started.push_back(std::move(*one));
    }
    return started;
  }();
  return all;
}

env::Task<void> all_redlock_workers(env::Env* env, std::uint64_t depth, std::uint64_t pairs_each) {
  std::deque<redis::Client> clients;
  std::vector<redis::Client*> all;
  for (const auto& one : servers()) {
    redis::Options options;
    options.endpoint.port = one->port();
    options.command_timeout = seconds(5);
    all.push_back(&clients.emplace_back(*env, options));
  }
  lock::Redlock lock(*env, all);
  env::TaskGroup group(*env);
  for (std::uint64_t i = 0; i < depth; ++i) {
    group.spawn(worker(&lock, "key" + std::to_string(i), pairs_each));
  }
  co_await group.join();
  for (redis::Client& client : clients) {
    co_await client.shutdown();
  }
  co_await lock.shutdown();
}

/// To be compared with lockstep_lock at the same depth: a fifth of its rate is the cost of one
/// server, five times.
void lockstep_redlock(benchmark::State& state) {
  const auto depth = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t pairs = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (const auto& one : servers()) static_cast<void>(one->ask({"FLUSHALL"}));
    live::Loop loop;
    live::Node node(loop, {});
    state.ResumeTiming();
    const std::uint64_t each = pairs_wanted / 4 / depth;
    const auto done =
        live::run_until_complete(node, all_redlock_workers(&node.env(), depth, each), seconds(60));
    if (!done) give_up("did not end in time");
    pairs += each * depth;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs));
}

BENCHMARK(raw_hiredis)->Arg(1)->Arg(50)->Arg(200)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(lockstep_lock)->Arg(1)->Arg(50)->Arg(200)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(lockstep_redlock)
    ->Arg(1)
    ->Arg(50)
    ->Arg(200)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
