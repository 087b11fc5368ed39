// Pushing, popping, settling, looking, reopening.
#include <algorithm>

#include "scenarios/conformance/event_queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;

TEST_P(EventQueueContract, q01_a_pop_gives_what_was_pushed_in_order) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    std::string bytes("\0\xff\n", 3);
    const EventId first = co_await pushed(queue.get(), bytes);
    const EventId second = co_await pushed(queue.get(), "");
    EXPECT_EQ(first.value, 1U);
    EXPECT_EQ(second.value, 2U);
    const Delivery one = co_await popped(queue.get());
    EXPECT_EQ(one.receipt.id, first);
    EXPECT_EQ(one.payload, bytes);
    EXPECT_EQ(one.receipt.attempt, 1U);
    const Delivery two = co_await popped(queue.get());
    EXPECT_EQ(two.receipt.id, second);
    EXPECT_EQ(two.payload, "");
    const Delivery none = co_await popped(queue.get());
    EXPECT_EQ(none.receipt.id.value, 0U);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q01_many_at_once_are_all_there_in_a_row) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    std::vector<std::string> texts{"a", "b", "c"};
    const auto first = co_await queue->push_many(texts);
    EXPECT_EQ(first.value_or(EventId{}).value, 1U);
    co_await expect_total(queue.get(), 3);
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a b c");
    const std::vector<std::string> nothing;
    const auto none = co_await queue->push_many(nothing);
    EXPECT_EQ(code_of(none), Errc::invalid_argument);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q03_looking_changes_nothing) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const queue::QueueCounts before = co_await counted(queue.get());
    const auto got = co_await queue->get(event_id(2));
    EXPECT_EQ(got.value_or(std::nullopt).value_or("?"), "b");
    const auto missing = co_await queue->get(event_id(77));
    EXPECT_TRUE(missing.has_value() && !*missing);
    auto snapshot = co_await queue->snapshot();
    EXPECT_TRUE(snapshot.has_value());
    co_await pushed(queue.get(), "later");
    std::string seen;
    while (snapshot) {
      const auto page = co_await (*snapshot)->next(2);
      if (!page || page->empty()) break;
      for (const Delivery& event : *page) seen += event.payload;
    }
    EXPECT_EQ(seen, "abc") << "what was there when it was taken, those in flight too";
    const queue::QueueCounts now = co_await counted(queue.get());
    EXPECT_EQ(now.in_flight, before.in_flight);
    EXPECT_EQ(now.ready, before.ready + 1);
    snapshot->reset();
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q04_a_nacked_event_is_the_next_one) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    const auto first = co_await queue->nack(a.receipt);
    const auto second = co_await queue->nack(b.receipt);
    EXPECT_TRUE(first.has_value() && second.has_value());
    const Delivery again = co_await popped(queue.get());
    EXPECT_EQ(again.payload, "b");
    EXPECT_EQ(again.receipt.attempt, 2U);
    const std::string rest = co_await all_popped(queue.get());
    EXPECT_EQ(rest, "a c");
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q04_nacked_to_the_back_it_is_behind_what_is_ready) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(a.receipt, to_back());
    EXPECT_TRUE(nacked.has_value());
    co_await pushed(queue.get(), "d");
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "b c a d");
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q05_many_acks_are_one) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(b.receipt);
    EXPECT_TRUE(nacked.has_value());
    std::vector<Receipt> receipts{a.receipt, b.receipt};
    const auto refused = co_await queue->ack_many(receipts);
    EXPECT_TRUE(refused && refused->stale == std::vector<Receipt>{b.receipt});
    co_await expect_total(queue.get(), 3);  // one is stale: nothing changes
    const Delivery again = co_await popped(queue.get());
    receipts = {a.receipt, again.receipt, a.receipt};
    const auto acked = co_await queue->ack_many(receipts);
    EXPECT_TRUE(acked && acked->acked == 2 && acked->absent == 1);
    co_await expect_total(queue.get(), 1);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q06_a_poll_ends_in_time_and_a_push_wakes_it) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    const MonoTime begin = env.clock.now();
    const auto none = co_await queue->poll(milliseconds(50));
    EXPECT_TRUE(none && !*none);
    EXPECT_GE(env.clock.now() - begin, milliseconds(50));
    env::TaskGroup group(env);
    const auto later = [](Env& e, EventQueue* q) -> Task<void> {
      co_await env::sleep_for(e, milliseconds(20));
      co_await pushed(q, "woken");
    };
    group.spawn(later(env, queue.get()));
    const auto some = co_await queue->poll(seconds(10));
    EXPECT_TRUE(some && *some && (*some)->payload == "woken");
    EXPECT_LE(env.clock.now() - begin, seconds(5));
    co_await group.join();
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q15_ids_are_never_given_twice) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (int i = 0; i < 5; ++i) co_await pushed(queue.get(), "x");
    for (int i = 0; i < 5; ++i) {
      const Delivery event = co_await popped(queue.get());
      const auto acked = co_await queue->ack(event.receipt);
      EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    }
    co_await expect_total(queue.get(), 0);
    co_await closed(queue.get());
  });
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    const EventId id = co_await pushed(queue.get(), "y");
    EXPECT_EQ(id.value, 6U);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, closed_it_says_so) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    co_await closed(queue.get());
    co_await closed(queue.get());
    const auto push = co_await queue->push("x");
    EXPECT_EQ(code_of(push), Errc::closed);
    const auto pop = co_await queue->pop();
    EXPECT_EQ(code_of(pop), Errc::closed);
    const auto poll = co_await queue->poll(seconds(5));
    EXPECT_EQ(code_of(poll), Errc::closed);
  });
}

TEST_P(EventQueueContract, q02_after_a_reopen_the_unacked_come_again_and_the_acked_never) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c", "d"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    EXPECT_EQ(a.payload + b.payload, "ab");
    const auto acked = co_await queue->ack(b.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    co_await closed(queue.get());
  });
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    co_await expect_total(queue.get(), 3);
    std::string all;
    for (int i = 0; i < 3; ++i) {
      const Delivery event = co_await awaited(queue.get());
      all += event.payload;
      const auto acked = co_await queue->ack(event.receipt);
      EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, "acd");
    co_await expect_total(queue.get(), 0);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, bounds_refuse_a_push_and_leave_nothing_behind) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish;
    wish.len_max = 2;
    wish.payload_max_bytes = 60;
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    const auto large = co_await queue->push(std::string(61, 'x'));
    EXPECT_EQ(code_of(large), Errc::limit);
    EXPECT_FALSE(large.error().indefinite());
    co_await pushed(queue.get(), "a");
    std::vector<std::string> two{"b", "c"};
    const auto many = co_await queue->push_many(two);
    EXPECT_EQ(code_of(many), Errc::limit);
    co_await expect_total(queue.get(), 1);
    co_await pushed(queue.get(), "b");
    const auto length = co_await queue->push("c");
    EXPECT_EQ(code_of(length), Errc::limit);
    EXPECT_EQ(queue->metrics().refused, 3U);
    const Delivery first = co_await popped(queue.get());
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_TRUE(acked.has_value());
    co_await pushed(queue.get(), "c");
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q14_each_event_is_accounted_for_once_by_many_at_once) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    constexpr int producers = 6;
    constexpr int each = 20;
    std::vector<int> seen(producers * each, 0);
    env::TaskGroup group(env);
    const auto produce = [](EventQueue* q, int number) -> Task<void> {
      for (int i = 0; i < each; ++i) co_await pushed(q, std::to_string(number * each + i));
    };
    const auto consume = [](EventQueue* q, std::vector<int>* counts) -> Task<void> {
      while (true) {
        const auto event = co_await q->poll(milliseconds(500));
        EXPECT_TRUE(event.has_value());
        if (!event || !*event) co_return;
        ++(*counts)[static_cast<std::size_t>(std::stoi((*event)->payload))];
        const auto acked = co_await q->ack((*event)->receipt);
        EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
      }
    };
    for (int i = 0; i < producers; ++i) group.spawn(produce(queue.get(), i));
    for (int i = 0; i < 4; ++i) group.spawn(consume(queue.get(), &seen));
    co_await group.join();
    EXPECT_EQ(seen, std::vector<int>(producers * each, 1));
    co_await expect_total(queue.get(), 0);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
