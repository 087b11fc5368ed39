// RedisStreamQueue: the durable queue of bytes on one Redis (7.0 or later), shared by all that open
// it there: a stream with one consumer group, in which each opening is a consumer. What its keys
// hold, and which claims of the queue it keeps and which it does not, is in REDIS_STREAMS.md.
//
// At least once. Ids are 1, 2, 3, ... in the order of pushes: entry 0-<id> of the stream. Hand-outs
// are in that order but for what was handed out before, which comes first.
//
// Leases are always on: the server cannot tell a consumer that died from one that works, so that
// what was handed out comes again when its time is up, not when the queue is closed. Time is that
// of the server's wall clock: a jump of it ends leases and delays early, or late.
//
// Durable when a call returns is what the server's appendfsync makes so: `always` - what it says;
// `everysec` - all but about the last second before a power cut, and then ids, counts and acks go
// back with the events; no append-only file - nothing outlives the server. A failover to a replica
// loses what was not replicated. A queue that the server lost as a whole is noticed: corrupt.
//
// Every call is one round trip, and calls of one turn of the loop share a write. A push is a plain
// XADD.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/env/event.hpp"
#include "impl/queue/event_queue.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::queue {

struct RedisStreamOptions {
  std::string name = "queue";  ///< its stream is {name}:events; no braces, not empty
  /// From the hand-out until an event that was not settled is handed out again. At least 1 ms.
  Nanos visibility = seconds(30);
  /// Deliveries after which an event that is not acked becomes a dead letter. 0: no end.
  std::uint32_t attempts_max = 0;
  std::uint64_t len_max = 0;  ///< events, dead letters included; a push beyond fails. 0: no bound
  std::uint32_t payload_max_bytes = 4U << 20U;
  Nanos backoff_base = seconds(1);
  Nanos backoff_max = seconds(300);
  /// poll() asks the server after the first, and with every empty answer after twice the time, up
  /// to the second; several polls of one object share the asking. A push or nack through the same
  /// object wakes one at once.
  Nanos poll_min = milliseconds(2);
  Nanos poll_max = milliseconds(50);
  /// Requests of push_once() that are remembered: the last so many. More than all that push make
  /// while one is under way, which a network can hold up for long after its caller gave up: a copy
  /// that arrives when its request is forgotten makes another event.
  std::uint32_t requests_max = 10'000;
};

class RedisStreamQueue final : public EventQueue {
 public:
  /// Opens the queue on `client`'s server, made if it is not there. `client` outlives it.
  /// Errors: invalid_argument, definite - an option; newer_format, definite; else as Call::take().
  [[nodiscard]] static env::Task<Result<std::unique_ptr<RedisStreamQueue>>> open(
      env::Env& env, redis::Client& client, RedisStreamOptions options);
  /// Demands that no call is running, unless the node is dead.
  ~RedisStreamQueue() override = default;

  // Errors of all calls, beside those named: closed, definite; corrupt - the server lost the queue;
  // protocol, indefinite - another kind of answer; and as Call::take(). What an indefinite error
  // leaves: of a push, perhaps an event; of a pop, perhaps an event that nobody has and that comes
  // again after its visibility; of the others, perhaps what they do.

  /// After an error that is indefinite the event may be there, and another push would make two:
  /// who must not have two uses push_once(). Errors, definite: limit.
  [[nodiscard]] env::Task<Result<EventId>> push(std::string payload) override;
  [[nodiscard]] env::Task<Result<EventId>> push_many(std::vector<std::string> payloads) override;
  /// As push_many(), but a request that was carried out before is not again: it gives the same id,
  /// whatever its payloads. So a push without an answer can be repeated, within `requests_max`.
  /// @param request  Not empty. Unique among those who push: a drawn number, a business key.
  [[nodiscard]] env::Task<Result<EventId>> push_once(std::string request,
                                                     std::vector<std::string> payloads);

  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> pop() override;
  /// Up to `count_max` at once, at least 1.
  [[nodiscard]] env::Task<Result<std::vector<Delivery>>> pop_many(std::size_t count_max);
  /// Asks again and again, since the connection is shared and commands that block would hold up
  /// the others. Ends within `wait` and one command timeout.
  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> poll(Nanos wait) override;

  [[nodiscard]] env::Task<Result<Acked>> ack(Receipt receipt) override;
  /// Fails: receipt_required.
  [[nodiscard]] env::Task<Result<Acked>> ack(EventId id) override;
  [[nodiscard]] env::Task<Result<AckedMany>> ack_many(std::vector<Receipt> receipts) override;
  /// A delay is counted on the server's clock and does not begin anew.
  [[nodiscard]] env::Task<Result<void>> nack(Receipt receipt, Nack how) override;
  /// Fails: receipt_required.
  [[nodiscard]] env::Task<Result<void>> nack(EventId id, Nack how) override;
  /// Errors, definite: limit - `from_now` is above the visibility: the server keeps when an event
  /// was delivered, and that cannot be in the future. Extend again before it ends.
  [[nodiscard]] env::Task<Result<void>> extend(Receipt receipt, Nanos from_now) override;

  [[nodiscard]] env::Task<Result<std::optional<std::string>>> get(EventId id) override;
  /// Not of one moment: what is acked while it is read is left out; what is pushed after it began
  /// is too.
  [[nodiscard]] env::Task<Result<std::unique_ptr<QueueSnapshot>>> snapshot() override;

  [[nodiscard]] env::Task<Result<std::vector<DeadLetter>>> dead_letters(
      EventId from, std::size_t count_max) override;
  [[nodiscard]] env::Task<Result<void>> redrive(EventId id) override;
  [[nodiscard]] env::Task<Result<void>> purge(EventId id) override;

  /// In flight is also what timed out and was not handed out again. `bytes` is not counted: 0.
  [[nodiscard]] env::Task<Result<QueueCounts>> count() override;
  /// Of this object alone.
  [[nodiscard]] const QueueMetrics& metrics() const override { return metrics_; }
  [[nodiscard]] const Recovery& recovery() const override { return recovery_; }

  /// Ends polls. What was handed out and not settled stays so until its time is up. Never fails.
  [[nodiscard]] env::Task<Result<void>> close() override;

  /// "{name}:events"
  [[nodiscard]] const std::string& stream() const { return stream_; }
  /// The consumer that this opening is: "<generation>-<drawn>".
  [[nodiscard]] const std::string& consumer() const { return consumer_; }

 private:
  struct Scripts {
    redis::ScriptId push, pop, ack, nack, extend, page, letters, letter, count, close;
  };
  class Snapshot;

  RedisStreamQueue(env::Env& env, redis::Client& client, RedisStreamOptions options);
  [[nodiscard]] env::Task<Result<resp::Reply>> run(redis::ScriptId script,
                                                   std::vector<std::string> words);
  [[nodiscard]] env::Task<Result<EventId>> push_all(std::string request,
                                                    std::vector<std::string> payloads);
  [[nodiscard]] env::Task<Result<void>> serve_letter(EventId id, std::string what);
  [[nodiscard]] Result<void> may_push(const std::vector<std::string>& payloads);
  [[nodiscard]] Result<AckedMany> acked(Result<resp::Reply> reply,
                                        const std::vector<Receipt>& receipts);
  [[nodiscard]] Result<std::vector<Delivery>> delivered(Result<resp::Reply> reply, bool swept);
  [[nodiscard]] Result<EventId> pushed(Result<resp::Reply> reply, std::size_t count);
  /// Definite: of another opening, so that it is not asked for.
  [[nodiscard]] Result<void> check(const Receipt& receipt);
  [[nodiscard]] Error stale(const Receipt& receipt);
  [[nodiscard]] std::string visibility_ms() const;

  env::Env& env_;
  redis::Client& client_;
  RedisStreamOptions options_;
  std::string stream_;
  std::string consumer_;
  Scripts scripts_;
  Recovery recovery_;
  QueueMetrics metrics_;
  env::Event changed_;        ///< something may be ready now
  MonoTime next_sweep_{};     ///< when to look for what timed out
  std::int64_t waiting_ = 0;  ///< polls
  bool closed_ = false;
};

}  // namespace lockstep::queue
