#include "scenarios/conformance/outbox_contract.hpp"

#include <sstream>

namespace lockstep::conformance {

Task<std::vector<EntryId>> committed(OutboxKit* kit, std::string aggregate, std::string payloads) {
  relay::Transaction transaction;
  std::istringstream words(payloads);
  for (std::string payload; words >> payload;) {
    transaction.entries.push_back({aggregate, payload, ""});
  }
  const auto outcome = co_await kit->business().commit(std::move(transaction));
  EXPECT_TRUE(outcome) << (outcome ? "" : to_text(outcome.error()));
  if (!outcome) co_return std::vector<EntryId>();
  co_return std::get<relay::Committed>(*outcome).ids;
}

Task<std::string> published_text(OutboxKit* kit) {
  std::string text;
  const auto messages = co_await kit->published();
  for (const Message& one : messages) text += (text.empty() ? "" : " ") + one.payload;
  co_return text;
}

namespace {

constexpr Nanos patience = seconds(20);
constexpr Nanos look_interval = milliseconds(5);

}  // namespace

Task<void> until_published(Env* env, OutboxKit* kit, std::size_t count) {
  const MonoTime end = env->clock.now() + patience;
  std::size_t found = 0;
  while (env->clock.now() < end) {
    const auto messages = co_await kit->published();
    found = messages.size();
    if (found >= count) break;
    co_await env::sleep_for(*env, look_interval);
  }
  EXPECT_EQ(found, count);
}

Task<void> until_backlog(Env* env, OutboxKit* kit, std::uint64_t count) {
  const MonoTime end = env->clock.now() + patience;
  std::uint64_t found = ~std::uint64_t{0};
  while (env->clock.now() < end) {
    const auto backlog = co_await kit->store().backlog();
    found = backlog.value_or(found);
    if (found == count) break;
    co_await env::sleep_for(*env, look_interval);
  }
  EXPECT_EQ(found, count);
}

relay::RelayConfig quick_config() {
  relay::RelayConfig config;
  config.batch_max = 4;
  config.poll = milliseconds(20);
  config.backoff_base = milliseconds(20);
  config.backoff_max = milliseconds(100);
  config.failures_max = 3;
  config.drain_max = milliseconds(500);
  return config;
}

relay::RelayConfig leader_config(std::string owner) {
  relay::RelayConfig config = quick_config();
  config.step_timeout = milliseconds(100);
  relay::LeaderConfig leader;
  leader.lock = lock::DistributedLockConfig::for_ttl(seconds(1));
  leader.lock.retry_interval = milliseconds(50);
  leader.lock.retry_jitter = milliseconds(10);
  leader.key = "outbox-leader";
  leader.owner = std::move(owner);
  config.leader = leader;
  return config;
}

RunningRelay::RunningRelay(Env& env, relay::OutboxStore& store, relay::Publisher& publisher,
                           relay::RelayConfig config, lock::DistributedLockBackend* backend)
    : relay_(env, store, publisher, std::move(config), backend), tasks_(env) {
  tasks_.spawn(run());
}

Task<void> RunningRelay::run() {
  const auto ended = co_await relay_.run();
  EXPECT_TRUE(ended) << (ended ? "" : to_text(ended.error()));
}

Task<void> RunningRelay::stop() {
  relay_.stop();
  co_await tasks_.join();
}

Task<Result<relay::FetchOutcome>> FlakyStore::fetch_pending(const relay::FetchRequest& request,
                                                            const Fence& fence) {
  ++fetches;
  const auto fault = on_fetch ? on_fetch() : std::nullopt;
  if (fault) co_return fail(*fault);
  co_return co_await inner_.fetch_pending(request, fence);
}

Task<Result<relay::GuardedOutcome>> FlakyStore::mark_published(
    const std::vector<relay::EntryRef>& entries, const Fence& fence) {
  ++marks;
  const auto fault = on_mark ? on_mark() : std::nullopt;
  if (fault) co_return fail(*fault);
  co_return co_await inner_.mark_published(entries, fence);
}

Task<Result<relay::PublishOutcome>> FlakyPublisher::publish(const std::vector<Entry>& entries,
                                                            const Fence& fence) {
  ++calls;
  const auto early = before ? before() : std::nullopt;
  if (early) co_return fail(*early);
  auto outcome = co_await inner_.publish(entries, fence);
  const auto late = outcome && after ? after() : std::nullopt;
  if (late) co_return fail(*late);
  co_return outcome;
}

}  // namespace lockstep::conformance
