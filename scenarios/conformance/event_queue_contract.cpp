#include "scenarios/conformance/event_queue_contract.hpp"

namespace lockstep::conformance {
namespace {

class ByteQueueDoor final : public QueueDoor {
  Task<EventQueuePtr> opened(Env& env, QueueWish wish) override {
    queue::QueueOptions options;
    options.visibility = wish.visibility;
    options.attempts_max = wish.attempts_max;
    options.len_max = wish.len_max;
    options.payload_max_bytes = wish.payload_max_bytes;
    options.backoff_base = wish.backoff_base;
    options.backoff_max = wish.backoff_max;
    auto queue = co_await queue::ByteQueue::open(env, "queue", options);
    EXPECT_TRUE(queue.has_value()) << to_text(queue.error());
    if (!queue) co_return nullptr;
    co_return std::move(*queue);
  }

 public:
  Task<void> leave() override { co_return; }
};

class StreamQueueDoor final : public QueueDoor {
 public:
  StreamQueueDoor(Env& env, redis::Options server) : client_(env, std::move(server)) {}
  Task<void> leave() override { return client_.shutdown(); }

 private:
  Task<EventQueuePtr> opened(Env& env, QueueWish wish) override {
    queue::RedisStreamOptions options;
    options.visibility = wish.visibility.count() > 0 ? wish.visibility : seconds(200);
    options.attempts_max = wish.attempts_max;
    options.len_max = wish.len_max;
    options.payload_max_bytes = wish.payload_max_bytes;
    options.backoff_base = wish.backoff_base;
    options.backoff_max = wish.backoff_max;
    auto queue = co_await queue::RedisStreamQueue::open(env, client_, options);
    EXPECT_TRUE(queue.has_value()) << to_text(queue.error());
    if (!queue) co_return nullptr;
    co_return std::move(*queue);
  }
  redis::Client client_;
};

}  // namespace

std::unique_ptr<QueueDoor> byte_queue_door() { return std::make_unique<ByteQueueDoor>(); }

std::unique_ptr<QueueDoor> stream_queue_door(Env& env, redis::Options server) {
  return std::make_unique<StreamQueueDoor>(env, std::move(server));
}

Task<void> with_door(Env& env, MakeDoor make, QueueBody body) {
  const std::unique_ptr<QueueDoor> door = make(env);
  co_await body(env, *door);
  co_await door->leave();
}

Task<EventId> pushed(EventQueue* queue, std::string payload) {
  const auto id = co_await queue->push(std::move(payload));
  EXPECT_TRUE(id.has_value()) << to_text(id.error());
  co_return id ? *id : EventId{};
}

Task<Delivery> popped(EventQueue* queue) {
  const auto delivery = co_await queue->pop();
  EXPECT_TRUE(delivery.has_value()) << to_text(delivery.error());
  co_return delivery && *delivery ? **delivery : Delivery{};
}

Task<Delivery> awaited(EventQueue* queue) {
  const auto event = co_await queue->poll(seconds(10));
  EXPECT_TRUE(event && *event) << "nothing came";
  co_return event && *event ? **event : Delivery{};
}

Task<std::string> all_popped(EventQueue* queue) {
  std::string all;
  while (true) {
    const Delivery delivery = co_await popped(queue);
    if (delivery.receipt.id.value == 0) co_return all;
    all += (all.empty() ? "" : " ") + delivery.payload;
  }
}

Task<queue::QueueCounts> counted(EventQueue* queue) {
  const auto counts = co_await queue->count();
  EXPECT_TRUE(counts.has_value()) << to_text(counts.error());
  co_return counts.value_or(queue::QueueCounts());
}

Task<void> expect_total(EventQueue* queue, std::uint64_t total) {
  const queue::QueueCounts counts = co_await counted(queue);
  EXPECT_EQ(counts.ready + counts.in_flight + counts.delayed + counts.dead, total);
}

Task<void> closed(EventQueue* queue) {
  const auto done = co_await queue->close();
  EXPECT_TRUE(done.has_value()) << to_text(done.error());
}

}  // namespace lockstep::conformance
