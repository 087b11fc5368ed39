// EventQueue: what every durable queue of bytes does, wherever it keeps its events. ByteQueue keeps
// them in a folder of this node, RedisStreamQueue on a Redis that several nodes share;
// DurableEventQueue<T> puts types on top of either.
//
// At least once: an event that was pushed is handed out until it is acked. Ids are in the order of
// pushes. What a call's error leaves behind is in the error: indefinite, it may have happened, or
// may yet happen. What is durable when a call returns, and what else holds, each queue says itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/env/wait.hpp"
#include "impl/queue/queue_metrics.hpp"
#include "impl/queue/types.hpp"

namespace lockstep::queue {

/// What ack_many() did. With a stale receipt among them: nothing.
struct AckedMany {
  std::uint64_t acked = 0;
  std::uint64_t absent = 0;
  std::vector<Receipt> stale;
};

/// Unacked events in the order of ids.
class QueueSnapshot {
 public:
  virtual ~QueueSnapshot() = default;
  /// Up to `count_max` more; empty: that was all. What cannot be read is left out and counted in
  /// QueueMetrics::damaged. Errors, definite: io_error, cancelled; those of the queue.
  [[nodiscard]] virtual env::Task<Result<std::vector<Delivery>>> next(std::size_t count_max) = 0;
};

class EventQueue {
 public:
  EventQueue() = default;
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  virtual ~EventQueue() = default;

  // Errors of all calls, beside those named: closed, definite; cancelled, of writes indefinite; and
  // those of where the events are kept.

  /// Errors, definite: limit - a bound of the options.
  [[nodiscard]] virtual env::Task<Result<EventId>> push(std::string payload) = 0;
  /// All or none, ids in a row from the one returned. Errors as push(); invalid_argument - none.
  [[nodiscard]] virtual env::Task<Result<EventId>> push_many(std::vector<std::string> payloads) = 0;

  /// The next event that is ready, if any.
  [[nodiscard]] virtual env::Task<Result<std::optional<Delivery>>> pop() = 0;
  /// Waits up to `wait` for one.
  [[nodiscard]] virtual env::Task<Result<std::optional<Delivery>>> poll(
      Nanos wait = milliseconds(100)) = 0;

  /// Errors, definite: stale; receipt_required.
  [[nodiscard]] virtual env::Task<Result<Acked>> ack(Receipt receipt) = 0;
  [[nodiscard]] virtual env::Task<Result<Acked>> ack(EventId id) = 0;
  [[nodiscard]] virtual env::Task<Result<AckedMany>> ack_many(std::vector<Receipt> receipts) = 0;
  /// Errors, definite: stale; not_found; receipt_required.
  [[nodiscard]] virtual env::Task<Result<void>> nack(Receipt receipt, Nack how = {}) = 0;
  [[nodiscard]] virtual env::Task<Result<void>> nack(EventId id, Nack how = {}) = 0;
  /// The delivery ends `from_now` from now. Errors, definite: invalid_argument; stale; not_found.
  [[nodiscard]] virtual env::Task<Result<void>> extend(Receipt receipt, Nanos from_now) = 0;

  /// An unacked event; nothing changes. nullopt: there is none.
  [[nodiscard]] virtual env::Task<Result<std::optional<std::string>>> get(EventId id) = 0;
  [[nodiscard]] virtual env::Task<Result<std::unique_ptr<QueueSnapshot>>> snapshot() = 0;

  /// Dead letters from `from` on, by id.
  [[nodiscard]] virtual env::Task<Result<std::vector<DeadLetter>>> dead_letters(
      EventId from, std::size_t count_max) = 0;
  /// A dead letter is an event again, with no attempt. Errors, definite: not_found.
  [[nodiscard]] virtual env::Task<Result<void>> redrive(EventId id) = 0;
  /// A dead letter is dropped. Errors, definite: not_found.
  [[nodiscard]] virtual env::Task<Result<void>> purge(EventId id) = 0;

  /// What is in the queue now.
  [[nodiscard]] virtual env::Task<Result<QueueCounts>> count() = 0;
  [[nodiscard]] virtual const QueueMetrics& metrics() const = 0;
  /// What the opening found, and the damage found since.
  [[nodiscard]] virtual const Recovery& recovery() const = 0;

  /// Finishes what was begun. Calls after it fail. Idempotent.
  [[nodiscard]] virtual env::Task<Result<void>> close() = 0;
};

}  // namespace lockstep::queue
