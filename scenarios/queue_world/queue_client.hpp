// A client of the queue workload: a process with a durable queue on its disk, or one that it shares
// on a Redis; producers that push, consumers that ack, nack, stall and extend, and somebody who
// redrives dead letters. It closes and reopens its queue in order, and whenever the queue fails. At
// the end it drains it, and lists what is left; of a shared queue the first client does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "impl/env/task_group.hpp"
#include "impl/redis/client.hpp"
#include "scenarios/lock_world/client_job.hpp"
#include "scenarios/queue_world/queue_log.hpp"

namespace lockstep::scenarios {

class QueueClient final : public Client {
 public:
  /// Starts at once. `job` outlives it.
  QueueClient(const ClientNode& node, ClientJob& job);

 private:
  /// One opening of the queue, until it is closed.
  struct Turn;

  [[nodiscard]] const PlanConfig& config() const { return job_.plan->config; }
  [[nodiscard]] Nanos now() const { return job_.log->now(); }
  /// From then on nothing is pushed.
  [[nodiscard]] Nanos heal() const { return config().duration; }
  /// From then on nothing is consumed: the survey begins.
  [[nodiscard]] Nanos drained() const;
  [[nodiscard]] std::uint64_t draw_bits();
  [[nodiscard]] Nanos draw_now(DurationRange range);
  [[nodiscard]] bool chance(std::int64_t percent);

  /// Whether the queue is not this node's.
  [[nodiscard]] bool is_shared() const { return has_shared_queue(config().workload); }

  env::Task<void> live();
  env::Task<std::unique_ptr<EventQueue>> open();
  env::Task<QueueResult> open_queue();
  /// Whether that was all.
  env::Task<bool> end(EventQueue* queue);
  env::Task<void> work(Turn* turn);
  env::Task<void> produce(Turn* turn, std::uint32_t producer);
  env::Task<void> consume(Turn* turn);
  env::Task<void> settle(Turn* turn, Received received);
  env::Task<void> redrive(Turn* turn);
  [[nodiscard]] std::optional<Operation> next_push(std::uint32_t producer);

  env::Env& env_;
  ClientJob& job_;
  std::optional<redis::Client> server_;  ///< of a shared queue
  QueueLog log_;
  env::TaskGroup tasks_;
};

/// The options that a plan asks for.
[[nodiscard]] queue::QueueOptions queue_options_of(const PlanConfig& config);
[[nodiscard]] queue::RedisStreamOptions stream_options_of(const PlanConfig& config);

}  // namespace lockstep::scenarios
