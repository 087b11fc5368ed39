// The contract of every durable queue of bytes, written once for each queue and each world: those
// claims of the queue's conformance list (Q1 to Q21) that all of them promise, as TEST_Ps of
// EventQueueContract, named after their numbers. What a queue promises beyond is in its own suite:
// QueueContract for ByteQueue, StreamQueueContract for RedisStreamQueue, whose REDIS_STREAMS.md
// says what it does not.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "impl/env/task_group.hpp"
#include "impl/queue/byte_queue.hpp"
#include "impl/queue/redis_stream_queue.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Task;
using queue::Delivery;
using queue::EventId;
using queue::EventQueue;
using queue::Receipt;
using EventQueuePtr = std::unique_ptr<EventQueue>;

/// What a claim wants of its queue; else each queue's defaults.
struct QueueWish {
  Nanos visibility{};  ///< 0: longer than any claim runs
  std::uint32_t attempts_max = 0;
  std::uint64_t len_max = 0;
  std::uint32_t payload_max_bytes = 1U << 20U;
  Nanos backoff_base = seconds(1);
  Nanos backoff_max = seconds(300);
};

/// Opens the queue under test, the same one however often.
class QueueDoor {
 public:
  virtual ~QueueDoor() = default;
  /// Fails the test and gives nullptr where it cannot.
  [[nodiscard]] Task<EventQueuePtr> open(Env& env, QueueWish wish) { return opened(env, wish); }
  [[nodiscard]] Task<EventQueuePtr> open(Env& env) {
    const QueueWish none;
    return opened(env, none);
  }
  /// The end of a session whose queues are gone.
  [[nodiscard]] virtual Task<void> leave() = 0;

 private:
  [[nodiscard]] virtual Task<EventQueuePtr> opened(Env& env, QueueWish wish) = 0;
};
using MakeDoor = std::function<std::unique_ptr<QueueDoor>(Env&)>;
using QueueBody = std::function<Task<void>(Env&, QueueDoor&)>;
/// Runs `body` with a door that is left afterwards.
[[nodiscard]] Task<void> with_door(Env& env, MakeDoor make, QueueBody body);
[[nodiscard]] std::unique_ptr<QueueDoor> byte_queue_door();
[[nodiscard]] std::unique_ptr<QueueDoor> stream_queue_door(Env& env, redis::Options server);

class EventQueueWorld {
 public:
  virtual ~EventQueueWorld() = default;
  /// Runs `body` to its end in a new session on the same queue; false if it takes over a minute.
  [[nodiscard]] virtual bool run(QueueBody body) = 0;
};

struct EventQueueSupplier {
  std::string name;
  std::function<std::unique_ptr<EventQueueWorld>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const EventQueueSupplier& supplier) {
  return out << supplier.name;
}

class EventQueueContract : public testing::TestWithParam<EventQueueSupplier> {
 protected:
  void session(QueueBody body) {
    if (!world_) world_ = GetParam().make();
    EXPECT_TRUE(world_->run(std::move(body))) << "did not end in time";
  }

 private:
  std::unique_ptr<EventQueueWorld> world_;
};
/// Of the Redis Streams queue alone.
class StreamQueueContract : public EventQueueContract {};

// ---- for the claims; each fails the test where it cannot do what it is named after --------------

[[nodiscard]] Task<EventId> pushed(EventQueue* queue, std::string payload);
/// What pop() gives; an empty payload and no receipt: nothing is ready.
[[nodiscard]] Task<Delivery> popped(EventQueue* queue);
/// The next event, for as long as a timeout and a noisy machine may take.
[[nodiscard]] Task<Delivery> awaited(EventQueue* queue);
/// The payloads of all that is ready now, in order.
[[nodiscard]] Task<std::string> all_popped(EventQueue* queue);
[[nodiscard]] Task<queue::QueueCounts> counted(EventQueue* queue);
/// Counts add up to `total`.
[[nodiscard]] Task<void> expect_total(EventQueue* queue, std::uint64_t total);
[[nodiscard]] Task<void> closed(EventQueue* queue);

/// Errc::ok: there is none.
template <class T>
[[nodiscard]] Errc code_of(const Result<T>& result) {
  return result ? Errc::ok : result.error().code;
}

[[nodiscard]] inline EventId event_id(std::uint64_t value) { return EventId{value}; }
/// Behind all that is ready.
[[nodiscard]] inline queue::Nack to_back() { return {.to = queue::NackTo::back}; }
/// After `delay`; 0: after a backoff.
[[nodiscard]] inline queue::Nack after(Nanos delay) {
  return {.to = queue::NackTo::later, .delay = delay};
}
/// With a visibility timeout that live tests can sit through.
[[nodiscard]] inline QueueWish leased() { return {.visibility = milliseconds(200)}; }

}  // namespace lockstep::conformance
