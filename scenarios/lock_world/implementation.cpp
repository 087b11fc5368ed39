#include "scenarios/lock_world/implementation.hpp"

#include <utility>

#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock.hpp"
#include "scenarios/zoo/simple_pipeline.hpp"
#include "scenarios/zoo/zoo.hpp"

namespace lockstep::scenarios {

namespace {

constexpr Implementation reference{
    "reference",
    "the locks of impl/lock, the workers of impl/work, the queue of impl/queue and the outbox of "
    "impl/relay",
    &make_reference};

/// What the zoo's pipelines are without their flaw: tells the flaw from the rest of the member.
constexpr Implementation control{"control/simple_pipeline",
                                 "the pipeline that zoo members are made of, without a flaw",
                                 &make_reference, &make_simple_pipeline<PipelineFlaw::none>};

class ReferencePipeline final : public Worker {
 public:
  explicit ReferencePipeline(PipelineParts parts)
      : pipeline_(parts.env, parts.backend, parts.stores, std::move(parts.config)),
        collections_(std::move(parts.collections)) {}
  env::Task<void> run() override {
    const Result<void> ended = co_await pipeline_.run(std::move(collections_));
    ASSERT(ended.has_value());  // check_plan() validated the configuration
    ASSERT(stopped_);           // it works until it is told to stop
  }
  void stop() override {
    stopped_ = true;
    pipeline_.stop();
  }

 private:
  bool stopped_ = false;
  work::CollectionPipeline pipeline_;
  std::vector<work::Collection> collections_;
};

class ReferenceScheduler final : public Worker {
 public:
  explicit ReferenceScheduler(SchedulerParts parts)
      : scheduler_(parts.env, parts.backend, parts.ledger, parts.dispatcher,
                   std::move(parts.config)),
        tasks_(std::move(parts.tasks)) {}
  env::Task<void> run() override {
    const Result<void> ended = co_await scheduler_.run(std::move(tasks_));
    ASSERT(ended.has_value());
    ASSERT(stopped_);
  }
  void stop() override {
    stopped_ = true;
    scheduler_.stop();
  }

 private:
  bool stopped_ = false;
  work::BeatScheduler scheduler_;
  std::vector<work::BeatTask> tasks_;
};

class ReferenceRelay final : public Worker {
 public:
  explicit ReferenceRelay(RelayParts parts)
      : relay_(parts.env, parts.store, parts.publisher, std::move(parts.config), &parts.backend) {}
  env::Task<void> run() override {
    const Result<void> ended = co_await relay_.run();
    ASSERT(ended.has_value());  // check_plan() validated the configuration
  }
  void stop() override { relay_.stop(); }

 private:
  relay::Relay relay_;
};

}  // namespace

bool Implementation::fits(const WorkloadSettings& workload) const {
  if (make_pipeline != nullptr) return workload.kind == WorkloadKind::pipeline;
  if (make_scheduler != nullptr) return workload.kind == WorkloadKind::scheduler;
  if (open_queue != nullptr) return has_own_queues(workload);
  if (open_streams != nullptr) return has_shared_queue(workload);
  if (make_relay != nullptr || outbox_flaw != OutboxFlaw::none) {
    return workload.kind == WorkloadKind::outbox;
  }
  return workload.kind != WorkloadKind::queue || this == &reference;
}

std::unique_ptr<lock::DistributedLockBackend> make_reference(
    env::Env& env, std::span<redis::Client* const> clients) {
  if (clients.size() == 1) return std::make_unique<lock::RedisLock>(env, *clients.front());
  return std::make_unique<lock::Redlock>(env, clients);
}

std::unique_ptr<Worker> pipeline_of(const Implementation& implementation, PipelineParts parts) {
  if (implementation.make_pipeline != nullptr) {
    return implementation.make_pipeline(std::move(parts));
  }
  return std::make_unique<ReferencePipeline>(std::move(parts));
}

env::Task<QueueResult> open_queue_of(const Implementation& implementation, env::Env& env,
                                     std::string name, queue::QueueOptions options) {
  const bool is_wrong = implementation.open_queue != nullptr;
  return is_wrong ? implementation.open_queue(env, std::move(name), options)
                  : open_reference_queue(env, std::move(name), options);
}

env::Task<QueueResult> open_streams_of(const Implementation& implementation, env::Env& env,
                                       redis::Client& client, queue::RedisStreamOptions options) {
  const bool is_wrong = implementation.open_streams != nullptr;
  return is_wrong ? implementation.open_streams(env, client, std::move(options))
                  : open_reference_streams(env, client, std::move(options));
}

std::unique_ptr<Worker> relay_of(const Implementation& implementation, RelayParts parts) {
  if (implementation.make_relay != nullptr) return implementation.make_relay(std::move(parts));
  return std::make_unique<ReferenceRelay>(std::move(parts));
}

std::unique_ptr<Worker> scheduler_of(const Implementation& implementation, SchedulerParts parts) {
  if (implementation.make_scheduler != nullptr) {
    return implementation.make_scheduler(std::move(parts));
  }
  return std::make_unique<ReferenceScheduler>(std::move(parts));
}

const Implementation* find_implementation(std::string_view name) {
  if (name == reference.name) return &reference;
  if (name == control.name) return &control;
  for (const Implementation& member : zoo_implementations()) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

}  // namespace lockstep::scenarios
