// The relay from an outbox in RocksDB to a Redis stream, beside its ceiling: the same entries added
// by pipelined XADD alone. Both check that the stream holds every entry.
#include <array>

#include "bench/harness.hpp"
#include "bench/queue_rig.hpp"
#include "bench/raw_redis.hpp"
#include "bench/servers.hpp"
#include "impl/env/task_group.hpp"
#include "impl/redis/client.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/relay.hpp"
#include "impl/relay/rocks_outbox.hpp"

namespace lockstep::bench {
namespace {

using env::Task;

std::uint64_t entries() { return settings().quick ? 20'000 : 50'000; }
constexpr std::uint64_t aggregates = 1'000;
constexpr std::size_t window = 256;

const std::string payload = payload_of(100);

std::string aggregate_of(std::uint64_t i) { return "customer" + std::to_string(i % aggregates); }

std::string stream_key() { return key_prefix() + "stream"; }

relay::RedisStreamOptions stream_options() {
  relay::RedisStreamOptions options;
  options.stream = stream_key();
  return options;
}

Task<void> expect_stream(redis::Client* client) {
  std::vector<std::string> words{"XLEN", stream_key()};
  const auto length = co_await client->command(std::move(words));
  const bool is_whole =
      length && length->is_integer() && length->integer() == static_cast<std::int64_t>(entries());
  if (!is_whole) give_up("the stream does not hold what was published");
}

// ---- the ceiling --------------------------------------------------------------------------------

/// The fields that the publisher writes, one command each, `window` of them on their way.
std::vector<std::string> xadd_of(std::uint64_t i) {
  const std::string id = std::to_string(i + 1);
  return {"XADD", stream_key(),   "*",       "aggregate", aggregate_of(i), "id", id,
          "key",  "outbox:" + id, "payload", payload};
}

Measured pipelined_xadd() {
  RawRedis raw(server(0));
  start_over();
  Measured measured;
  measured.items = entries();
  const auto began = Clock::now();
  raw_pipeline(raw, measured.items, window, xadd_of);
  measured.elapsed_ns = ns_since(began);
  raw.send({"XLEN", stream_key()});
  if (raw.reply_integer() != static_cast<std::int64_t>(entries())) give_up("XADDs are missing");
  return measured;
}

// ---- ours ---------------------------------------------------------------------------------------

using OutboxPtr = std::unique_ptr<relay::RocksOutbox>;

Task<OutboxPtr> filled_outbox(env::Env* env) {
  const relay::RocksOutboxOptions options{.commit_level = queue::Level::os};
  auto opened = co_await relay::RocksOutbox::open(*env, "outbox", options);
  if (!opened) give_up(opened.error().detail);
  OutboxPtr outbox = std::move(*opened);
  constexpr std::uint64_t together = 100;
  for (std::uint64_t i = 0; i < entries(); i += together) {
    relay::Transaction transaction;
    for (std::uint64_t j = i; j < i + together; ++j) {
      transaction.entries.push_back({aggregate_of(j), payload, ""});
    }
    const auto done = co_await outbox->commit(std::move(transaction));
    if (!done) give_up(done.error().detail);
  }
  co_return outbox;
}

Task<void> stop_when_empty(env::Env* env, relay::RocksOutbox* outbox, relay::Relay* relay) {
  while (true) {
    const auto backlog = co_await outbox->backlog();
    if (backlog && *backlog == 0) break;
    co_await env::sleep_for(*env, milliseconds(1));
  }
  relay->stop();
}

Task<void> connect(redis::Client* client) {
  std::vector<std::string> words{"PING"};
  const auto pong = co_await client->command(std::move(words));
  if (!pong) give_up(pong.error().detail);
}

/// @return How long it took, in ns.
Task<std::int64_t> relay_all(env::Env* env, relay::RocksOutbox* outbox, std::size_t batch) {
  redis::Client client(*env, server(0));
  co_await connect(&client);
  relay::RedisStreamPublisher stream(client, stream_options());
  relay::RelayConfig config;
  config.batch_max = batch;
  relay::Relay relay(*env, *outbox, stream, config);
  env::TaskGroup group(*env);
  group.spawn(stop_when_empty(env, outbox, &relay));
  const auto began = Clock::now();
  const auto ended = co_await relay.run();
  const std::int64_t elapsed_ns = ns_since(began);
  if (!ended) give_up(ended.error().detail);
  co_await group.join();
  co_await expect_stream(&client);
  co_await client.shutdown();
  co_return elapsed_ns;
}

/// Items are entries: fetched from RocksDB, published, marked with shared fsyncs.
Measured rocksdb_to_stream(std::size_t batch) {
  start_over();
  const rig::ScratchFolder folder = make_folder();
  live::Loop loop;
  live::Node node(loop, {.root = folder.path()});
  auto outbox = live::run_until_complete(node, filled_outbox(&node.env()), seconds(120));
  if (!outbox) give_up("no end");
  Measured measured;
  measured.items = entries();
  const auto elapsed_ns =
      live::run_until_complete(node, relay_all(&node.env(), outbox->get(), batch), seconds(120));
  if (!elapsed_ns) give_up("no end");
  measured.elapsed_ns = *elapsed_ns;
  const auto closed = live::run_until_complete(node, (*outbox)->close(), seconds(120));
  if (!closed || !*closed) give_up("cannot close");
  outbox->reset();
  node.end();
  return measured;
}

/// Batches of entries that are at hand, so many calls at once: what the relay's publisher takes.
Task<void> publish_some(relay::Publisher* publisher, std::uint64_t first, std::uint64_t step,
                        std::size_t batch) {
  const relay::Fence unfenced;
  for (std::uint64_t from = first; from < entries(); from += step) {
    std::vector<relay::Entry> some;
    for (std::uint64_t i = from; i < std::min(from + batch, entries()); ++i) {
      relay::Entry entry;
      entry.id = relay::EntryId{i + 1};
      entry.aggregate = aggregate_of(i);
      entry.payload = payload;
      entry.idempotency_key = "outbox:" + std::to_string(i + 1);
      some.push_back(std::move(entry));
    }
    const auto done = co_await publisher->publish(some, unfenced);
    if (!done) give_up(done.error().detail);
  }
}

/// @return How long it took, in ns.
Task<std::int64_t> publish_all(env::Env* env, std::size_t batch) {
  redis::Client client(*env, server(0));
  co_await connect(&client);
  relay::RedisStreamPublisher stream(client, stream_options());
  env::TaskGroup group(*env);
  const std::size_t calls = relay::RelayConfig().in_flight_max;
  const auto began = Clock::now();
  for (std::size_t i = 0; i < calls; ++i) {
    group.spawn(publish_some(&stream, i * batch, calls * batch, batch));
  }
  co_await group.join();
  const std::int64_t elapsed_ns = ns_since(began);
  co_await expect_stream(&client);
  co_await client.shutdown();
  co_return elapsed_ns;
}

Measured publisher_alone(std::size_t batch) {
  start_over();
  live::Loop loop;
  live::Node node(loop, {});
  Measured measured;
  measured.items = entries();
  const auto elapsed_ns =
      live::run_until_complete(node, publish_all(&node.env(), batch), seconds(120));
  if (!elapsed_ns) give_up("no end");
  measured.elapsed_ns = *elapsed_ns;
  node.end();
  return measured;
}

// ---- lag ----------------------------------------------------------------------------------------

Task<void> lead(relay::Relay* relay) {
  const auto ended = co_await relay->run();
  if (!ended) give_up(ended.error().detail);
}

/// One entry at a time, while the relay has nothing else to do.
Task<void> measure_lag(env::Env* env, std::uint64_t count, Latencies* ns) {
  const relay::RocksOutboxOptions options{.commit_level = queue::Level::os};
  auto opened = co_await relay::RocksOutbox::open(*env, "outbox", options);
  if (!opened) give_up(opened.error().detail);
  const std::unique_ptr<relay::RocksOutbox> outbox = std::move(*opened);
  redis::Client client(*env, server(0));
  relay::RedisStreamPublisher stream(client, stream_options());
  const relay::RelayConfig config;
  relay::Relay relay(*env, *outbox, stream, config);
  env::TaskGroup group(*env);
  group.spawn(lead(&relay));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    relay::Transaction transaction;
    transaction.entries.push_back({aggregate_of(i), payload, ""});
    const auto done = co_await outbox->commit(std::move(transaction));
    if (!done) give_up(done.error().detail);
    while (relay.metrics().published <= i) co_await env::sleep_for(*env, microseconds(20));
    ns->push_back(ns_since(start));
  }
  relay.stop();
  co_await group.join();
  co_await client.shutdown();
  const auto closed = co_await outbox->close();
  if (!closed) give_up(closed.error().detail);
}

/// From the call of commit (which syncs nothing here) to the answer of the stream.
Measured lag() {
  Measured measured;
  measured.items = settings().quick ? 500 : 2'000;
  const rig::ScratchFolder folder = make_folder();
  live::Loop loop;
  live::Node node(loop, {.root = folder.path()});
  const auto began = Clock::now();
  const auto ended = live::run_until_complete(
      node, measure_lag(&node.env(), measured.items, &measured.latencies), seconds(120));
  if (!ended) give_up("no end");
  measured.elapsed_ns = ns_since(began);
  node.end();
  return measured;
}

void add_all() {
  add("xadd/raw", pipelined_xadd);
  add("lag/rocksdb", lag);
  for (const std::size_t batch : {32U, 256U}) {
    add("publisher/batch:" + std::to_string(batch), [=] { return publisher_alone(batch); });
    add("relay/rocksdb/batch:" + std::to_string(batch), [=] { return rocksdb_to_stream(batch); });
  }
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(
      argc, argv,
      {"The relay from RocksDB to a Redis stream, beside pipelined XADD.",
       lockstep::bench::add_all,
       {{"relay, batches of 32", "relay/rocksdb/batch:32", "xadd/raw", 0.7},
        {"relay, batches of 256", "relay/rocksdb/batch:256", "xadd/raw", 0.7},
        {"relay against its publisher alone, 32", "relay/rocksdb/batch:32", "publisher/batch:32",
         0},
        {"relay against its publisher alone, 256", "relay/rocksdb/batch:256", "publisher/batch:256",
         0}},
       5});
}
