// The durable queue beside its ceilings: the same bytes written by RocksDB alone, with the queue's
// own options. Works in a folder below TMPDIR, which must be on the disk that is to be measured.
//
// Every benchmark checks its own answer: what was pushed is there, what was acked is gone.
#include <array>
#include <thread>

#include "bench/harness.hpp"
#include "bench/queue_rig.hpp"
#include "impl/env/task_group.hpp"
#include "impl/facade/blocking_event_queue.hpp"

namespace lockstep::bench {
namespace {

using queue::Level;

struct Load {
  Level level = Level::sync;
  std::uint64_t callers = 1;  ///< of the raw database: events of one write
  std::size_t bytes = 100;    ///< of one payload
};

/// Events of one run: with an fsync each few, of large ones fewer.
std::uint64_t total_of(const Load& load) {
  const bool alone = load.level == Level::sync || (load.level == Level::group && load.callers == 1);
  std::uint64_t total = alone ? 512 : 16'384;
  if (load.bytes > 4'096) total = std::min<std::uint64_t>(total, 4'096);
  if (settings().quick) total /= alone ? 2 : 4;
  return total / load.callers * load.callers;
}

// ---- the ceilings -------------------------------------------------------------------------------

Measured raw_push(const Load& load) {
  const std::string payload = payload_of(load.bytes);
  const rig::ScratchFolder folder = make_folder();
  RawDb db(folder.path());
  db.push(1, 1, payload);
  Measured measured;
  measured.items = total_of(load);
  const auto began = Clock::now();
  for (std::uint64_t id = 2; id < measured.items + 2; id += load.callers) {
    const auto start = Clock::now();
    db.push(id, load.callers, payload, load.level != Level::os);
    measured.latencies.push_back(ns_since(start));
  }
  measured.elapsed_ns = ns_since(began);
  if (db.scan() != measured.items + 1) give_up("the raw database lost something");
  return measured;
}

constexpr std::uint64_t events_acked = 8'192;
constexpr std::uint64_t ack_batch = 100;

Measured raw_delete() {
  const rig::ScratchFolder folder = make_folder();
  RawDb db(folder.path());
  db.push(1, events_acked, payload_of(100));
  Measured measured;
  measured.items = events_acked;
  const auto began = Clock::now();
  for (std::uint64_t id = 1; id <= events_acked; id += ack_batch) {
    db.erase(id, std::min(ack_batch, events_acked + 1 - id));
  }
  measured.elapsed_ns = ns_since(began);
  if (db.scan() != 0) give_up("the raw database kept something");
  return measured;
}

// ---- ours, from coroutines ----------------------------------------------------------------------

env::Task<void> push_from_many(env::Env* env, ByteQueue* queue, Load load, Latencies* ns) {
  const std::string payload = payload_of(load.bytes);
  const std::uint64_t each = total_of(load) / load.callers;
  env::TaskGroup group(*env);
  for (std::uint64_t i = 0; i < load.callers; ++i) {
    group.spawn(push_some(queue, each, &payload, ns));
  }
  co_await group.join();
}

Measured push(const Load& load) {
  LiveQueue queue(at_level(load.level));
  Measured measured;
  measured.items = total_of(load);
  measured.latencies.reserve(measured.items);
  const auto began = Clock::now();
  queue.run(push_from_many(&queue.env(), queue.get(), load, &measured.latencies));
  measured.elapsed_ns = ns_since(began);
  if (queue->len() != measured.items) give_up("a push is missing");
  measured.counters["pushes_per_write"] =
      static_cast<double>(measured.items) / static_cast<double>(queue->metrics().writes);
  return measured;
}

Measured pop_ack() {
  const std::string payload = payload_of(100);
  LiveQueue queue(at_level(Level::group));
  queue.run(fill(queue.get(), events_acked, payload));
  Measured measured;
  measured.items = events_acked;
  const auto began = Clock::now();
  queue.run(pop_and_ack(queue.get(), events_acked, ack_batch, payload));
  measured.elapsed_ns = ns_since(began);
  if (queue->len() != 0) give_up("something is left");
  return measured;
}

// ---- ours, from threads -------------------------------------------------------------------------

using Blocking = facade::BlockingEventQueue<std::string>;

void push_blocking(Blocking& queue, std::uint64_t count, const std::string& payload,
                   Latencies& ns) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    if (!queue.push(payload)) give_up("cannot push");
    ns.push_back(ns_since(start));
  }
}

Measured push_from_threads(const Load& load) {
  const std::string payload = payload_of(load.bytes);
  const rig::ScratchFolder folder = make_folder();
  auto queue = Blocking::open(folder.path() + "/queue", at_level(load.level));
  if (!queue) give_up(queue.error().detail);
  Measured measured;
  measured.items = total_of(load);
  std::vector<Latencies> each(load.callers);
  const auto work = [&](std::size_t who) {
    push_blocking(*queue, measured.items / load.callers, payload, each[who]);
  };
  const auto began = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < load.callers; ++i) threads.emplace_back(work, i);
  work(0);
  for (std::thread& one : threads) one.join();
  measured.elapsed_ns = ns_since(began);
  if (queue->len() != measured.items) give_up("a push is missing");
  for (const Latencies& own : each) {
    measured.latencies.insert(measured.latencies.end(), own.begin(), own.end());
  }
  if (!queue->close()) give_up("cannot close");
  return measured;
}

// ---- names --------------------------------------------------------------------------------------

std::string_view word_of(Level level) {
  return level == Level::sync ? "sync" : level == Level::group ? "group" : "os";
}

std::string name_of(std::string_view what, const Load& load) {
  return std::string(what) + "/" + std::string(word_of(load.level)) +
         "/callers:" + std::to_string(load.callers) + "/bytes:" + std::to_string(load.bytes);
}

std::vector<std::uint64_t> callers_at(Level level) {
  if (level == Level::sync)
    return settings().quick ? std::vector<std::uint64_t>{1} : std::vector<std::uint64_t>{1, 8, 64};
  if (settings().quick) return {64, 256};
  return {1, 8, 64, 256};
}

/// At `sync` every event has an fsync of its own, whoever else pushes.
Load ceiling_of(Load load) {
  if (load.level == Level::sync) load.callers = 1;
  return load;
}

constexpr std::array<std::size_t, 3> sizes{64, 1'024, 16'384};
constexpr std::array<Level, 3> levels{Level::sync, Level::group, Level::os};

void add_pushes(const Load& load) {
  add(name_of("push", load), [=] { return push(load); });
  const Load raw = ceiling_of(load);
  if (raw.callers == load.callers) {
    add(name_of("raw", raw), [=] { return raw_push(raw); });
  }
  const bool of_threads = load.callers <= 64 && load.bytes == 64 && load.level != Level::os;
  if (!of_threads) return;
  add(name_of("blocking", load), [=] { return push_from_threads(load); });
}

std::string name_of(const std::string& what, const StreamLoad& load) {
  return what + (load.append_only ? "/aof_always" : "/memory") +
         "/callers:" + std::to_string(load.callers) + "/bytes:" + std::to_string(load.bytes);
}

void add_streams() {
  for (const bool append_only : {false, true}) {
    if (append_only && !settings().redis.empty()) continue;  // it is as its owner made it
    for (const std::uint64_t callers : {1U, 64U, 256U}) {
      for (const std::size_t bytes : sizes) {
        if (settings().quick && (bytes > 1'024 || callers == 64)) continue;
        const StreamLoad load{append_only, callers, bytes};
        add(name_of("streams/push", load), [=] { return stream_push(load); });
        add(name_of("streams/raw_xadd", load), [=] { return raw_xadd(load); });
      }
    }
    const StreamLoad batches{append_only, ack_batch, 64};
    add(name_of("streams/pop_ack", batches), [=] { return stream_pop_ack(batches); });
  }
}

void add_all() {
  add_streams();
  for (const Level level : levels) {
    for (const std::uint64_t callers : callers_at(level)) {
      for (const std::size_t bytes : sizes) {
        if (settings().quick && bytes > 1'024) continue;
        add_pushes({level, callers, bytes});
      }
    }
  }
  add("delete/raw", raw_delete);
  add("pop_ack/group", pop_ack);
  add("reopen/raw_scan", raw_scan);
  add("reopen/lazy", lazy_reopen);
  add("pop/fresh", [] { return pop_latency(0); });
  const std::uint64_t acked = settings().quick ? 100'000 : 1'000'000;
  add("pop/after_acks", [=] { return pop_latency(acked); });
}

// ---- ratios -------------------------------------------------------------------------------------

double target_of(const Load& load) {
  if (load.level == Level::sync) return load.callers == 1 ? 0.88 : 0;
  return load.level == Level::group && load.callers >= 64 ? 0.7 : 0;
}

Ratio ratio_of(std::string_view ours, const Load& load, double target) {
  Ratio one;
  one.what = "queue, " + name_of(ours, load);
  one.ours = name_of(ours, load);
  one.ceiling = name_of("raw", ceiling_of(load));
  one.target = target;
  return one;
}

std::vector<Ratio> ratios() {
  std::vector<Ratio> all;
  for (const Level level : levels) {
    for (const std::uint64_t callers : {1U, 8U, 64U, 256U}) {
      for (const std::size_t bytes : sizes) {
        const Load load{level, callers, bytes};
        all.push_back(ratio_of("push", load, target_of(load)));
        if (bytes == 64)
          all.push_back(ratio_of("blocking", load, target_of(load) == 0.88 ? 0.95 : 0));
      }
    }
  }
  for (const bool append_only : {false, true}) {
    for (const std::uint64_t callers : {1U, 64U, 256U}) {
      for (const std::size_t bytes : sizes) {
        const StreamLoad load{append_only, callers, bytes};
        all.push_back({"queue, " + name_of("streams/push", load), name_of("streams/push", load),
                       name_of("streams/raw_xadd", load), 0});
      }
    }
  }
  all.push_back({"queue, pop and ack, batches of 100", "pop_ack/group", "delete/raw", 0.7});
  all.push_back({"queue, lazy reopen against a raw scan, time", "reopen/lazy", "reopen/raw_scan",
                 1.2, "real_time", true});
  all.push_back(
      {"queue, memory that a lazy reopen takes, MiB", "reopen/lazy", "", 64, "grown_MiB", true});
  all.push_back(
      {"queue, p99 of pops after many acks", "pop/after_acks", "pop/fresh", 1.2, "p99_us", true});
  return all;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(argc, argv,
                              {"The durable queue, beside RocksDB alone.", lockstep::bench::add_all,
                               lockstep::bench::ratios(), 5});
}
