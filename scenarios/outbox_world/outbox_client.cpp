#include "scenarios/outbox_world/outbox_client.hpp"

#include <algorithm>
#include <utility>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {

using env::Task;
namespace name = checkers::name;

namespace {

/// Keys draws apart from those of operations.
constexpr std::uint64_t outbox_key = 1U << 23U;
constexpr std::uint64_t poison_key = (1U << 23U) + 1;
constexpr Nanos poll_interval = milliseconds(100);
constexpr Nanos retry_delay = milliseconds(200);
constexpr Nanos operate_every = seconds(2);
constexpr Nanos consume_time = seconds(4);  // after the relays
constexpr Nanos survey_time = seconds(4);   // after that
constexpr int commit_tries = 5;
constexpr std::size_t consume_batch = 20;
constexpr std::uint64_t inbox_reserve_bytes = 256U << 10U;  // of a small disk

/// Business transactions present it: those that are to be rolled back an older token.
const lock::Fence present_writer{"writers", FencingToken{2}};
const lock::Fence old_writer{"writers", FencingToken{1}};

}  // namespace

relay::RelayConfig relay_config_of(const PlanConfig& config, std::string owner) {
  relay::RelayConfig relay;
  relay.batch_max = static_cast<std::size_t>(config.workload.batch);
  relay.poll = poll_interval;
  relay.backoff_base = retry_delay;
  relay.backoff_max = 4 * retry_delay;
  relay.failures_max = 3;
  relay.step_timeout = step_timeout_of(config.workload, config.lock);
  relay.drain_max = seconds(2);
  if (!config.workload.elected) return relay;
  relay::LeaderConfig leader;
  leader.lock = keeper_config_of(config);
  leader.key = "outbox";
  leader.owner = std::move(owner);
  relay.leader = leader;
  return relay;
}

OutboxClient::OutboxClient(ClientNode node, ClientJob& job)
    : FleetMember(std::move(node), job),
      holds_(lock_, node_, *job.log),
      outbox_log_{log_, holds_,
                  workload().guarded == Guarded::fenced &&
                      job.implementation->outbox_flaw != OutboxFlaw::unfenced},
      stream_(sink_client_, {.stream = relay_stream}),
      poisoned_(stream_, [this](const relay::Entry& entry) { return poison_in(entry); }),
      recorded_publisher_(env_, poisoned_, outbox_log_,
                          [this] { return draw_now(workload().write_delay); }),
      tasks_(env_) {
  tasks_.spawn(live());
}

Nanos OutboxClient::quiet() const {
  return heal() + config().liveness - consume_time - survey_time;
}

bool OutboxClient::chance(std::int64_t percent) {
  const std::uint64_t bits =
      draw(config().seed, DrawStream::workload, job_.client, job_.drawn++, outbox_key);
  return below(bits, 100) < static_cast<std::uint64_t>(percent);
}

/// The same for an entry whoever publishes it, and nothing any more after the heal.
std::string OutboxClient::poison_in(const relay::Entry& entry) const {
  if (now() >= heal()) return "";
  const auto value = static_cast<std::uint64_t>(outbox_value(entry.payload));
  const std::uint64_t bits = draw(config().seed, DrawStream::workload, value, poison_key);
  const bool is_poison = below(bits, 100) < static_cast<std::uint64_t>(workload().poison_percent);
  return is_poison ? "poison" : "";
}

Task<void> OutboxClient::live() {
  while (true) {
    const bool is_open = co_await open_store();
    if (is_open) break;
    co_await env::sleep_for(env_, retry_delay);
  }
  recorded_store_.emplace(*store_, outbox_log_);
  tasks_.spawn(write());
  if (now() < quiet()) tasks_.spawn(lead());
  if (job_.client == 0) tasks_.spawn(operate());
  if (has_inbox()) tasks_.spawn(consume());
  if (job_.client == 0) tasks_.spawn(survey());
  // a process that has nothing left to do is no deadlock
  while (true) co_await env::sleep_for(env_, seconds(10));
}

Task<bool> OutboxClient::open_store() {
  switch (workload().outbox) {
    case OutboxKind::memory:
      in_memory_.emplace(env_, "outbox");
      store_ = &*in_memory_;
      business_ = &*in_memory_;
      break;
    case OutboxKind::redis:
      in_redis_.emplace(env_, redis_.front());
      store_ = &*in_redis_;
      business_ = &*in_redis_;
      break;
    case OutboxKind::rocksdb: {
      relay::RocksOutboxOptions options;
      options.reserve_bytes = inbox_reserve_bytes;
      auto opened = co_await relay::RocksOutbox::open(env_, "outbox", options);
      if (!opened) co_return false;
      in_rocks_ = std::move(*opened);
      store_ = in_rocks_.get();
      business_ = in_rocks_.get();
    }
  }
  co_return true;
}

// ---- transactions -------------------------------------------------------------------------------

Task<void> OutboxClient::write() {
  while (now() < heal()) {
    const auto raised = co_await store_->raise(present_writer);
    if (raised) break;
    co_await env::sleep_for(env_, retry_delay);
  }
  while (!job_.operations.empty()) {
    const Operation operation = job_.take_next();
    co_await env::sleep_for(env_, operation.think);
    if (now() >= heal()) co_return;
    // one that stays open must not hold up the others
    const std::string aggregate = "k" + std::to_string(operation.key);
    if (workload().outbox == OutboxKind::memory) {
      tasks_.spawn(commit(aggregate));
    } else {
      co_await commit(aggregate);
    }
  }
}

Task<void> OutboxClient::commit(std::string aggregate) {
  checkers::Invocation what = outbox_log_.under(name::commit, {}, {});
  what.key = log_.run().name(aggregate);
  what.value = log_.run().new_value();
  const bool rolls_back = chance(workload().rollback_percent);
  Call call(log_, what);
  relay::NewEntry entry;
  entry.aggregate = std::move(aggregate);
  entry.payload = outbox_payload(*what.value);
  entry.request_id = "request " + std::to_string(*what.value);
  if (in_memory_) {
    co_await commit_in_memory(&call, std::move(entry), rolls_back);
  } else {
    co_await commit_at_once(&call, std::move(entry), rolls_back);
  }
}

Task<void> OutboxClient::commit_in_memory(Call* call, relay::NewEntry entry, bool rolls_back) {
  relay::MemoryOutbox::Transaction transaction = in_memory_->begin();
  transaction.put("data:" + entry.aggregate, entry.payload);
  const auto id = co_await transaction.enqueue(std::move(entry));
  if (!id) {
    call->error(id.error());
    co_return;
  }
  const bool stays_open = chance(workload().late_percent);
  if (stays_open) co_await env::sleep_for(env_, draw_now(workload().hold));
  if (rolls_back) {
    transaction.rollback();
    call->fail({.error = name::rolled_back});
  } else {
    transaction.commit();
    call->ok({.id = checkers::MessageId{id->value}});
  }
}

/// Tries again, as the same request, while nobody knows what became of it.
Task<void> OutboxClient::commit_at_once(Call* call, relay::NewEntry entry, bool rolls_back) {
  bool is_doubtful = false;
  Error last;
  for (int tries = 0; tries < commit_tries; ++tries) {
    relay::Transaction transaction;
    transaction.fence = rolls_back ? old_writer : present_writer;
    transaction.effect.puts.emplace_back("data:" + entry.aggregate, entry.payload);
    transaction.entries.push_back(entry);
    const auto outcome = co_await business_->commit(std::move(transaction));
    const auto* committed = outcome ? std::get_if<relay::Committed>(&*outcome) : nullptr;
    if (committed != nullptr) {
      co_return call->ok({.id = checkers::MessageId{committed->ids.front().value}});
    }
    if (outcome && !is_doubtful) co_return call->fail({.error = name::rolled_back});
    if (!outcome) last = outcome.error();
    is_doubtful = is_doubtful || (!outcome && outcome.error().indefinite());
    co_await env::sleep_for(env_, retry_delay);
  }
  if (is_doubtful) last.effect = Effect::unknown;
  call->error(last);
}

// ---- the relay ----------------------------------------------------------------------------------

Task<void> OutboxClient::lead() {
  while (now() < quiet()) {
    RelayParts parts{env_, holds_, *recorded_store_, recorded_publisher_,
                     relay_config_of(config(), FleetMember::name())};
    const std::unique_ptr<Worker> worker = relay_of(*job_.implementation, std::move(parts));
    Nanos end = quiet();
    if (workload().rotate.high.count() > 0)
      end = std::min(end, now() + draw_now(workload().rotate));
    env::TaskGroup turn(env_);
    turn.spawn(end_turn(worker.get(), end));
    co_await worker->run();
    turn.stop();
    co_await turn.join();
    co_await env::sleep_for(env_, retry_delay);
  }
}

/// Of the world's time: a node's own clock may run otherwise.
Task<void> OutboxClient::end_turn(Worker* worker, Nanos at) {
  while (now() < at) {
    co_await env::sleep_for(env_, std::min<Nanos>(at - now(), seconds(1)));
  }
  worker->stop();
}

Task<void> OutboxClient::operate() {
  while (now() < quiet()) {
    co_await env::sleep_for(env_, operate_every);
    const auto blocked = co_await store_->blocked();
    if (!blocked) continue;
    for (const relay::BlockedEntry& one : *blocked) {
      const auto unblocked = co_await recorded_store_->unblock(one.entry.aggregate);
      static_cast<void>(unblocked);  // the next round sees what came of it
    }
  }
}

// ---- the inbox ----------------------------------------------------------------------------------

Task<std::unique_ptr<relay::Inbox>> OutboxClient::open_inbox() {
  relay::InboxOptions options;
  options.reserve_bytes = inbox_reserve_bytes;
  if (job_.implementation->outbox_flaw == OutboxFlaw::inbox_forgets) {
    options.retention = seconds(2);
    options.keys_min = 1;
  }
  while (true) {
    auto opened = co_await relay::Inbox::open(env_, "inbox", options);
    if (opened) co_return std::move(*opened);
    co_await env::sleep_for(env_, retry_delay);
  }
}

/// Reads the stream from the start at every opening: what comes twice is the inbox's to know.
Task<void> OutboxClient::consume() {
  const checkers::NameId inbox_name = log_.run().name("inbox/" + std::to_string(job_.client));
  while (true) {
    const std::unique_ptr<relay::Inbox> inbox = co_await open_inbox();
    co_await apply_all(inbox.get());
    const bool is_over = now() >= quiet() + consume_time;
    bool is_surveyed = false;
    if (is_over) is_surveyed = co_await survey_inbox(outbox_log_, inbox.get(), inbox_name);
    const auto closed = co_await inbox->close();
    static_cast<void>(closed);  // the next opening finds what is there
    if (is_surveyed) co_return;
    co_await env::sleep_for(env_, retry_delay);
  }
}

/// Until the end, or until the inbox fails.
Task<void> OutboxClient::apply_all(relay::Inbox* inbox) {
  const checkers::NameId inbox_name = log_.run().name("inbox/" + std::to_string(job_.client));
  std::string position;
  while (now() < quiet() + consume_time) {
    const auto messages = co_await read_stream(&sink_client_, position, consume_batch);
    if (!messages || messages->empty()) {
      co_await env::sleep_for(env_, poll_interval);
      continue;
    }
    const auto applied = co_await consume_messages(outbox_log_, inbox, inbox_name, &*messages);
    if (!applied) co_return;
    position = messages->back().position;
  }
}

// ---- the end ------------------------------------------------------------------------------------

Task<void> OutboxClient::survey() {
  bool store_done = false;
  bool stream_done = false;
  while (!store_done || !stream_done) {
    const Nanos begin = quiet() + consume_time;
    const Nanos pause = begin > now() ? std::min<Nanos>(begin - now(), seconds(1)) : retry_delay;
    co_await env::sleep_for(env_, pause);
    if (now() < begin) continue;
    if (!store_done) store_done = co_await survey_store(outbox_log_, store_);
    if (!stream_done) stream_done = co_await survey_stream(outbox_log_, &sink_client_);
  }
}

}  // namespace lockstep::scenarios
