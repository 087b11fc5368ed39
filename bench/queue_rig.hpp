// What the benchmarks of the queue share: folders, the raw database, a queue with its loop.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "impl/live/run.hpp"
#include "impl/queue/byte_queue.hpp"
#include "rig/scratch_folder.hpp"

namespace lockstep::bench {

using queue::ByteQueue;

/// So many bytes, the same every time.
[[nodiscard]] inline std::string payload_of(std::size_t bytes) { return std::string(bytes, 'p'); }

/// Below TMPDIR, gone afterwards.
[[nodiscard]] rig::ScratchFolder make_folder();

/// The ceiling: RocksDB alone, with the queue's own options, keys and records.
class RawDb {
 public:
  explicit RawDb(const std::string& folder);

  /// Puts so many events, as one write.
  void push(std::uint64_t first, std::uint64_t count, const std::string& payload, bool sync = true);
  void erase(std::uint64_t first, std::uint64_t count);
  [[nodiscard]] std::uint64_t scan() const;

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

[[nodiscard]] queue::QueueOptions at_level(queue::Level level);

/// A queue in a folder of its own, and the loop that runs it.
class LiveQueue {
 public:
  explicit LiveQueue(queue::QueueOptions options);
  LiveQueue(const LiveQueue&) = delete;
  LiveQueue& operator=(const LiveQueue&) = delete;
  ~LiveQueue();

  void open(queue::QueueOptions options);
  void close();
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
  rig::ScratchFolder folder_ = make_folder();
  live::Loop loop_;
  live::Node node_;
  std::unique_ptr<ByteQueue> queue_;
};

/// One caller: so many pushes, one after the other. `payload` and `ns` outlive it.
[[nodiscard]] env::Task<void> push_some(queue::EventQueue* queue, std::uint64_t count,
                                        const std::string* payload, Latencies* ns);
/// Pops and acks `total` events, `batch` of them with one call; each must be `payload`.
[[nodiscard]] env::Task<void> pop_and_ack(ByteQueue* queue, std::uint64_t total,
                                          std::uint64_t batch, std::string payload);
[[nodiscard]] env::Task<void> fill(ByteQueue* queue, std::uint64_t total, std::string payload);

// ---- benchmarks of queue_backlog_bench.cpp ------------------------------------------------------

/// Items are databases: one is scanned, one is opened up to its first event.
[[nodiscard]] Measured raw_scan();
[[nodiscard]] Measured lazy_reopen();
/// Pops of a queue of 10,000 events, after so many acks. An item is a pop and its ack.
[[nodiscard]] Measured pop_latency(std::uint64_t acked);

// ---- benchmarks of stream_queue_bench.cpp -------------------------------------------------------

struct StreamLoad {
  bool append_only = false;   ///< the server syncs its file before every answer
  std::uint64_t callers = 1;  ///< of pops: events of one batch; of the ceiling: the window
  std::size_t bytes = 64;     ///< of one payload
};
[[nodiscard]] Measured stream_push(const StreamLoad& load);
[[nodiscard]] Measured stream_pop_ack(const StreamLoad& load);
/// XADD alone, pipelined.
[[nodiscard]] Measured raw_xadd(const StreamLoad& load);

}  // namespace lockstep::bench
