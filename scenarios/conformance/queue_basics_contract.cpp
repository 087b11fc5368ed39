// Pushing, popping, settling, looking, reopening.
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::Level;

TEST_P(QueueContract, q01_a_pop_gives_what_was_pushed_in_order) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
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

TEST_P(QueueContract, q01_many_at_once_are_all_there_in_a_row) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    std::vector<std::string> texts{"a", "b", "c"};
    const auto first = co_await queue->push_many(texts);
    EXPECT_EQ(first.value_or(EventId{}).value, 1U);
    EXPECT_EQ(queue->len(), 3U);
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a b c");
    const std::vector<std::string> nothing;
    const auto none = co_await queue->push_many(nothing);
    EXPECT_EQ(code_of(none), Errc::invalid_argument);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q02_the_unacked_come_back_in_order_of_ids_and_the_acked_never) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c", "d"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    const auto acked = co_await queue->ack(b.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    const auto nacked = co_await queue->nack(a.receipt, to_back());
    EXPECT_TRUE(nacked.has_value());
    co_await closed(queue.get());
  });
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    EXPECT_EQ(queue->len(), 3U);
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a c d");
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q03_looking_changes_nothing) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const auto before = queue->counts();
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
    EXPECT_EQ(seen, "abc") << "of the moment when it was taken, those in flight too";
    EXPECT_EQ(queue->counts().in_flight, before.in_flight);
    EXPECT_EQ(queue->counts().ready, before.ready + 1);
    snapshot->reset();
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q04_a_nacked_event_is_the_next_one) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    const auto first = co_await queue->nack(a.receipt);
    const auto second = co_await queue->nack(b.receipt.id);
    EXPECT_TRUE(first.has_value() && second.has_value());
    const Delivery again = co_await popped(queue.get());
    EXPECT_EQ(again.payload, "b");
    EXPECT_EQ(again.receipt.attempt, 2U);
    const std::string rest = co_await all_popped(queue.get());
    EXPECT_EQ(rest, "a c");
    const auto unknown = co_await queue->nack(event_id(99));
    EXPECT_EQ(code_of(unknown), Errc::not_found);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q04_nacked_to_the_back_it_is_behind_what_is_ready) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
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

TEST_P(QueueContract, q05_many_acks_are_one) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const Delivery b = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(b.receipt);
    EXPECT_TRUE(nacked.has_value());
    std::vector<Receipt> receipts{a.receipt, b.receipt};
    const auto refused = co_await queue->ack_many(receipts);
    EXPECT_TRUE(refused && refused->stale == std::vector<Receipt>{b.receipt});
    EXPECT_EQ(queue->len(), 3U) << "one is stale: nothing changes";
    const Delivery again = co_await popped(queue.get());
    receipts = {a.receipt, again.receipt, a.receipt};
    const auto acked = co_await queue->ack_many(receipts);
    EXPECT_TRUE(acked && acked->acked == 2 && acked->absent == 1);
    EXPECT_EQ(queue->len(), 1U);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q06_a_poll_ends_in_time_and_a_push_wakes_it) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    const MonoTime begin = env.clock.now();
    const auto none = co_await queue->poll(milliseconds(50));
    EXPECT_TRUE(none && !*none);
    EXPECT_GE(env.clock.now() - begin, milliseconds(50));
    env::TaskGroup group(env);
    const auto later = [](Env& e, ByteQueue* q) -> Task<void> {
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

TEST_P(QueueContract, an_ack_by_id_says_what_it_found) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c"}) co_await pushed(queue.get(), text);
    const auto waiting = co_await queue->ack(event_id(2));  // never handed out
    EXPECT_EQ(waiting.value_or(Acked::absent), Acked::acked);
    const auto again = co_await queue->ack(event_id(2));
    EXPECT_EQ(again.value_or(Acked::acked), Acked::absent);
    const auto unknown = co_await queue->ack(event_id(99));
    EXPECT_EQ(unknown.value_or(Acked::acked), Acked::absent);
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a c");
    expect_total(*queue, 2);
    co_await closed(queue.get());
  });
  session([](Env& env) -> Task<void> {  // what was not read ahead yet, either
    QueueOptions options;
    options.ahead_max = 1;
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    const auto waiting = co_await queue->ack(event_id(3));
    EXPECT_EQ(waiting.value_or(Acked::absent), Acked::acked);
    const auto gone = co_await queue->ack(event_id(2));
    EXPECT_EQ(gone.value_or(Acked::acked), Acked::absent);
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a");
    expect_total(*queue, 1);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q15_ids_are_never_given_twice) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (int i = 0; i < 5; ++i) co_await pushed(queue.get(), "x");
    for (int i = 0; i < 5; ++i) {
      const Delivery event = co_await popped(queue.get());
      const auto acked = co_await queue->ack(event.receipt);
      EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    }
    EXPECT_EQ(queue->len(), 0U);
    co_await closed(queue.get());
  });
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    const EventId id = co_await pushed(queue.get(), "y");
    EXPECT_EQ(id.value, 6U);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q20_a_second_opener_is_refused) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    const auto second = co_await ByteQueue::open(env, "queue", QueueOptions());
    EXPECT_EQ(code_of(second), Errc::in_use);
    co_await pushed(queue.get(), "still works");
    co_await closed(queue.get());
    const auto third = co_await ByteQueue::open(env, "queue", QueueOptions());
    EXPECT_TRUE(third.has_value()) << "closed: free again";
    if (third) co_await closed(third->get());
  });
}

TEST_P(QueueContract, bounds_refuse_a_push_and_leave_nothing_behind) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.len_max = 2;
    options.bytes_max = 100;
    options.payload_max_bytes = 60;
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    const auto large = co_await queue->push(std::string(61, 'x'));
    EXPECT_EQ(code_of(large), Errc::limit);
    EXPECT_FALSE(large.error().indefinite());
    co_await pushed(queue.get(), std::string(60, 'x'));
    const auto bytes = co_await queue->push(std::string(41, 'x'));
    EXPECT_EQ(code_of(bytes), Errc::limit);
    co_await pushed(queue.get(), "b");
    const auto length = co_await queue->push("c");
    EXPECT_EQ(code_of(length), Errc::limit);
    EXPECT_EQ(queue->len(), 2U);
    EXPECT_EQ(queue->metrics().refused, 3U);
    const Delivery first = co_await popped(queue.get());
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_TRUE(acked.has_value());
    co_await pushed(queue.get(), "c");
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, closed_it_says_so) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
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

TEST_P(QueueContract, options_out_of_range_are_refused) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.visibility = Nanos(-1);
    const auto negative = co_await ByteQueue::open(env, "queue", options);
    EXPECT_EQ(code_of(negative), Errc::invalid_argument);
    options = QueueOptions();
    options.backoff_max = Nanos(1);
    const auto backoff = co_await ByteQueue::open(env, "queue", options);
    EXPECT_EQ(code_of(backoff), Errc::invalid_argument);
  });
}

TEST_P(QueueContract, q14_many_producers_and_consumers_account_for_each_event_once) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.push_level = Level::group;
    options.ack_level = Level::group;
    options.ahead_max = 7;  // so that reading ahead matters
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    constexpr int producers = 8;
    constexpr int each = 40;
    std::vector<int> seen(producers * each, 0);
    env::TaskGroup group(env);
    const auto produce = [](ByteQueue* q, int number) -> Task<void> {
      for (int i = 0; i < each; ++i) co_await pushed(q, std::to_string(number * each + i));
    };
    const auto consume = [](ByteQueue* q, std::vector<int>* counts) -> Task<void> {
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
    for (int i = 0; i < 6; ++i) group.spawn(consume(queue.get(), &seen));
    co_await group.join();
    EXPECT_EQ(seen, std::vector<int>(producers * each, 1));
    EXPECT_EQ(queue->len(), 0U);
    EXPECT_LT(queue->metrics().writes, queue->metrics().changes / 2) << "fsyncs are shared";
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
