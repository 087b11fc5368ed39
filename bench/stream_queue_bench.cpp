// The queue on Redis streams beside raw pipelined XADD of the same payload, against a server that
// appends to no file and one that syncs its file before every answer.
#include "bench/harness.hpp"
#include "bench/queue_rig.hpp"
#include "bench/raw_redis.hpp"
#include "bench/servers.hpp"
#include "impl/env/task_group.hpp"
#include "impl/queue/redis_stream_queue.hpp"

namespace lockstep::bench {
namespace {

using env::Env;
using env::Task;
using queue::RedisStreamQueue;

std::uint64_t total_of(const StreamLoad& load) {
  std::uint64_t total = load.callers == 1 ? 4'000 : 40'000;
  if (load.append_only) total /= 8;
  if (load.bytes > 4'096) total /= 4;
  if (settings().quick) total /= 4;
  return total / load.callers * load.callers;
}

redis::Options server_of(const StreamLoad& load) {
  return server(0, {.append_only = load.append_only});
}

queue::RedisStreamOptions options_now() {
  queue::RedisStreamOptions options;
  options.name = key_prefix() + "queue";
  return options;
}

Task<void> expect_ready(RedisStreamQueue* queue, std::uint64_t ready) {
  const auto counts = co_await queue->count();
  if (!counts || counts->ready != ready) give_up("the queue does not hold what was pushed");
}

Task<void> push_all(Env* env, RedisStreamQueue* queue, StreamLoad load, Measured* measured) {
  const std::string payload = payload_of(load.bytes);
  env::TaskGroup group(*env);
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < load.callers; ++i) {
    group.spawn(push_some(queue, measured->items / load.callers, &payload, &measured->latencies));
  }
  co_await group.join();
  measured->elapsed_ns = ns_since(began);
  co_await expect_ready(queue, measured->items);
}

/// Batches of so many: one round trip to take, one to ack.
Task<void> take_all(RedisStreamQueue* queue, StreamLoad load, Measured* measured) {
  const std::string payload = payload_of(load.bytes);
  const auto began = Clock::now();
  for (std::uint64_t done = 0; done < measured->items;) {
    const auto some = co_await queue->pop_many(load.callers);
    if (!some || some->empty()) give_up("nothing to pop");
    std::vector<queue::Receipt> receipts;
    for (const queue::Delivery& one : *some) {
      if (one.payload != payload) give_up("another payload");
      receipts.push_back(one.receipt);
    }
    const std::size_t count = receipts.size();
    const auto acked = co_await queue->ack_many(std::move(receipts));
    if (!acked || acked->acked != count) give_up("not acked");
    done += count;
  }
  measured->elapsed_ns = ns_since(began);
  co_await expect_ready(queue, 0);
}

Task<void> with_queue(Env* env, StreamLoad load, bool takes, Measured* measured) {
  redis::Client client(*env, server_of(load));
  auto opened = co_await RedisStreamQueue::open(*env, client, options_now());
  if (!opened) give_up(opened.error().detail);
  RedisStreamQueue* queue = opened->get();
  Measured pushes = *measured;
  Measured* pushed = measured;
  if (takes) pushed = &pushes;
  co_await push_all(env, queue, load, pushed);
  if (takes) co_await take_all(queue, load, measured);
  const auto closed = co_await queue->close();
  if (!closed) give_up(closed.error().detail);
  co_await client.shutdown();
}

Measured measure(StreamLoad load, bool takes) {
  start_over();
  live::Loop loop;
  live::Node node(loop, {});
  Measured measured;
  measured.items = total_of(load);
  const auto ended =
      live::run_until_complete(node, with_queue(&node.env(), load, takes, &measured), seconds(120));
  if (!ended) give_up("no end");
  node.end();
  return measured;
}

}  // namespace

Measured stream_push(const StreamLoad& load) { return measure(load, false); }
Measured stream_pop_ack(const StreamLoad& load) { return measure(load, true); }

Measured raw_xadd(const StreamLoad& load) {
  start_over();
  RawRedis raw(server_of(load));
  const std::string stream = key_prefix() + "raw";
  const std::string payload = payload_of(load.bytes);
  Measured measured;
  measured.items = total_of(load);
  const auto began = Clock::now();
  raw_pipeline(raw, measured.items, load.callers, [&](std::uint64_t) {
    return std::vector<std::string>{"XADD", stream, "*", "p", payload};
  });
  measured.elapsed_ns = ns_since(began);
  raw.send({"XLEN", stream});
  if (raw.reply_integer() != static_cast<std::int64_t>(measured.items))
    give_up("XADDs are missing");
  return measured;
}

}  // namespace lockstep::bench
