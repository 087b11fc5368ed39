// The durable queue beside its ceilings: the same bytes written by RocksDB alone, with the queue's
// own options. Works in a folder below TMPDIR, which must be on the disk that is to be measured.
//
// Every benchmark checks its own answer: what was pushed is there, what was acked is gone.
#include "bench/queue_bench.hpp"

#include <thread>

#include "bench/ratios.hpp"

namespace lockstep::bench {

void raw_scan(benchmark::State& state);
void lazy_reopen(benchmark::State& state);
void pop_latency(benchmark::State& state);

namespace {

/// Events of one run, in writes of `state.range(0)`.
constexpr std::uint64_t pushes = 4'096;
/// Of runs with an fsync each.
constexpr std::uint64_t synced_pushes = 512;

void raw_push(benchmark::State& state, std::uint64_t total) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t events = 0;
  Latencies ns;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    RawDb db(folder.path());
    db.push(1, 1);
    state.ResumeTiming();
    for (std::uint64_t id = 2; id < total + 2; id += batch) {
      const auto start = Clock::now();
      db.push(id, batch);
      ns.push_back(ns_since(start));
    }
    state.PauseTiming();
    if (db.scan() != total + 1) give_up("the raw database lost something");
    events += total;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  show(state, ns);
}
void raw_put_sync(benchmark::State& state) { raw_push(state, synced_pushes); }
void raw_batch_sync(benchmark::State& state) { raw_push(state, pushes); }

void raw_delete_batch(benchmark::State& state) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    RawDb db(folder.path());
    db.push(1, pushes);
    state.ResumeTiming();
    for (std::uint64_t id = 1; id <= pushes; id += batch) {
      db.erase(id, std::min(batch, pushes + 1 - id));
    }
    state.PauseTiming();
    if (db.scan() != 0) give_up("the raw database kept something");
    events += pushes;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

env::Task<void> push_some(ByteQueue* queue, std::uint64_t count, Latencies* ns) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    const auto id = co_await queue->push(payload);
    if (!id) give_up(id.error().detail);
    ns->push_back(ns_since(start));
  }
}

env::Task<void> push_from_many(env::Env* env, ByteQueue* queue, std::uint64_t callers,
                               std::uint64_t each, Latencies* ns) {
  env::TaskGroup group(*env);
  for (std::uint64_t i = 0; i < callers; ++i) group.spawn(push_some(queue, each, ns));
  co_await group.join();
}

void push_at(benchmark::State& state, queue::Level level, std::uint64_t total) {
  const auto callers = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t events = 0;
  Latencies ns;
  ns.reserve(1U << 20U);
  for (auto _ : state) {
    state.PauseTiming();
    LiveQueue queue(at_level(level));
    state.ResumeTiming();
    queue.run(push_from_many(&queue.env(), queue.get(), callers, total / callers, &ns));
    state.PauseTiming();
    if (queue->len() != total) give_up("a push is missing");
    events += total;
    state.counters["pushes_per_write"] =
        static_cast<double>(total) / static_cast<double>(queue->metrics().writes);
    queue.close();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  show(state, ns);
}
void push_sync(benchmark::State& state) { push_at(state, queue::Level::sync, synced_pushes); }
void push_group(benchmark::State& state) { push_at(state, queue::Level::group, pushes); }
void push_os(benchmark::State& state) { push_at(state, queue::Level::os, pushes); }

void pop_ack_batch(benchmark::State& state) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    LiveQueue queue(at_level(queue::Level::group));
    queue.run(fill(queue.get(), pushes));
    state.ResumeTiming();
    queue.run(pop_and_ack(queue.get(), pushes, batch));
    state.PauseTiming();
    if (!(queue->len() == 0)) give_up("something is left");
    events += pushes;
    queue.close();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

// ---- ours, from threads -------------------------------------------------------------------------

using Blocking = facade::BlockingEventQueue<std::string>;

void blocking_push(benchmark::State& state, queue::Level level, std::uint64_t total) {
  const auto callers = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t events = 0;
  Latencies ns;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    auto queue = Blocking::open(folder.path() + "/queue", at_level(level));
    if (!queue) give_up(queue.error().detail);
    std::vector<Latencies> each(callers);
    const auto push = [&](Latencies& own) {
      for (std::uint64_t i = 0; i < total / callers; ++i) {
        const auto start = Clock::now();
        if (!queue->push(payload)) give_up("cannot push");
        own.push_back(ns_since(start));
      }
    };
    state.ResumeTiming();
    std::vector<std::thread> threads;
    for (std::uint64_t i = 1; i < callers; ++i) threads.emplace_back(push, std::ref(each[i]));
    push(each[0]);
    for (std::thread& one : threads) one.join();
    state.PauseTiming();
    if (queue->len() != total) give_up("a push is missing");
    for (const Latencies& own : each) ns.insert(ns.end(), own.begin(), own.end());
    events += total;
    if (!queue->close()) give_up("cannot close");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  show(state, ns);
}
void blocking_push_sync(benchmark::State& state) {
  blocking_push(state, queue::Level::sync, synced_pushes);
}
void blocking_push_group(benchmark::State& state) {
  blocking_push(state, queue::Level::group, pushes);
}

const auto ms = benchmark::kMillisecond;
BENCHMARK(raw_put_sync)->Arg(1)->UseRealTime()->Unit(ms);
BENCHMARK(push_sync)->Arg(1)->UseRealTime()->Unit(ms);
BENCHMARK(blocking_push_sync)->Arg(1)->UseRealTime()->Unit(ms);
BENCHMARK(raw_batch_sync)->Arg(64)->Arg(256)->UseRealTime()->Unit(ms);
BENCHMARK(push_group)->Arg(1)->Arg(64)->Arg(256)->UseRealTime()->Unit(ms);
BENCHMARK(blocking_push_group)->Arg(8)->Arg(64)->UseRealTime()->Unit(ms);
BENCHMARK(push_os)->Arg(1)->Arg(64)->UseRealTime()->Unit(ms);
BENCHMARK(raw_delete_batch)->Arg(100)->UseRealTime()->Unit(ms);
BENCHMARK(pop_ack_batch)->Arg(100)->UseRealTime()->Unit(ms);
BENCHMARK(raw_scan)->UseRealTime()->Unit(ms)->Iterations(1);
BENCHMARK(lazy_reopen)->UseRealTime()->Unit(ms)->Iterations(1);
BENCHMARK(pop_latency)->Arg(0)->Arg(1'000'000)->UseRealTime()->Unit(ms)->Iterations(1);

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run_with_ratios(
      argc, argv, 7,
      {{"push_sync/1", "raw_put_sync/1", 0.88, "push at sync, one coroutine"},
       {"blocking_push_sync/1", "raw_put_sync/1", 0.95, "push at sync, one thread"},
       {"push_group/64", "raw_batch_sync/64", 0.7, "push at group, 64 coroutines"},
       {"push_group/256", "raw_batch_sync/256", 0.7, "push at group, 256 coroutines"},
       {"blocking_push_group/64", "raw_batch_sync/64", 0, "push at group, 64 threads"},
       {"pop_ack_batch/100", "raw_delete_batch/100", 0.7, "pop and ack, batches of 100"},
       {"lazy_reopen/iterations:1", "raw_scan/iterations:1", 0.83, "reopen with 10^6 events"},
       {"pop_latency/1000000/iterations:1", "pop_latency/0/iterations:1", 0.83,
        "pop and ack after 10^6 acks"}});
}
