// From a business write to its effect elsewhere, each once: orders are written to RocksDB together
// with an outbox entry, a relay publishes these to a Redis stream, and a consumer counts the orders
// of each customer through an inbox. Kill it at any moment (kill -9) and start it again.
//
//   outbox_orders redis://127.0.0.1:6379 FOLDER ORDERS
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"
#include "impl/relay/inbox.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/relay.hpp"
#include "impl/relay/rocks_outbox.hpp"

using namespace lockstep;
using env::Task;

constexpr int writers = 32;

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "outbox_orders: %s\n", to_text(result.error()).c_str());
  std::exit(1);
}

/// Orders first, first + writers, ... How far it came is written with each order.
Task<void> write_orders(relay::RocksOutbox* outbox, int first, int orders) {
  const std::string place = "next:" + std::to_string(first);
  auto from = co_await outbox->get(place);
  const auto next = must(std::move(from));
  for (int order = next ? std::atoi(next->c_str()) : first; order < orders; order += writers) {
    const std::string name = std::to_string(order);
    relay::Transaction write;
    write.effect.puts = {{"order:" + name, "paid"}, {place, std::to_string(order + writers)}};
    write.entries.push_back({"customer" + std::to_string(order % 100), name, ""});
    auto done = co_await outbox->commit(std::move(write));
    must(std::move(done));
    std::printf("committed %d\n", order);
    std::fflush(stdout);
  }
}

relay::Inbox::Compute count_order(const std::string& customer) {
  return [customer](const relay::Inbox::Read& read) -> Result<relay::Effect> {
    const auto before = read(customer);
    if (!before) return fail(before.error());
    const int count = *before ? std::atoi((*before)->c_str()) : 0;
    return relay::Effect{{{customer, std::to_string(count + 1)}}, {}};
  };
}

/// Reads the stream from its start: the inbox knows what it has applied.
Task<void> consume(redis::Client* client, relay::Inbox* inbox, int orders) {
  std::string from = "-";
  while (inbox->keys() < static_cast<std::uint64_t>(orders)) {
    std::vector<std::string> words{"XRANGE", "orders", from, "+", "COUNT", "500"};
    const auto page = co_await client->command(std::move(words));
    std::vector<relay::Inbox::Message> messages;
    for (const resp::Reply& one : page ? page->items() : std::vector<resp::Reply>()) {
      const auto& fields = one.items()[1].items();  // aggregate, id, key, payload with their names
      messages.push_back({fields[5].text(), count_order(fields[1].text())});
      from = "(" + one.items()[0].text();
    }
    auto applied = co_await inbox->apply_many(std::move(messages));
    must(std::move(applied));
  }
}

Task<void> lead(relay::Relay* relay) {
  auto ended = co_await relay->run();
  if (!ended) must(Result<int>(fail(ended.error())));
}

Task<Result<void>> run(env::Env* env, redis::Options server, int orders) {
  const relay::RocksOutboxOptions shared_fsyncs{.commit_level = queue::Level::group};
  auto opened = co_await relay::RocksOutbox::open(*env, "outbox", shared_fsyncs);
  const std::unique_ptr<relay::RocksOutbox> outbox = must(std::move(opened));
  const relay::InboxOptions all_keys{.keys_min = 10'000'000};
  auto opened_inbox = co_await relay::Inbox::open(*env, "inbox", all_keys);
  const std::unique_ptr<relay::Inbox> inbox = must(std::move(opened_inbox));
  redis::Client client(*env, server);
  relay::RedisStreamPublisher stream(client, {.stream = "orders"});
  relay::RelayConfig config{.batch_max = 256, .poll = milliseconds(50)};
  relay::Relay relay(*env, *outbox, stream, config);
  env::TaskGroup group(*env);
  for (int i = 0; i < writers; ++i) group.spawn(write_orders(outbox.get(), i, orders));
  group.spawn(lead(&relay));
  co_await consume(&client, inbox.get(), orders);
  relay.stop();
  co_await group.join();
  co_await client.shutdown();
  std::printf("applied %d orders\n%s\n", static_cast<int>(inbox->keys()),
              relay::to_json(relay.metrics(), "orders").c_str());
  const auto closed = co_await inbox->close();
  if (!closed) co_return closed;
  co_return co_await outbox->close();
}

int main(int count, char** words) {
  const auto server = redis::parse_url(count == 4 && std::atoi(words[3]) > 0 ? words[1] : "");
  if (!server) {
    std::fprintf(stderr, "usage: outbox_orders redis://HOST:PORT FOLDER ORDERS\n");
    return 64;
  }
  std::filesystem::create_directories(words[2]);
  live::Loop loop;
  live::Node node(loop, {.root = words[2]});
  const auto ended = live::run_until_complete(node, run(&node.env(), *server, std::atoi(words[3])),
                                              std::chrono::hours(24));
  node.end();
  return ended && *ended ? 0 : 70;
}
