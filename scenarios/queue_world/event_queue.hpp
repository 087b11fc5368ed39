// A durable queue as the queue workload uses it: the reference, or what a zoo member makes of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/queue/byte_queue.hpp"
#include "impl/queue/redis_stream_queue.hpp"

namespace lockstep::scenarios {

/// What a survey finds: unacked events and dead letters, each by id.
struct QueueSurvey {
  std::vector<queue::Delivery> unacked;
  std::vector<queue::DeadLetter> dead;
};

/// Contracts and errors as those of queue::EventQueue.
class EventQueue {
 public:
  virtual ~EventQueue() = default;
  [[nodiscard]] virtual env::Task<Result<queue::EventId>> push(std::string payload) = 0;
  [[nodiscard]] virtual env::Task<Result<std::optional<queue::Delivery>>> poll(Nanos wait) = 0;
  [[nodiscard]] virtual env::Task<Result<queue::Acked>> ack(queue::Receipt receipt) = 0;
  [[nodiscard]] virtual env::Task<Result<void>> nack(queue::Receipt receipt, queue::Nack how) = 0;
  [[nodiscard]] virtual env::Task<Result<void>> extend(queue::Receipt receipt, Nanos from_now) = 0;
  [[nodiscard]] virtual env::Task<Result<std::vector<queue::DeadLetter>>> dead_letters() = 0;
  [[nodiscard]] virtual env::Task<Result<void>> redrive(queue::EventId id) = 0;
  [[nodiscard]] virtual env::Task<Result<QueueSurvey>> survey() = 0;
  [[nodiscard]] virtual const queue::Recovery& recovery() const = 0;
  [[nodiscard]] virtual env::Task<Result<void>> close() = 0;
};

using QueueResult = Result<std::unique_ptr<EventQueue>>;

/// A queue of impl/queue, to be made worse in one place.
class ReferenceQueue : public EventQueue {
 public:
  explicit ReferenceQueue(std::unique_ptr<queue::EventQueue> inner) : inner_(std::move(inner)) {}

  env::Task<Result<queue::EventId>> push(std::string payload) override {
    return inner_->push(std::move(payload));
  }
  env::Task<Result<std::optional<queue::Delivery>>> poll(Nanos wait) override {
    return inner_->poll(wait);
  }
  env::Task<Result<queue::Acked>> ack(queue::Receipt receipt) override {
    return inner_->ack(receipt);
  }
  env::Task<Result<void>> nack(queue::Receipt receipt, queue::Nack how) override {
    return inner_->nack(receipt, how);
  }
  env::Task<Result<void>> extend(queue::Receipt receipt, Nanos from_now) override {
    return inner_->extend(receipt, from_now);
  }
  env::Task<Result<std::vector<queue::DeadLetter>>> dead_letters() override;
  env::Task<Result<void>> redrive(queue::EventId id) override { return inner_->redrive(id); }
  env::Task<Result<QueueSurvey>> survey() override;
  const queue::Recovery& recovery() const override { return inner_->recovery(); }
  env::Task<Result<void>> close() override { return inner_->close(); }

 protected:
  std::unique_ptr<queue::EventQueue> inner_;
};

/// The shared one. Half of its pushes are requests, and what gets no answer is repeated.
class ReferenceStreams : public ReferenceQueue {
 public:
  ReferenceStreams(env::Env& env, std::unique_ptr<queue::RedisStreamQueue> inner)
      : ReferenceQueue(std::move(inner)), env_(env) {}
  env::Task<Result<queue::EventId>> push(std::string payload) override;

 protected:
  [[nodiscard]] queue::RedisStreamQueue& streams() const {
    return static_cast<queue::RedisStreamQueue&>(*inner_);
  }
  env::Env& env_;
  std::uint64_t pushes_ = 0;
};

[[nodiscard]] env::Task<QueueResult> open_reference_streams(env::Env& env, redis::Client& client,
                                                            queue::RedisStreamOptions options);
[[nodiscard]] env::Task<QueueResult> open_reference_queue(env::Env& env, std::string name,
                                                          queue::QueueOptions options);

}  // namespace lockstep::scenarios
