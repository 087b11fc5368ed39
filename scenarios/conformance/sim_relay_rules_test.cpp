// Single rules of relays, outboxes and inboxes that were broken once, each in a world of one node.
#include "impl/relay/broker.hpp"
#include "impl/relay/inbox.hpp"
#include "impl/relay/memory_outbox.hpp"
#include "impl/relay/rocks_outbox.hpp"
#include "scenarios/conformance/outbox_contract.hpp"
#include "scenarios/conformance/sim_queue_world.hpp"

namespace lockstep::conformance {
namespace {

using relay::Committed;
using relay::Inbox;
using relay::Refused;
using relay::RocksOutbox;

class RelayRules : public testing::Test {
 protected:
  void run(Session body) { EXPECT_TRUE(world_.run(std::move(body))) << "did not end in time"; }
  SimQueueWorld world_{sim::WorldOptions{.seed = Seed{7}}};
};

Task<std::unique_ptr<RocksOutbox>> opened_outbox(Env& env, relay::RocksOutboxOptions options) {
  auto outbox = co_await RocksOutbox::open(env, "outbox", options);
  EXPECT_TRUE(outbox) << (outbox ? "" : to_text(outbox.error()));
  std::unique_ptr<RocksOutbox> made;
  if (outbox) made = std::move(*outbox);
  co_return made;
}

Task<void> close_outbox(RocksOutbox* outbox) {
  const auto closed = co_await outbox->close();
  EXPECT_TRUE(closed);
}

relay::Transaction entry_for(std::string aggregate, std::string payload) {
  relay::Transaction transaction;
  transaction.entries.push_back({std::move(aggregate), std::move(payload), ""});
  return transaction;
}

// ---- cancellation -------------------------------------------------------------------------------

class SlowPublisher final : public relay::Publisher {
 public:
  SlowPublisher(Env& env, relay::Publisher& inner) : env_(env), inner_(inner) {}
  Task<Result<relay::GuardedOutcome>> raise(const Fence& fence) override {
    return inner_.raise(fence);
  }
  Task<Result<relay::PublishOutcome>> publish(const std::vector<Entry>& entries,
                                              const Fence& fence) override {
    ++calls;
    co_await env::sleep_for(env_, milliseconds(50));
    co_return co_await inner_.publish(entries, fence);
  }
  int calls = 0;

 private:
  Env& env_;
  relay::Publisher& inner_;
};

Task<void> run_relay(relay::Relay* relay, bool* ended) {
  const auto outcome = co_await relay->run();
  EXPECT_TRUE(outcome);
  *ended = true;
}

Task<void> cancel_leader(Env* env) {
  relay::MemoryOutbox outbox(*env, "outbox");
  relay::Broker broker(*env);
  lock::MemoryLockStore table;
  lock::MemoryLock lock(*env, table);
  relay::Relay relay(*env, outbox, broker, leader_config("me"), &lock);
  env::TaskGroup group(*env);
  bool ended = false;
  group.spawn(run_relay(&relay, &ended));
  co_await env::sleep_for(*env, milliseconds(300));
  EXPECT_EQ(relay.metrics().leading, 1U);
  group.stop();
  co_await env::sleep_for(*env, seconds(10));
  EXPECT_TRUE(ended) << "it leads again";
  relay.stop();
  co_await group.join();
}

TEST_F(RelayRules, cancelling_a_leader_stops_it) {
  run([](Env& env) { return cancel_leader(&env); });
}

Task<void> cancel_alone(Env* env) {
  relay::MemoryOutbox outbox(*env, "outbox");
  relay::Broker broker(*env);
  SlowPublisher slow(*env, broker);
  relay::Relay relay(*env, outbox, slow, quick_config());
  const auto committed = co_await outbox.commit(entry_for("a", "a1"));
  EXPECT_TRUE(committed);
  env::TaskGroup group(*env);
  bool ended = false;
  group.spawn(run_relay(&relay, &ended));
  while (slow.calls == 0) co_await env::sleep_for(*env, milliseconds(1));
  group.stop();
  co_await group.join();
  EXPECT_TRUE(ended);
  const auto backlog = co_await outbox.backlog();
  EXPECT_EQ(backlog.value_or(9), 0U) << "published and not marked";
}

TEST_F(RelayRules, cancelling_a_relay_without_election_marks_what_was_on_its_way) {
  run([](Env& env) { return cancel_alone(&env); });
}

// ---- outboxes -----------------------------------------------------------------------------------

Task<void> raise_after_commit(Env* env) {
  const relay::RocksOutboxOptions options;
  std::unique_ptr<RocksOutbox> outbox = co_await opened_outbox(*env, options);
  relay::Transaction newer;
  newer.fence = {"job", FencingToken{5}};
  const auto committed = co_await outbox->commit(std::move(newer));
  EXPECT_TRUE(committed && std::holds_alternative<Committed>(*committed));
  const Fence five{"job", FencingToken{5}};
  const auto raised = co_await outbox->raise(five);
  EXPECT_TRUE(raised);
  co_await close_outbox(outbox.get());
  outbox = co_await opened_outbox(*env, options);
  relay::Transaction older;
  older.fence = {"job", FencingToken{4}};
  const auto refused = co_await outbox->commit(std::move(older));
  EXPECT_TRUE(refused && std::holds_alternative<Refused>(*refused));
  co_await close_outbox(outbox.get());
}

TEST_F(RelayRules, a_raised_token_is_kept_though_a_commit_presented_it_first) {
  run([](Env& env) { return raise_after_commit(&env); });
}

Task<void> close_twice(Env* env) {
  const relay::RocksOutboxOptions options;
  const std::unique_ptr<RocksOutbox> outbox = co_await opened_outbox(*env, options);
  env::TaskGroup group(*env);
  group.spawn(close_outbox(outbox.get()));
  group.spawn(close_outbox(outbox.get()));
  co_await group.join();
}

TEST_F(RelayRules, two_may_close_an_outbox_at_once) {
  run([](Env& env) { return close_twice(&env); });
}

Task<void> share_request(Env* env) {
  relay::MemoryOutbox outbox(*env, "outbox");
  auto first = outbox.begin();
  auto second = outbox.begin();
  const relay::NewEntry entry{"a", "1", "request"};
  const relay::NewEntry other{"b", "1", "request"};
  const auto taken = co_await first.enqueue(entry);
  EXPECT_TRUE(taken);
  const MonoTime limit = env->clock.now() + milliseconds(100);
  const auto waited = co_await second.enqueue(other, limit);
  EXPECT_FALSE(waited) << "nobody knows yet what becomes of that request";
  first.rollback();
  const auto id = co_await second.enqueue(other);
  EXPECT_TRUE(id);
  second.commit();
  const auto backlog = co_await outbox.backlog();
  EXPECT_EQ(backlog.value_or(9), 1U);
}

TEST_F(RelayRules, a_request_of_an_open_transaction_is_not_known_yet) {
  run([](Env& env) { return share_request(&env); });
}

Task<void> note_late(Env* env) {
  const relay::RocksOutboxOptions options;
  const std::unique_ptr<RocksOutbox> outbox = co_await opened_outbox(*env, options);
  const auto first = co_await outbox->commit(entry_for("a", "a1"));
  EXPECT_TRUE(first);
  const Fence none;
  const std::vector<relay::EntryRef> refs{{EntryId{1}, "a"}};
  const auto marked = co_await outbox->mark_published(refs, none);
  EXPECT_TRUE(marked);
  const relay::FailureNote note{refs[0], "late", 1, 1};
  const auto noted = co_await outbox->note_failure(note, none);
  EXPECT_TRUE(noted && std::get<relay::Noted>(*noted).is_gone);
  const auto second = co_await outbox->commit(entry_for("a", "a2"));
  EXPECT_TRUE(second);
  relay::FetchRequest request;
  request.limit = 10;
  const auto fetched = co_await outbox->fetch_pending(request, none);
  EXPECT_TRUE(fetched && std::get<relay::Fetched>(*fetched).entries.size() == 1U);
  co_await close_outbox(outbox.get());
}

TEST_F(RelayRules, a_note_of_an_entry_that_was_marked_blocks_nothing) {
  run([](Env& env) { return note_late(&env); });
}

// ---- no space left ------------------------------------------------------------------------------

void leave_space(SimQueueWorld& world, std::int64_t bytes) {
  const auto used = static_cast<std::int64_t>(world.disk().used_bytes());
  EXPECT_TRUE(world.rocks_disk().apply(FaultId{1}, "full", used + bytes).has_value());
}

Task<void> fill_with_data(Env* env, SimQueueWorld* world) {
  relay::RocksOutboxOptions options;
  options.reserve_bytes = 200'000;
  const std::unique_ptr<RocksOutbox> outbox = co_await opened_outbox(*env, options);
  leave_space(*world, 400'000);
  Error last;
  for (int i = 0; i < 200 && last.code == Errc::ok; ++i) {
    relay::Transaction write;
    write.effect.puts.emplace_back("k" + std::to_string(i), std::string(10'000, 'x'));
    const auto done = co_await outbox->commit(std::move(write));
    if (!done) last = done.error();
  }
  EXPECT_EQ(last.code, Errc::disk_full);
  EXPECT_FALSE(last.indefinite()) << "the reserve was used up";
  co_await close_outbox(outbox.get());
}

TEST_F(RelayRules, business_data_leaves_the_reserve_alone) {
  run([this](Env& env) { return fill_with_data(&env, &world_); });
}

Inbox::Compute nothing() {
  return [](const Inbox::Read&) -> Result<relay::Effect> { return relay::Effect{}; };
}

Task<void> apply_some(Env* env, Inbox* inbox, std::string name, int count, Errc expected) {
  for (int i = 0; i < count; ++i) {
    const auto applied = co_await inbox->apply(name + std::to_string(i), nothing());
    const Errc code = applied ? Errc::ok : applied.error().code;
    EXPECT_EQ(code, expected);
    co_await env::sleep_for(*env, milliseconds(20));
  }
}

Task<void> refuse_applies(Env* env, SimQueueWorld* world) {
  relay::InboxOptions options;
  options.retention = Nanos(0);
  options.keys_min = 5;
  options.reserve_bytes = 200'000;
  auto opened = co_await Inbox::open(*env, "inbox", options);
  EXPECT_TRUE(opened);
  if (!opened) co_return;
  const std::unique_ptr<Inbox> inbox = std::move(*opened);
  std::vector<Inbox::Message> many;
  for (int i = 0; i < 25; ++i) many.push_back({"b" + std::to_string(i), nothing()});
  const auto applied = co_await inbox->apply_many(std::move(many));
  EXPECT_TRUE(applied);
  co_await env::sleep_for(*env, milliseconds(20));
  leave_space(*world, 100'000);  // below the reserve
  co_await apply_some(env, inbox.get(), "refused", 30, Errc::disk_full);
  EXPECT_EQ(inbox->keys(), 25U);
  leave_space(*world, 5'000'000);
  co_await apply_some(env, inbox.get(), "good", 100, Errc::ok);
  const auto again = co_await inbox->apply("good97", nothing());
  EXPECT_EQ(again.value_or(relay::Applied::applied), relay::Applied::duplicate);
  EXPECT_LE(inbox->keys(), 8U) << "old keys are never forgotten";
  const auto closed = co_await inbox->close();
  EXPECT_TRUE(closed);
}

TEST_F(RelayRules, a_refused_apply_forgets_nothing) {
  run([this](Env& env) { return refuse_applies(&env, &world_); });
}

}  // namespace
}  // namespace lockstep::conformance
