// Pushing, popping, settling, looking, reopening.
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::Level;

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

TEST_P(QueueContract, q04_a_bare_id_stands_for_the_last_delivery) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(a.receipt.id);
    EXPECT_TRUE(nacked.has_value());
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "a b");
    const auto unknown = co_await queue->nack(event_id(99));
    EXPECT_EQ(code_of(unknown), Errc::not_found);
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

TEST_P(QueueContract, q14_pushes_at_once_share_writes_and_are_read_ahead_in_pieces) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.push_level = Level::group;
    options.ahead_max = 7;
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    constexpr std::uint64_t events = 200;
    env::TaskGroup group(env);
    const auto produce = [](ByteQueue* q) -> Task<void> { co_await pushed(q, "x"); };
    for (std::uint64_t i = 0; i < events; ++i) group.spawn(produce(queue.get()));
    co_await group.join();
    EXPECT_LT(queue->metrics().writes, events / 2) << "fsyncs are shared";
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all.size(), 2 * events - 1);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
