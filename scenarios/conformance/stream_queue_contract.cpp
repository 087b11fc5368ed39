// What the Redis Streams queue promises beyond the contract of every queue.
#include "scenarios/conformance/event_queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::RedisStreamQueue;

RedisStreamQueue* streams(const EventQueuePtr& queue) {
  auto* const own = dynamic_cast<RedisStreamQueue*>(queue.get());
  EXPECT_NE(own, nullptr);
  return own;
}

TEST_P(StreamQueueContract, a_request_is_carried_out_once) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    RedisStreamQueue* const own = streams(queue);
    std::vector<std::string> payloads{"a", "b"};
    const auto first = co_await own->push_once("r1", payloads);
    EXPECT_EQ(first.value_or(EventId{}).value, 1U);
    const auto again = co_await own->push_once("r1", payloads);
    EXPECT_EQ(again.value_or(EventId{}).value, 1U);
    const auto other = co_await own->push_once("r2", payloads);
    EXPECT_EQ(other.value_or(EventId{}).value, 3U);
    const auto nameless = co_await own->push_once("", payloads);
    EXPECT_EQ(code_of(nameless), Errc::invalid_argument);
    co_await expect_total(queue.get(), 4);
    co_await closed(queue.get());
  });
}

TEST_P(StreamQueueContract, a_fleet_shares_one_queue) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr one = co_await door.open(env, leased());
    const EventQueuePtr two = co_await door.open(env, leased());
    if (!one || !two) co_return;
    EXPECT_NE(one->recovery().generation, two->recovery().generation);
    co_await pushed(one.get(), "a");
    const Delivery first = co_await popped(two.get());
    EXPECT_EQ(first.payload, "a");
    const auto foreign = co_await one->ack(first.receipt);
    EXPECT_EQ(code_of(foreign), Errc::stale) << "a receipt is of its own opening";
    co_await closed(two.get());
    const Delivery again = co_await awaited(one.get());  // closed or dead: when its time is up
    EXPECT_EQ(again.receipt.attempt, 2U);
    const auto acked = co_await one->ack(again.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    co_await closed(one.get());
  });
}

TEST_P(StreamQueueContract, many_are_handed_out_at_once_in_order) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    for (const char* text : {"a", "b", "c", "d"}) co_await pushed(queue.get(), text);
    const Delivery a = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(a.receipt);
    EXPECT_TRUE(nacked.has_value());
    const auto many = co_await streams(queue)->pop_many(3);
    EXPECT_TRUE(many && many->size() == 3);
    std::string all;
    std::vector<Receipt> receipts;
    if (!many) co_return;
    for (const Delivery& event : *many) {
      all += event.payload;
      receipts.push_back(event.receipt);
    }
    EXPECT_EQ(all, "abc");
    const auto acked = co_await queue->ack_many(receipts);
    EXPECT_TRUE(acked && acked->acked == 3);
    co_await expect_total(queue.get(), 1);
    co_await closed(queue.get());
  });
}

TEST_P(StreamQueueContract, what_it_cannot_promise_it_refuses) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery event = co_await popped(queue.get());
    const auto far = co_await queue->extend(event.receipt, 2 * leased().visibility);
    EXPECT_EQ(code_of(far), Errc::limit);
    const auto bare = co_await queue->nack(event.receipt.id);
    EXPECT_EQ(code_of(bare), Errc::receipt_required);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
