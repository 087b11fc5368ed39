// The queue with a large backlog, and after many acks.
#include "bench/harness.hpp"
#include "bench/queue_rig.hpp"

namespace lockstep::bench {
namespace {

/// Of the events here.
const std::string payload = payload_of(100);

std::uint64_t backlog() { return settings().quick ? 100'000 : 1'000'000; }

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

Measured raw_scan() {
  const rig::ScratchFolder folder = make_folder();
  auto db = std::make_unique<RawDb>(folder.path());
  for (std::uint64_t id = 1; id <= backlog(); id += 1'000) db->push(id, 1'000, payload, false);
  db.reset();
  Measured measured;
  const auto began = Clock::now();
  db = std::make_unique<RawDb>(folder.path());
  if (db->scan() != backlog()) give_up("the raw database lost something");
  measured.elapsed_ns = ns_since(began);
  measured.items = 1;
  return measured;
}

Measured lazy_reopen() {
  LiveQueue queue(at_level(queue::Level::os));
  queue.run(fill(queue.get(), backlog(), payload));
  queue.close();
  Measured measured;
  const std::int64_t before = resident_bytes();
  const auto began = Clock::now();
  queue.open(at_level(queue::Level::os));
  const auto first = queue.run(queue->pop());
  measured.elapsed_ns = ns_since(began);
  if (!first || !*first || queue->len() != backlog()) give_up("not all is there");
  const std::int64_t grown = std::max<std::int64_t>(0, resident_bytes() - before);
  measured.counters["grown_MiB"] = static_cast<double>(grown) / (1U << 20U);
  measured.items = 1;
  return measured;
}

Measured pop_latency(std::uint64_t acked) {
  constexpr std::uint64_t count = 10'000;
  LiveQueue queue(at_level(queue::Level::os));
  if (acked > 0) {
    queue.run(fill(queue.get(), acked, payload));
    queue.run(pop_and_ack(queue.get(), acked, 1'000, payload));
  }
  queue.run(fill(queue.get(), count, payload));
  queue.close();
  queue.open(at_level(queue::Level::os));
  Measured measured;
  const auto began = Clock::now();
  queue.run(time_pops(queue.get(), count, &measured.latencies));
  measured.elapsed_ns = ns_since(began);
  measured.items = count;
  return measured;
}

}  // namespace lockstep::bench
