// The calls of one client on its queue, each written down with what came of it; payloads in which
// damage shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenarios/lock_world/run_log.hpp"
#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

/// A delivery, and its payload's number.
struct Received {
  queue::Receipt receipt;
  std::int64_t value = 0;
  bool is_damaged = false;
};

/// A number, a digest, and so many bytes of filling.
[[nodiscard]] std::string payload_of(std::int64_t value, std::size_t filling);
/// nullopt: not what payload_of() made.
[[nodiscard]] std::optional<std::int64_t> value_of(std::string_view payload);

class QueueLog {
 public:
  /// @param place   The node that the queue is on.
  /// @param number  Of the queue, among those of that node.
  QueueLog(ClientLog client, std::string_view place, std::uint32_t number, Nanos visibility);

  // Each does it and records it. Errors: those of the queue.
  [[nodiscard]] env::Task<Result<queue::EventId>> push(EventQueue* queue, std::uint32_t producer,
                                                       std::size_t filling);
  [[nodiscard]] env::Task<Result<std::optional<Received>>> poll(EventQueue* queue, Nanos wait);
  [[nodiscard]] env::Task<Result<queue::Acked>> ack(EventQueue* queue, queue::Receipt receipt);
  [[nodiscard]] env::Task<Result<void>> nack(EventQueue* queue, queue::Receipt receipt,
                                             queue::Nack how);
  [[nodiscard]] env::Task<Result<void>> extend(EventQueue* queue, queue::Receipt receipt,
                                               Nanos from_now);
  [[nodiscard]] env::Task<Result<void>> redrive(EventQueue* queue, queue::EventId id);
  /// Everything that is left, as the last that happens to the queue.
  [[nodiscard]] env::Task<Result<void>> survey(EventQueue* queue);

  /// An opening; ended by opened() or failed().
  [[nodiscard]] std::unique_ptr<Call> opening();
  void opened(Call& call, const EventQueue& queue);
  /// The queue cannot be opened any more, and says so: all that it held is reported damaged. From
  /// here on this is the log of the queue `number`.
  void give_up(std::uint32_t number);
  /// Damage that was not yet told of.
  void report_damage(const EventQueue& queue);

 private:
  [[nodiscard]] checkers::Invocation invocation(checkers::NameId f) const;
  [[nodiscard]] checkers::Invocation invocation(checkers::NameId f,
                                                const queue::Receipt& receipt) const;
  void refuse(Call& call, const Error& error);
  void found(queue::EventId id, std::string_view payload, checkers::NameId where,
             std::uint32_t attempts);

  void damaged(queue::IdRange ids);
  [[nodiscard]] checkers::NameId key_of(std::uint32_t number);

  ClientLog client_;
  std::string place_;
  checkers::NameId key_;
  Nanos visibility_;
  std::size_t damage_told_ = 0;
};

}  // namespace lockstep::scenarios
