// What fencing tokens promise of any outbox and publisher: O10 and O12.
#include <map>

#include "scenarios/conformance/outbox_contract.hpp"

namespace lockstep::conformance {
namespace {

template <class Outcome>
bool is_refused(const Result<Outcome>& outcome, std::uint64_t seen) {
  if (!outcome) return false;
  const auto* refused = std::get_if<relay::Refused>(&*outcome);
  return refused != nullptr && refused->seen.value == seen;
}

TEST_P(OutboxContract, o10_an_old_leader_can_neither_publish_nor_fetch_nor_mark) {
  session([](Env&, OutboxKit& kit) -> Task<void> {
    const Fence old{"leader", FencingToken{3}};
    const Fence present{"leader", FencingToken{4}};
    co_await committed(&kit, "a", "a1 a2");
    relay::FetchRequest request;
    request.limit = 10;
    auto fetched = co_await kit.store().fetch_pending(request, old);
    EXPECT_TRUE(fetched && std::holds_alternative<relay::Fetched>(*fetched));
    if (!fetched) co_return;
    const std::vector<Entry> entries = std::get<relay::Fetched>(*fetched).entries;
    EXPECT_EQ(entries.size(), 2U);
    // the takeover: publisher first, then the store
    const auto to_publisher = co_await kit.publisher().raise(present);
    EXPECT_TRUE(to_publisher);
    const auto to_store = co_await kit.store().raise(present);
    EXPECT_TRUE(to_store);

    const auto published = co_await kit.publisher().publish(entries, old);
    EXPECT_TRUE(is_refused(published, 4));
    const std::vector<relay::EntryRef> refs{{entries[0].id, "a"}, {entries[1].id, "a"}};
    const auto marked = co_await kit.store().mark_published(refs, old);
    EXPECT_TRUE(is_refused(marked, 4));
    const auto again = co_await kit.store().fetch_pending(request, old);
    EXPECT_TRUE(is_refused(again, 4));
    const relay::FailureNote note{refs[0], "why", 1, 1};
    const auto noted = co_await kit.store().note_failure(note, old);
    EXPECT_TRUE(is_refused(noted, 4));
    const std::string text = co_await published_text(&kit);
    EXPECT_EQ(text, "");
    const auto backlog = co_await kit.store().backlog();
    EXPECT_EQ(backlog.value_or(0), 2U);

    const auto equal = co_await kit.publisher().publish(entries, present);
    EXPECT_TRUE(equal && !is_refused(equal, 4)) << "an equal token is taken";
    const Fence other{"another lock", FencingToken{1}};
    const auto elsewhere = co_await kit.store().raise(other);
    EXPECT_FALSE(is_refused(elsewhere, 4)) << "tokens of another lock are others";
  });
}

TEST_P(OutboxContract, marks_are_all_or_none_and_idempotent) {
  session([](Env&, OutboxKit& kit) -> Task<void> {
    const auto ids = co_await committed(&kit, "a", "a1 a2 a3");
    EXPECT_EQ(ids.size(), 3U);
    if (ids.size() != 3) co_return;
    const Fence none;
    const std::vector<relay::EntryRef> two{{ids[0], "a"}, {ids[2], "a"}};
    for (int i = 0; i < 2; ++i) {
      const auto marked = co_await kit.store().mark_published(two, none);
      EXPECT_TRUE(marked);
      const auto backlog = co_await kit.store().backlog();
      EXPECT_EQ(backlog.value_or(0), 1U);
    }
    relay::FetchRequest request;
    request.limit = 10;
    auto fetched = co_await kit.store().fetch_pending(request, none);
    EXPECT_TRUE(fetched);
    if (!fetched) co_return;
    const relay::Fetched& left = std::get<relay::Fetched>(*fetched);
    EXPECT_TRUE(left.is_all);
    EXPECT_EQ(left.entries.size(), 1U);
    if (left.entries.size() == 1) {
      EXPECT_EQ(left.entries[0].payload, "a2");
    }
  });
}

TEST_P(OutboxContract, a_fetch_leaves_out_what_it_is_told_to_and_says_when_there_is_more) {
  session([](Env&, OutboxKit& kit) -> Task<void> {
    const auto a = co_await committed(&kit, "a", "a1 a2 a3");
    co_await committed(&kit, "b", "b1");
    co_await committed(&kit, "c", "c1");
    const Fence none;
    relay::FetchRequest request;
    request.limit = 2;
    auto first = co_await kit.store().fetch_pending(request, none);
    EXPECT_TRUE(first);
    if (!first || a.size() != 3) co_return;
    EXPECT_EQ(std::get<relay::Fetched>(*first).entries.size(), 2U);
    EXPECT_FALSE(std::get<relay::Fetched>(*first).is_all);
    request.limit = 10;
    request.bytes_max = 1;
    auto light = co_await kit.store().fetch_pending(request, none);
    EXPECT_TRUE(light);
    if (!light) co_return;
    EXPECT_EQ(std::get<relay::Fetched>(*light).entries.size(), 1U) << "one at least, and no more";
    EXPECT_FALSE(std::get<relay::Fetched>(*light).is_all);
    request.bytes_max = 0;
    request.after = {{"a", a[1]}, {"b", relay::after_all}};
    request.from = a[1];  // also where it begins at an entry that is not wanted
    request.epoch = std::get<relay::Fetched>(*light).epoch;
    auto second = co_await kit.store().fetch_pending(request, none);
    EXPECT_TRUE(second);
    if (!second) co_return;
    std::string text;
    for (const Entry& one : std::get<relay::Fetched>(*second).entries) text += one.payload;
    EXPECT_EQ(text, "a3c1");
    EXPECT_TRUE(std::get<relay::Fetched>(*second).is_all);
  });
}

/// Two relays that take turns as leader while many aggregates commit.
Task<void> hand_over(Env* env, OutboxKit* kit, lock::DistributedLockBackend* one,
                     lock::DistributedLockBackend* other) {
  constexpr int rounds = 6;
  for (int round = 0; round < rounds; ++round) {
    RunningRelay relay(*env, kit->store(), kit->publisher(), leader_config("r"),
                       round % 2 == 0 ? one : other);
    for (int i = 0; i < 4; ++i) {
      const std::string n = std::to_string(100 + 10 * round + i);
      for (const char* const aggregate : {"a", "b", "c"}) {
        co_await committed(kit, aggregate, aggregate + n);
      }
    }
    const MonoTime end = env->clock.now() + seconds(5);
    while (relay.metrics().published == 0 && env->clock.now() < end) {
      co_await env::sleep_for(*env, milliseconds(1));
    }
    co_await relay.stop();
  }
}

TEST_P(OutboxContract, o12_the_order_of_each_key_holds_through_takeovers) {
  session([](Env& env, OutboxKit& kit) -> Task<void> {
    lock::MemoryLockStore table;
    lock::MemoryLock one(env, table);
    lock::MemoryLock other(env, table);
    co_await hand_over(&env, &kit, &one, &other);
    RunningRelay last(env, kit.store(), kit.publisher(), leader_config("last"), &one);
    co_await until_backlog(&env, &kit, 0);
    co_await last.stop();
    std::map<std::string, std::string> latest;
    const auto messages = co_await kit.published();
    EXPECT_EQ(messages.size(), 72U) << "takeovers in order leave no duplicate";
    for (const Message& message : messages) {
      EXPECT_GT(message.payload, latest[message.aggregate]);
      latest[message.aggregate] = message.payload;
    }
  });
}

}  // namespace
}  // namespace lockstep::conformance
