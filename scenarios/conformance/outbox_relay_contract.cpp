// What a relay promises of any outbox and publisher: O1 to O9 and O13.
#include "scenarios/conformance/outbox_contract.hpp"

namespace lockstep::conformance {
namespace {

using relay::RelayConfig;

TEST_P(OutboxContract, o1_a_committed_transaction_is_published_with_its_data) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    relay::Transaction transaction;
    transaction.effect.puts.emplace_back("order:1", "paid");
    transaction.entries.push_back({"orders", "o1", ""});
    const auto done = co_await kit.business().commit(std::move(transaction));
    EXPECT_TRUE(done);
    const auto data = co_await kit.business().get("order:1");
    EXPECT_TRUE(data && *data == "paid");
    RunningRelay relay(env, kit.store(), kit.publisher(), quick_config());
    co_await until_published(&env, &kit, 1);
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    EXPECT_EQ(relay.metrics().published, 1U);
    EXPECT_EQ(relay.metrics().marked, 1U);
  });
}

TEST_P(OutboxContract, o1_a_transaction_whose_writer_is_fenced_off_leaves_nothing) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    const Fence newer{"job", FencingToken{7}};
    const auto raised = co_await kit.store().raise(newer);
    EXPECT_TRUE(raised);
    relay::Transaction transaction;
    transaction.fence = {"job", FencingToken{6}};
    transaction.effect.puts.emplace_back("order:1", "paid");
    transaction.entries.push_back({"orders", "o1", ""});
    const auto done = co_await kit.business().commit(std::move(transaction));
    const bool is_refused = done && std::holds_alternative<relay::Refused>(*done);
    EXPECT_TRUE(is_refused);
    const auto data = co_await kit.business().get("order:1");
    EXPECT_TRUE(data && !*data);
    const auto backlog = co_await kit.store().backlog();
    EXPECT_EQ(backlog.value_or(99), 0U);
    static_cast<void>(env);
  });
}

TEST_P(OutboxContract, o2_what_was_published_and_not_marked_comes_again_with_the_same_key) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    co_await committed(&kit, "orders", "o1");
    FlakyStore store(kit.store());
    store.on_mark = [] { return definite(Errc::io_error, "the marks fail"); };
    {
      RunningRelay relay(env, store, kit.publisher(), quick_config());
      co_await until_published(&env, &kit, 1);
      co_await relay.stop();  // as a crash between publication and mark
    }
    RunningRelay relay(env, kit.store(), kit.publisher(), quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    const auto messages = co_await kit.published();
    EXPECT_EQ(messages.size(), 2U);
    if (messages.size() != 2) co_return;
    EXPECT_EQ(messages[0].key, messages[1].key);
    EXPECT_FALSE(messages[0].key.empty());
  });
}

TEST_P(OutboxContract, o2_a_mark_that_failed_is_retried_alone) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    co_await committed(&kit, "orders", "o1 o2");
    FlakyStore store(kit.store());
    store.on_mark = [&store] {
      return store.marks < 4 ? std::optional(indefinite(Errc::no_reply, "no answer"))
                             : std::nullopt;
    };
    RunningRelay relay(env, store, kit.publisher(), quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "o1 o2") << "nothing was published for the sake of a mark";
    EXPECT_GE(store.marks, 4);
  });
}

TEST_P(OutboxContract, o3_a_failed_publication_is_retried_and_other_keys_go_on) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    FlakyPublisher publisher(kit.publisher());
    int failures = 0;
    publisher.poison = [&failures](const Entry& entry) {
      return entry.payload == "a1" && ++failures <= 2 ? "not now" : "";
    };
    co_await committed(&kit, "a", "a1 a2");
    co_await committed(&kit, "b", "b1");
    RunningRelay relay(env, kit.store(), publisher, quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "b1 a1 a2");
    EXPECT_EQ(relay.metrics().failures, 2U);
    EXPECT_EQ(relay.metrics().blocked, 0U);
  });
}

TEST_P(OutboxContract, o3_a_publisher_without_an_answer_gets_the_batch_again) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    FlakyPublisher publisher(kit.publisher());
    publisher.after = [&publisher] {
      return publisher.calls == 1 ? std::optional(indefinite(Errc::no_reply, "lost"))
                                  : std::nullopt;
    };
    co_await committed(&kit, "a", "a1 a2");
    RunningRelay relay(env, kit.store(), publisher, quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "a1 a2 a1 a2");
    EXPECT_EQ(relay.metrics().republished, 2U);
  });
}

TEST_P(OutboxContract, o4_the_order_inside_an_aggregate_is_kept) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    RunningRelay relay(env, kit.store(), kit.publisher(), quick_config());
    constexpr int rounds = 12;
    for (int i = 0; i < rounds; ++i) {
      const std::string n = std::to_string(10 + i);
      co_await committed(&kit, "a", "a" + n);
      co_await committed(&kit, "b", "b" + n + " " + "b" + n + "x");
    }
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    std::map<std::string, std::string> last;
    const auto messages = co_await kit.published();
    for (const Message& one : messages) {
      EXPECT_GT(one.payload, last[one.aggregate]);
      last[one.aggregate] = one.payload;
    }
    EXPECT_EQ(messages.size(), std::size_t{3 * rounds});
  });
}

TEST_P(OutboxContract, o5_a_request_that_comes_twice_leaves_one_entry) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    std::vector<EntryId> ids;
    for (int i = 0; i < 2; ++i) {
      relay::Transaction transaction;
      transaction.entries.push_back({"orders", "o1", "request-1"});
      const auto done = co_await kit.business().commit(std::move(transaction));
      EXPECT_TRUE(done);
      const auto& one = std::get<relay::Committed>(*done);
      ids.push_back(one.ids.at(0));
      EXPECT_EQ(one.known, static_cast<std::size_t>(i));
    }
    EXPECT_EQ(ids[0], ids[1]);
    RunningRelay relay(env, kit.store(), kit.publisher(), quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    const auto messages = co_await kit.published();
    EXPECT_EQ(messages.size(), 1U);
    if (!messages.empty()) {
      EXPECT_EQ(messages[0].key, "request-1");
    }
  });
}

TEST_P(OutboxContract, o6_an_entry_that_fails_too_often_is_blocked_until_it_is_unblocked) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    FlakyPublisher publisher(kit.publisher());
    bool is_poison = true;
    publisher.poison = [&is_poison](const Entry& entry) {
      return is_poison && entry.payload == "a2" ? "it cannot be read" : "";
    };
    co_await committed(&kit, "a", "a1 a2 a3");
    RunningRelay relay(env, kit.store(), publisher, quick_config());
    for (int i = 0; i < 2'000 && relay.metrics().blocked == 0; ++i) {
      co_await env::sleep_for(env, milliseconds(5));
    }
    const auto blocked = co_await kit.store().blocked();
    EXPECT_TRUE(blocked && blocked->size() == 1);
    if (!blocked || blocked->size() != 1) co_return co_await relay.stop();
    EXPECT_EQ((*blocked)[0].entry.aggregate, "a");
    EXPECT_EQ((*blocked)[0].failures, 3U);
    EXPECT_EQ((*blocked)[0].cause, "it cannot be read");
    co_await committed(&kit, "a", "a4");
    co_await env::sleep_for(env, milliseconds(100));
    std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "a1");
    is_poison = false;
    const auto unblocked = co_await kit.store().unblock("a");
    EXPECT_TRUE(unblocked && *unblocked);
    const auto again = co_await kit.store().unblock("a");
    EXPECT_TRUE(again && !*again);
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    text = co_await published_text(&kit);
    EXPECT_EQ(text, "a1 a2 a3 a4");
  });
}

TEST_P(OutboxContract, o7_a_relay_that_never_held_the_lock_publishes_nothing) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    lock::MemoryLockStore table;
    lock::MemoryLock other(env, table);
    lock::MemoryLock mine(env, table);
    lock::AcquireRequest request = other.draw("outbox-leader", "other", seconds(600));
    const auto taken = co_await other.acquire(request);
    EXPECT_TRUE(taken && std::holds_alternative<lock::Acquired>(*taken));
    co_await committed(&kit, "a", "a1");
    RunningRelay relay(env, kit.store(), kit.publisher(), leader_config("me"), &mine);
    co_await env::sleep_for(env, milliseconds(300));
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "");
    const auto freed = co_await other.release("outbox-leader", request.token);
    EXPECT_TRUE(freed);
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
    EXPECT_EQ(relay.metrics().takeovers, 1U);
    EXPECT_EQ(relay.metrics().leading, 0U);
  });
}

TEST_P(OutboxContract, o8_failed_fetches_back_off_and_recover) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    FlakyStore store(kit.store());
    bool is_broken = true;
    store.on_fetch = [&is_broken] {
      return is_broken ? std::optional(definite(Errc::io_error, "no store")) : std::nullopt;
    };
    co_await committed(&kit, "a", "a1");
    RelayConfig config = quick_config();
    RunningRelay relay(env, store, kit.publisher(), config);
    co_await env::sleep_for(env, config.poll * 50);
    // doubling up to eight polls: about 9 of 50 polls' time
    EXPECT_LE(store.fetches, 14);
    EXPECT_GE(store.fetches, 4);
    is_broken = false;
    co_await until_backlog(&env, &kit, 0);
    co_await relay.stop();
  });
}

TEST_P(OutboxContract, o9_after_stop_nothing_is_claimed_and_nothing_is_lost) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    constexpr std::size_t entries = 80;
    std::string payloads;
    for (std::size_t i = 0; i < entries; ++i) payloads += "a" + std::to_string(100 + i) + " ";
    co_await committed(&kit, "a", payloads);
    RunningRelay relay(env, kit.store(), kit.publisher(), quick_config());
    for (int i = 0; i < 2'000 && relay.metrics().published == 0; ++i) {
      co_await env::sleep_for(env, Nanos(0));
    }
    co_await relay.stop();
    const auto messages = co_await kit.published();
    const auto backlog = co_await kit.store().backlog();
    EXPECT_EQ(messages.size() + backlog.value_or(0), entries)
        << "each is either published and marked, or neither";
    RunningRelay next(env, kit.store(), kit.publisher(), quick_config());
    co_await until_backlog(&env, &kit, 0);
    co_await next.stop();
    const auto all = co_await kit.published();
    EXPECT_EQ(all.size(), entries);
  });
}

TEST_P(OutboxContract, o13_poison_blocks_only_its_key) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    FlakyPublisher publisher(kit.publisher());
    publisher.poison = [](const Entry& entry) { return entry.aggregate == "bad" ? "poison" : ""; };
    co_await committed(&kit, "bad", "x1 x2");
    RunningRelay relay(env, kit.store(), publisher, quick_config());
    for (int i = 0; i < 10; ++i) {
      co_await committed(&kit, "bad", "y" + std::to_string(i));
      co_await committed(&kit, "good", "g" + std::to_string(i));
    }
    co_await until_published(&env, &kit, 10);
    co_await until_backlog(&env, &kit, 12);
    co_await relay.stop();
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "g0 g1 g2 g3 g4 g5 g6 g7 g8 g9");
  });
}

TEST_P(OutboxContract, a_configuration_that_cannot_work_is_refused) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    std::vector<RelayConfig> wrong(5, quick_config());
    wrong[0].batch_max = 0;
    wrong[1].in_flight_max = 0;
    wrong[2].poll = Nanos(0);
    wrong[3].backoff_max = milliseconds(1);
    wrong[4] = leader_config("me");  // and no backend
    for (const RelayConfig& config : wrong) {
      relay::Relay relay(env, kit.store(), kit.publisher(), config);
      const auto ended = co_await relay.run();
      EXPECT_TRUE(!ended && ended.error().code == Errc::invalid_argument);
    }
  });
}

}  // namespace
}  // namespace lockstep::conformance
