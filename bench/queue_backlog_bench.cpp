// The queue with a large backlog, and after many acks.
#include "bench/queue_bench.hpp"

namespace lockstep::bench {
namespace {

constexpr std::uint64_t backlog = 1'000'000;

std::int64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0;
  in >> pages >> pages;
  return pages * 4'096;
}

}  // namespace

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

namespace {

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

}  // namespace

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

}  // namespace lockstep::bench
