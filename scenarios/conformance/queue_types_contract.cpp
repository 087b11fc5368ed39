// Queues of types: strings, bytes, and what JSON can say.
#include "impl/queue/durable_event_queue.hpp"
#include "impl/queue/json_codec.hpp"
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::DurableEventQueue;

struct Order {
  std::string item;
  int count = 0;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Order, item, count)
};

TEST_P(QueueContract, a_queue_of_a_type_gives_values_back) {
  session([](Env& env) -> Task<void> {
    auto orders = co_await DurableEventQueue<Order>::open(env, "orders");
    EXPECT_TRUE(orders.has_value());
    if (!orders) co_return;
    Order order{"bolt", 7};
    const auto id = co_await orders->push(order);
    EXPECT_TRUE(id.has_value());
    EXPECT_EQ(orders->len(), 1U);
    const auto seen = co_await orders->get(*id);
    EXPECT_TRUE(seen && *seen && (*seen)->count == 7);
    const auto event = co_await orders->pop();
    EXPECT_TRUE(event && *event && (*event)->value && (*event)->value->item == "bolt");
    const auto acked = co_await orders->ack((*event)->receipt);
    EXPECT_TRUE(acked.has_value());
    EXPECT_TRUE(orders->is_empty());
    const auto done = co_await orders->close();
    EXPECT_TRUE(done.has_value());
  });
}

TEST_P(QueueContract, what_cannot_be_decoded_is_handed_out_with_its_error_and_stops_nobody) {
  session([](Env& env) -> Task<void> {
    auto texts = co_await DurableEventQueue<std::string>::open(env, "mixed");
    EXPECT_TRUE(texts.has_value());
    if (!texts) co_return;
    const auto bad = co_await texts->push("not JSON");
    const auto good = co_await texts->push(R"({"item":"nut","count":2})");
    EXPECT_TRUE(bad && good);
    const auto done = co_await texts->close();
    EXPECT_TRUE(done.has_value());
  });
  session([](Env& env) -> Task<void> {
    auto orders = co_await DurableEventQueue<Order>::open(env, "mixed");
    EXPECT_TRUE(orders.has_value());
    if (!orders) co_return;
    const auto bad = co_await orders->pop();
    EXPECT_TRUE(bad && *bad);
    if (!bad || !*bad) co_return;
    EXPECT_EQ(code_of((*bad)->value), Errc::undecodable);
    const auto acked = co_await orders->ack((*bad)->receipt);
    EXPECT_TRUE(acked.has_value());
    const auto good = co_await orders->pop();
    EXPECT_TRUE(good && *good && (*good)->value && (*good)->value->count == 2);
    const auto done = co_await orders->close();
    EXPECT_TRUE(done.has_value());
  });
}

}  // namespace
}  // namespace lockstep::conformance
