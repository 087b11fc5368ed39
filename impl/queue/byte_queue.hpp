// ByteQueue: the durable queue of bytes for coroutines of one node. DurableEventQueue<T> puts types
// on top.
//
// At least once: an event that was pushed is handed out until it is acked, through crashes. Ids are
// in the order of pushes; hand-outs are in that order but for what was handed out before.
//
// Story. A call asks QueueState what to do, has it written or read on the storage thread, and tells
// it what came of it. Writes form a line: the writer takes what stands there, as much as may share
// an fsync, writes it as one, lets all callers go on, and takes what they and others brought since.
//
// After a failed write nothing more is written (Errc::io_error, definite): close and open again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/queue/event_queue.hpp"

namespace lockstep::queue {

class ByteQueue final : public EventQueue {
 public:
  /// Opens the queue in folder `name` of the node's storage, made if it is not there.
  /// Errors, definite: invalid_argument - an option; in_use; newer_format; corrupt; io_error;
  /// disk_full; cancelled.
  [[nodiscard]] static env::Task<Result<std::unique_ptr<ByteQueue>>> open(env::Env& env,
                                                                          std::string name,
                                                                          QueueOptions options);
  /// Demands that no call is running, unless the node is dead. Without close() before it, the files
  /// are closed here, on the loop, when the last write has ended.
  ~ByteQueue() override;

  // Errors of all calls, beside those named: closed, definite; io_error and disk_full, of writes
  // indefinite; cancelled, of writes indefinite: what was begun is finished.

  /// Durable as `push_level` says when it returns. Errors, definite: limit - a bound of the
  /// options; disk_full - only the reserve is left.
  [[nodiscard]] env::Task<Result<EventId>> push(std::string payload) override;
  /// All or none, ids in a row from the one returned. Errors as push(); invalid_argument - none.
  [[nodiscard]] env::Task<Result<EventId>> push_many(std::vector<std::string> payloads) override;

  /// The next event that is ready, if any. What cannot be read is reported and skipped.
  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> pop() override;
  /// Waits up to `wait` for one.
  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> poll(
      Nanos wait = milliseconds(100)) override;

  /// Errors, definite: stale; receipt_required.
  [[nodiscard]] env::Task<Result<Acked>> ack(Receipt receipt) override;
  [[nodiscard]] env::Task<Result<Acked>> ack(EventId id) override;
  [[nodiscard]] env::Task<Result<AckedMany>> ack_many(std::vector<Receipt> receipts) override;
  /// Errors, definite: stale; not_found; receipt_required.
  [[nodiscard]] env::Task<Result<void>> nack(Receipt receipt, Nack how = {}) override;
  [[nodiscard]] env::Task<Result<void>> nack(EventId id, Nack how = {}) override;
  /// The delivery ends `from_now` from now. Nothing is written. Errors, definite: stale; not_found.
  [[nodiscard]] env::Task<Result<void>> extend(Receipt receipt, Nanos from_now) override;

  /// An unacked event; nothing changes. nullopt: there is none.
  [[nodiscard]] env::Task<Result<std::optional<std::string>>> get(EventId id) override;
  [[nodiscard]] env::Task<Result<std::unique_ptr<QueueSnapshot>>> snapshot() override;

  /// Dead letters from `from` on, by id.
  [[nodiscard]] env::Task<Result<std::vector<DeadLetter>>> dead_letters(
      EventId from, std::size_t count_max) override;
  /// A dead letter is an event again, with no attempt. Errors, definite: not_found.
  [[nodiscard]] env::Task<Result<void>> redrive(EventId id) override;
  /// A dead letter is dropped. Errors, definite: not_found.
  [[nodiscard]] env::Task<Result<void>> purge(EventId id) override;

  /// Unacked events. No reading.
  [[nodiscard]] std::uint64_t len() const;
  [[nodiscard]] QueueCounts counts() const;
  /// The same; never fails.
  [[nodiscard]] env::Task<Result<QueueCounts>> count() override;
  [[nodiscard]] const QueueMetrics& metrics() const override;
  /// What open() found, and the damage found since.
  [[nodiscard]] const Recovery& recovery() const override;
  /// Forgets all damage reported so far. Errors as of writes.
  [[nodiscard]] env::Task<Result<void>> forget_damage();

  /// Finishes what was begun, makes it durable at every level, and closes the files. Calls after it
  /// fail. Idempotent.
  [[nodiscard]] env::Task<Result<void>> close() override;

 private:
  struct Core;
  explicit ByteQueue(std::shared_ptr<Core> core);
  [[nodiscard]] env::Task<Result<Acked>> finish_ack(Receipt receipt, bool by_id);
  std::shared_ptr<Core> core_;
};

}  // namespace lockstep::queue
