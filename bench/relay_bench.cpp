// The relay from an outbox in RocksDB to a Redis stream, beside its ceiling: the same entries added
// by pipelined XADD alone. Starts a redis-server of its own on a free port.
//
// Both check that the stream holds every entry.
#include <benchmark/benchmark.h>

#include "bench/queue_bench.hpp"
#include "bench/ratios.hpp"
#include "impl/redis/client.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/relay.hpp"
#include "impl/relay/rocks_outbox.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::bench {
namespace {

using env::Task;

constexpr std::uint64_t entries = 50'000;
constexpr std::uint64_t aggregates = 1'000;
constexpr std::size_t window = 256;

rig::RedisProcess& server() {
  static const std::unique_ptr<rig::RedisProcess> process = [] {
    auto started = rig::RedisProcess::start({});
    if (!started) give_up(started.error().detail);
    return std::move(*started);
  }();
  return *process;
}

std::string aggregate_of(std::uint64_t i) { return "customer" + std::to_string(i % aggregates); }

redis::Options client_options() {
  redis::Options options;
  options.endpoint.port = server().port();
  options.command_timeout = seconds(10);
  return options;
}

Task<void> expect_stream(redis::Client* client) {
  std::vector<std::string> words{"XLEN", "lockstep-stream"};
  const auto length = co_await client->command(std::move(words));
  const bool is_whole =
      length && length->is_integer() && length->integer() == static_cast<std::int64_t>(entries);
  if (!is_whole) give_up("the stream does not hold what was published");
}

// ---- the ceiling --------------------------------------------------------------------------------

/// The fields that the publisher writes, one command each, `window` of them on their way.
Task<void> add_some(redis::Client* client, std::uint64_t first) {
  for (std::uint64_t i = first; i < entries; i += window) {
    const std::string id = std::to_string(i);
    const std::string key = "outbox:" + id;
    const std::string aggregate = aggregate_of(i);
    const std::array<std::string_view, 11> words{
        "XADD", "lockstep-stream", "*",    "aggregate", aggregate, "id", id, "key",
        key,    "payload",         payload};
    redis::Call call(words);
    co_await client->run(call);
    const auto reply = call.take();
    if (!reply || !reply->is_bulk()) give_up("an XADD failed");
  }
}

Task<void> add_all(env::Env* env) {
  redis::Client client(*env, client_options());
  env::TaskGroup group(*env);
  for (std::uint64_t i = 0; i < window; ++i) group.spawn(add_some(&client, i));
  co_await group.join();
  co_await expect_stream(&client);
  co_await client.shutdown();
}

void pipelined_xadd(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(server().ask({"FLUSHALL"}));
    live::Loop loop;
    live::Node node(loop, {});
    state.ResumeTiming();
    if (!live::run_until_complete(node, add_all(&node.env()), seconds(120))) give_up("no end");
    state.PauseTiming();
    node.end();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(entries * state.iterations()));
}

// ---- ours ---------------------------------------------------------------------------------------

using OutboxPtr = std::unique_ptr<relay::RocksOutbox>;

Task<OutboxPtr> filled_outbox(env::Env* env) {
  const relay::RocksOutboxOptions options{.commit_level = queue::Level::os};
  auto opened = co_await relay::RocksOutbox::open(*env, "outbox", options);
  if (!opened) give_up(opened.error().detail);
  OutboxPtr outbox = std::move(*opened);
  constexpr std::uint64_t together = 100;
  for (std::uint64_t i = 0; i < entries; i += together) {
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

Task<void> relay_all(env::Env* env, relay::RocksOutbox* outbox, std::size_t batch) {
  redis::Client client(*env, client_options());
  relay::RedisStreamPublisher stream(client);
  relay::RelayConfig config;
  config.batch_max = batch;
  relay::Relay relay(*env, *outbox, stream, config);
  env::TaskGroup group(*env);
  group.spawn(stop_when_empty(env, outbox, &relay));
  const auto ended = co_await relay.run();
  if (!ended) give_up(ended.error().detail);
  co_await group.join();
  co_await expect_stream(&client);
  co_await client.shutdown();
}

/// Items are entries: fetched from RocksDB, published, marked with shared fsyncs.
void rocksdb_to_stream(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(server().ask({"FLUSHALL"}));
    const Folder folder;
    live::Loop loop;
    live::Node node(loop, {.root = folder.path()});
    auto outbox = live::run_until_complete(node, filled_outbox(&node.env()), seconds(120));
    if (!outbox) give_up("no end");
    state.ResumeTiming();
    const auto ended =
        live::run_until_complete(node, relay_all(&node.env(), outbox->get(), batch), seconds(120));
    if (!ended) give_up("no end");
    state.PauseTiming();
    const auto closed = live::run_until_complete(node, (*outbox)->close(), seconds(120));
    if (!closed || !*closed) give_up("cannot close");
    outbox->reset();
    state.ResumeTiming();
    state.PauseTiming();
    node.end();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(entries * state.iterations()));
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
  redis::Client client(*env, client_options());
  relay::RedisStreamPublisher stream(client);
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
void lag(benchmark::State& state) {
  constexpr std::uint64_t count = 2'000;
  Latencies ns;
  for (auto _ : state) {
    const Folder folder;
    live::Loop loop;
    live::Node node(loop, {.root = folder.path()});
    const auto ended =
        live::run_until_complete(node, measure_lag(&node.env(), count, &ns), seconds(120));
    if (!ended) give_up("no end");
    node.end();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count * state.iterations()));
  show(state, ns);
}

const auto ms = benchmark::kMillisecond;
BENCHMARK(pipelined_xadd)->UseRealTime()->Unit(ms);
BENCHMARK(lag)->UseRealTime()->Unit(ms);
BENCHMARK(rocksdb_to_stream)->Arg(32)->Arg(256)->UseRealTime()->Unit(ms);

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run_with_ratios(
      argc, argv, 7,
      {{"rocksdb_to_stream/32", "pipelined_xadd", 0.7, "relay, batches of 32"},
       {"rocksdb_to_stream/256", "pipelined_xadd", 0.7, "relay, batches of 256"}});
}
