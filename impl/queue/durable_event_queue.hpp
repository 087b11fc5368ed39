// DurableEventQueue<T>: a durable queue of values for coroutines. Everything is as in
// byte_queue.hpp; this adds the type. A value that cannot be decoded is handed out with its error:
// its receipt acks, nacks or buries it like any other, so that it stops nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impl/queue/byte_queue.hpp"
#include "impl/queue/codec.hpp"

namespace lockstep::queue {

template <class T>
struct DurableEvent {
  Receipt receipt;
  /// Errors, definite: undecodable, with the event's id.
  Result<T> value;
};

template <class T>
[[nodiscard]] Result<T> decode_event(EventId id, const std::string& payload) {
  auto value = Codec<T>::decode(payload);
  if (value) return value;
  Error error = std::move(value.error());
  error.detail = "event " + std::to_string(id.value) + ": " + error.detail;
  return fail(std::move(error));
}

/// Unacked events in the order of ids, of one moment. Errors as QueueSnapshot.
template <class T>
class DurableIterator {
 public:
  explicit DurableIterator(std::unique_ptr<QueueSnapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}

  /// Up to `count_max` more; empty: that was all. A bare receipt: id and generation.
  [[nodiscard]] env::Task<Result<std::vector<DurableEvent<T>>>> next(std::size_t count_max) {
    const auto page = co_await snapshot_->next(count_max);
    if (!page) co_return fail(page.error());
    std::vector<DurableEvent<T>> events;
    for (const Delivery& one : *page) {
      events.push_back({one.receipt, decode_event<T>(one.receipt.id, one.payload)});
    }
    co_return events;
  }

 private:
  std::unique_ptr<QueueSnapshot> snapshot_;
};

/// @tparam Bytes  The queue beneath: ByteQueue; or RedisStreamQueue or any EventQueue, which are
///                opened by themselves and have count() alone to say how long they are.
template <class T, class Bytes = ByteQueue>
class DurableEventQueue {
 public:
  using Event = DurableEvent<T>;

  /// Takes an open queue.
  explicit DurableEventQueue(std::unique_ptr<Bytes> bytes) : bytes_(std::move(bytes)) {}
  /// Errors as ByteQueue::open().
  [[nodiscard]] static env::Task<Result<DurableEventQueue>> open(env::Env& env, std::string name) {
    return open_with_options(env, std::move(name), QueueOptions());
  }
  [[nodiscard]] static env::Task<Result<DurableEventQueue>> open_with_options(
      env::Env& env, std::string name, QueueOptions options) {
    auto bytes = co_await ByteQueue::open(env, std::move(name), options);
    if (!bytes) co_return fail(bytes.error());
    co_return DurableEventQueue(std::move(*bytes));
  }

  /// Errors as ByteQueue::push(), and those of the codec.
  [[nodiscard]] env::Task<Result<EventId>> push(T value) {
    auto payload = Codec<T>::encode(value);
    if (!payload) co_return fail(payload.error());
    co_return co_await bytes_->push(std::move(*payload));
  }
  [[nodiscard]] env::Task<Result<EventId>> push_many(std::vector<T> values) {
    std::vector<std::string> payloads;
    for (const T& value : values) {
      auto payload = Codec<T>::encode(value);
      if (!payload) co_return fail(payload.error());
      payloads.push_back(std::move(*payload));
    }
    co_return co_await bytes_->push_many(std::move(payloads));
  }
  [[nodiscard]] env::Task<Result<std::optional<Event>>> pop() {
    auto delivery = co_await bytes_->pop();
    co_return decoded(std::move(delivery));
  }
  [[nodiscard]] env::Task<Result<std::optional<Event>>> poll(Nanos wait = milliseconds(100)) {
    auto delivery = co_await bytes_->poll(wait);
    co_return decoded(std::move(delivery));
  }
  /// Errors, definite: undecodable.
  [[nodiscard]] env::Task<Result<std::optional<T>>> get(EventId id) {
    const auto payload = co_await bytes_->get(id);
    if (!payload) co_return fail(payload.error());
    if (!*payload) co_return std::optional<T>();
    auto value = decode_event<T>(id, **payload);
    if (!value) co_return fail(value.error());
    co_return std::optional<T>(std::move(*value));
  }

  [[nodiscard]] env::Task<Result<Acked>> ack(Receipt receipt) { return bytes_->ack(receipt); }
  [[nodiscard]] env::Task<Result<Acked>> ack(EventId id) { return bytes_->ack(id); }
  [[nodiscard]] env::Task<Result<AckedMany>> ack_many(std::vector<Receipt> receipts) {
    return bytes_->ack_many(std::move(receipts));
  }
  [[nodiscard]] env::Task<Result<void>> nack(Receipt receipt, Nack how = {}) {
    return bytes_->nack(receipt, how);
  }
  [[nodiscard]] env::Task<Result<void>> nack(EventId id, Nack how = {}) {
    return bytes_->nack(id, how);
  }
  [[nodiscard]] env::Task<Result<void>> extend(Receipt receipt, Nanos from_now) {
    return bytes_->extend(receipt, from_now);
  }
  /// Errors as ByteQueue::snapshot().
  [[nodiscard]] env::Task<Result<std::unique_ptr<DurableIterator<T>>>> iterator() {
    auto snapshot = co_await bytes_->snapshot();
    if (!snapshot) co_return fail(snapshot.error());
    co_return std::make_unique<DurableIterator<T>>(std::move(*snapshot));
  }
  [[nodiscard]] env::Task<Result<QueueCounts>> count() { return bytes_->count(); }
  [[nodiscard]] std::uint64_t len() const { return bytes_->len(); }
  [[nodiscard]] bool is_empty() const { return len() == 0; }
  [[nodiscard]] std::uint64_t ready_len() const { return bytes_->counts().ready; }
  [[nodiscard]] env::Task<Result<void>> close() { return bytes_->close(); }

  /// Dead letters, counts, metrics, damage.
  [[nodiscard]] Bytes& bytes() { return *bytes_; }

 private:
  static Result<std::optional<Event>> decoded(Result<std::optional<Delivery>> delivery) {
    if (!delivery) return fail(std::move(delivery.error()));
    if (!*delivery) return std::optional<Event>();
    const Receipt receipt = (*delivery)->receipt;
    return std::optional<Event>(Event{receipt, decode_event<T>(receipt.id, (*delivery)->payload)});
  }

  std::unique_ptr<Bytes> bytes_;
};

}  // namespace lockstep::queue
