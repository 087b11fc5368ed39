// An outbox on one Redis for a fleet: every process commits orders, one of them leads and publishes
// to a stream; when it dies another goes on, and what the old one still sends is refused. Start it
// twice, and kill -9 or stop (SIGSTOP) the one that leads.
//
//   outbox_fleet redis://127.0.0.1:6379 NAME ORDERS SECONDS
#include <cstdio>
#include <cstdlib>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/relay/redis_outbox.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/relay.hpp"

namespace {
using namespace lockstep;
using namespace lockstep::relay;
using env::Task;

void say(const std::string& words) {
  std::puts(words.c_str());
  std::fflush(stdout);
}

/// Where entries go is up to you: this one puts them into a stream, and tells.
class TellingPublisher final : public Publisher {
 public:
  explicit TellingPublisher(redis::Client& client) : stream_(client, {.stream = "orders"}) {}
  Task<Result<GuardedOutcome>> raise(const Fence& fence) override {
    say("leads with token " + std::to_string(fence.token.value));
    return stream_.raise(fence);
  }
  Task<Result<PublishOutcome>> publish(const std::vector<Entry>& entries,
                                       const Fence& fence) override {
    auto outcome = co_await stream_.publish(entries, fence);
    const bool is_refused = outcome && std::holds_alternative<Refused>(*outcome);
    if (is_refused) say("was refused with token " + std::to_string(fence.token.value));
    if (outcome && !is_refused) say("published " + std::to_string(entries.size()));
    co_return outcome;
  }

 private:
  RedisStreamPublisher stream_;
};

/// The same request until its end is known: it leaves one entry.
Task<void> write_orders(env::Env* env, RedisOutbox* outbox, std::string name, int orders) {
  for (int order = 0; order < orders; ++order) {
    const std::string request = name + "-" + std::to_string(order);
    while (true) {
      Transaction write;
      write.effect.puts.emplace_back("order:" + request, "paid");
      write.entries.push_back({"customer" + std::to_string(order % 20), request, request});
      const auto done = co_await outbox->commit(std::move(write));
      if (done) break;
      co_await env::sleep_for(*env, milliseconds(50));
    }
    say("committed " + request);
  }
}

Task<void> end_after(env::Env* env, Relay* relay, int run_seconds) {
  co_await env::sleep_for(*env, seconds(run_seconds));
  relay->stop();
}

}  // namespace

int main(int count, char** words) {
  const auto server = redis::parse_url(count == 5 && std::atoi(words[4]) > 0 ? words[1] : "");
  if (!server) {
    std::fprintf(stderr, "usage: outbox_fleet redis://HOST:PORT NAME ORDERS SECONDS\n");
    return 64;
  }
  live::Loop loop;
  live::Node node(loop);
  redis::Client client(node.env(), *server);
  lock::RedisLock locks(node.env(), client);
  RedisOutbox outbox(node.env(), client);
  TellingPublisher publisher(client);
  RelayConfig config;
  config.poll = milliseconds(50);
  config.step_timeout = milliseconds(500);
  config.leader =
      LeaderConfig{lock::DistributedLockConfig::for_ttl(seconds(2)), "orders", words[2]};
  config.leader->lock.retry_interval = milliseconds(200);
  config.leader->lock.stop_grace = milliseconds(500);
  Relay relay(node.env(), outbox, publisher, config, &locks);
  env::TaskGroup group(node.env());
  group.spawn(write_orders(&node.env(), &outbox, words[2], std::atoi(words[3])));
  group.spawn(end_after(&node.env(), &relay, std::atoi(words[4])));
  const auto ended = live::run_until_complete(node, relay.run(), std::chrono::hours(24));
  if (ended && !*ended) say(to_text(ended->error()));
  say(to_prometheus(relay.metrics(), "orders"));
  node.end();
  return ended && *ended ? 0 : 70;
}
