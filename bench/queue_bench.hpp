// What the benchmarks of the queue share: folders, the raw database, a queue with its loop.
#pragma once

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

#include "impl/env/task_group.hpp"
#include "impl/facade/blocking_event_queue.hpp"
#include "impl/live/run.hpp"
#include "impl/queue/byte_queue.hpp"
#include "impl/queue/format.hpp"
#include "impl/queue/rocks.hpp"

namespace lockstep::bench {

using queue::ByteQueue;
using Clock = std::chrono::steady_clock;
using Latencies = std::vector<std::int64_t>;  // ns

inline const std::string payload(100, 'p');

[[noreturn]] inline void give_up(const std::string& why) {
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

inline void show(benchmark::State& state, Latencies& ns) {
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

inline std::int64_t ns_since(Clock::time_point start) { return (Clock::now() - start).count(); }

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

// ---- ours, from coroutines ----------------------------------------------------------------------

inline queue::QueueOptions at_level(queue::Level level) {
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

inline env::Task<void> pop_and_ack(ByteQueue* queue, std::uint64_t total, std::uint64_t batch) {
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

inline env::Task<void> fill(ByteQueue* queue, std::uint64_t total) {
  constexpr std::uint64_t page = 1'024;
  for (std::uint64_t done = 0; done < total; done += page) {
    std::vector<std::string> some(std::min(page, total - done), payload);
    const auto pushed = co_await queue->push_many(std::move(some));
    if (!pushed) give_up(pushed.error().detail);
  }
}

}  // namespace lockstep::bench
