// The durable queue beside its ceilings: the same bytes written by RocksDB alone, with the queue's
// own options. Works in a folder below TMPDIR, which must be on the disk that is to be measured.
//
// Every benchmark checks its own answer: what was pushed is there, what was acked is gone.
#include <benchmark/benchmark.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/ratios.hpp"
#include "impl/env/task_group.hpp"
#include "impl/facade/blocking_event_queue.hpp"
#include "impl/live/run.hpp"
#include "impl/queue/byte_queue.hpp"
#include "impl/queue/format.hpp"
#include "impl/queue/rocks.hpp"

namespace {

using namespace lockstep;
using queue::ByteQueue;
using Clock = std::chrono::steady_clock;
using Latencies = std::vector<std::int64_t>;  // ns

const std::string payload(100, 'p');

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "queue_bench: %s\n", why.c_str());
  std::exit(1);
}

/// A folder that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "lockstep-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) give_up("no temporary folder");
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void show(benchmark::State& state, Latencies& ns) {
  if (ns.empty()) return;
  std::sort(ns.begin(), ns.end());
  const auto us = [&](double part) {
    const auto at = static_cast<std::size_t>(part * static_cast<double>(ns.size() - 1));
    return static_cast<double>(ns[at]) / 1e3;
  };
  state.counters["p50_us"] = us(0.5);
  state.counters["p99_us"] = us(0.99);
  state.counters["p999_us"] = us(0.999);
}

std::int64_t ns_since(Clock::time_point start) { return (Clock::now() - start).count(); }

// ---- the ceilings -------------------------------------------------------------------------------

class RawDb {
 public:
  explicit RawDb(const std::string& folder) {
    queue::StoreOptions options;
    options.path = folder + "/raw";
    options.env = rocksdb::Env::Default();
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(queue::rocks_options(options), options.path, &opened));
    db_.reset(opened);
  }

  static void check(const rocksdb::Status& status) {
    if (!status.ok()) give_up(status.ToString());
  }
  static std::string key(std::uint64_t id) {
    return queue::key_of(queue::RecordKind::event, queue::EventId{id});
  }

  /// Puts so many events, as one write.
  void push(std::uint64_t first, std::uint64_t count, bool sync = true) {
    rocksdb::WriteBatch batch;
    for (std::uint64_t id = first; id < first + count; ++id) {
      const std::string name = key(id);
      check(batch.Put(name, queue::write_event(name, payload)));
    }
    rocksdb::WriteOptions how;
    how.sync = sync;
    check(db_->Write(how, &batch));
  }
  void erase(std::uint64_t first, std::uint64_t count) {
    rocksdb::WriteBatch batch;
    for (std::uint64_t id = first; id < first + count; ++id) check(batch.Delete(key(id)));
    rocksdb::WriteOptions how;
    how.sync = true;
    check(db_->Write(how, &batch));
  }
  [[nodiscard]] std::uint64_t scan() const {
    std::uint64_t found = 0;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) ++found;
    check(at->status());
    return found;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

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

// ---- ours, from coroutines ----------------------------------------------------------------------

queue::QueueOptions at_level(queue::Level level) {
  queue::QueueOptions options;
  options.push_level = level;
  options.ack_level = level;
  return options;
}

/// A queue in a folder of its own, and the loop that runs it.
class LiveQueue {
 public:
  explicit LiveQueue(queue::QueueOptions options) : node_(loop_, {.root = folder_.path()}) {
    open(options);
  }
  LiveQueue(const LiveQueue&) = delete;
  LiveQueue& operator=(const LiveQueue&) = delete;
  ~LiveQueue() {
    close();
    node_.end();
  }

  void open(queue::QueueOptions options) {
    auto opened = run(ByteQueue::open(node_.env(), "queue", options));
    if (!opened) give_up(opened.error().detail);
    queue_ = std::move(*opened);
  }
  void close() {
    if (queue_ != nullptr && !run(queue_->close())) give_up("cannot close");
    queue_.reset();
  }
  [[nodiscard]] ByteQueue* operator->() { return queue_.get(); }
  [[nodiscard]] ByteQueue* get() { return queue_.get(); }
  [[nodiscard]] env::Env& env() { return node_.env(); }

  template <class T>
  T run(env::Task<T> task) {
    auto result = live::run_until_complete(node_, std::move(task), seconds(300));
    if (!result) give_up("did not end in time");
    return std::move(*result);
  }
  void run(env::Task<void> task) {
    if (!live::run_until_complete(node_, std::move(task), seconds(300))) give_up("no end in time");
  }

 private:
  Folder folder_;
  live::Loop loop_;
  live::Node node_;
  std::unique_ptr<ByteQueue> queue_;
};

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

env::Task<void> pop_and_ack(ByteQueue* queue, std::uint64_t total, std::uint64_t batch) {
  for (std::uint64_t done = 0; done < total;) {
    std::vector<queue::Receipt> receipts;
    while (receipts.size() < batch && done < total) {
      const auto event = co_await queue->pop();
      if (!event || !*event) give_up("nothing to pop");
      if ((*event)->payload != payload) give_up("another payload");
      receipts.push_back((*event)->receipt);
      ++done;
    }
    const std::size_t count = receipts.size();
    const auto acked = co_await queue->ack_many(std::move(receipts));
    if (!acked || acked->acked != count) give_up("not acked");
  }
}

env::Task<void> fill(ByteQueue* queue, std::uint64_t total) {
  constexpr std::uint64_t page = 1'024;
  for (std::uint64_t done = 0; done < total; done += page) {
    std::vector<std::string> some(std::min(page, total - done), payload);
    const auto pushed = co_await queue->push_many(std::move(some));
    if (!pushed) give_up(pushed.error().detail);
  }
}

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

// ---- a large backlog ----------------------------------------------------------------------------

constexpr std::uint64_t backlog = 1'000'000;

std::int64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0;
  in >> pages >> pages;
  return pages * 4'096;
}

/// Items are databases: one is scanned, one is opened up to its first event.
void raw_scan(benchmark::State& state) {
  const Folder folder;
  std::optional<RawDb> db(folder.path());
  for (std::uint64_t id = 1; id <= backlog; id += 1'000) db->push(id, 1'000, false);
  for (auto _ : state) {
    state.PauseTiming();
    db.reset();
    state.ResumeTiming();
    db.emplace(folder.path());
    if (db->scan() != backlog) give_up("the raw database lost something");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void lazy_reopen(benchmark::State& state) {
  LiveQueue queue(at_level(queue::Level::os));
  queue.run(fill(queue.get(), backlog));
  std::int64_t grown = 0;
  for (auto _ : state) {
    state.PauseTiming();
    queue.close();
    const std::int64_t before = resident_bytes();
    state.ResumeTiming();
    queue.open(at_level(queue::Level::os));
    const auto first = queue.run(queue->pop());
    if (!first || !*first || queue->len() != backlog) give_up("not all is there");
    state.PauseTiming();
    grown = std::max(grown, resident_bytes() - before);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["grown_MiB"] = static_cast<double>(grown) / (1U << 20U);
}

env::Task<void> time_pops(ByteQueue* queue, std::uint64_t count, Latencies* ns) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    const auto event = co_await queue->pop();
    if (!event || !*event) give_up("nothing to pop");
    ns->push_back(ns_since(start));
    const auto acked = co_await queue->ack((*event)->receipt);
    if (!acked) give_up(acked.error().detail);
  }
}

/// Pops of a queue of 10,000 events, after so many acks. An item is a pop and its ack.
void pop_latency(benchmark::State& state) {
  constexpr std::uint64_t measured = 10'000;
  const auto acked = static_cast<std::uint64_t>(state.range(0));
  Latencies ns;
  for (auto _ : state) {
    state.PauseTiming();
    LiveQueue queue(at_level(queue::Level::os));
    if (acked > 0) {
      queue.run(fill(queue.get(), acked));
      queue.run(pop_and_ack(queue.get(), acked, 1'000));
    }
    queue.run(fill(queue.get(), measured));
    queue.close();
    queue.open(at_level(queue::Level::os));
    state.ResumeTiming();
    queue.run(time_pops(queue.get(), measured, &ns));
    state.PauseTiming();
    queue.close();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(measured * state.iterations()));
  show(state, ns);
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

int main(int argc, char** argv) {
  return bench::run_with_ratios(
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
