#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {

Task<QueuePtr> opened(Env& env, QueueOptions options) {
  auto queue = co_await ByteQueue::open(env, "queue", options);
  EXPECT_TRUE(queue.has_value()) << to_text(queue.error());
  if (!queue) co_return nullptr;
  co_return std::move(*queue);
}

Task<EventId> pushed(ByteQueue* queue, std::string payload) {
  const auto id = co_await queue->push(std::move(payload));
  EXPECT_TRUE(id.has_value()) << to_text(id.error());
  co_return id ? *id : EventId{};
}

Task<Delivery> popped(ByteQueue* queue) {
  const auto delivery = co_await queue->pop();
  EXPECT_TRUE(delivery.has_value()) << to_text(delivery.error());
  co_return delivery && *delivery ? **delivery : Delivery{};
}

Task<std::string> all_popped(ByteQueue* queue) {
  std::string all;
  while (true) {
    const Delivery delivery = co_await popped(queue);
    if (delivery.receipt.id.value == 0) co_return all;
    all += (all.empty() ? "" : " ") + delivery.payload;
  }
}

Task<void> closed(ByteQueue* queue) {
  const auto done = co_await queue->close();
  EXPECT_TRUE(done.has_value()) << to_text(done.error());
}

void expect_total(const ByteQueue& queue, std::uint64_t total) {
  const auto counts = queue.counts();
  EXPECT_EQ(counts.ready + counts.in_flight + counts.delayed + counts.dead, total);
  EXPECT_EQ(queue.len(), total - counts.dead);
}

QueueOptions leased_options() {
  QueueOptions options;
  options.visibility = milliseconds(200);
  return options;
}

}  // namespace lockstep::conformance
