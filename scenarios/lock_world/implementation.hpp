// What a scenario's "implementation" names: the lock backend under test, made anew for each
// incarnation of a client; or, where a flaw lies in how the lock is used, what uses it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/redis/client.hpp"
#include "impl/relay/relay.hpp"
#include "impl/work/beat_scheduler.hpp"
#include "impl/work/pipeline.hpp"
#include "scenarios/format/scenario.hpp"
#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

/// Something that works until it is told to stop, and then comes to an orderly end.
class Worker {
 public:
  virtual ~Worker() = default;
  [[nodiscard]] virtual env::Task<void> run() = 0;
  virtual void stop() = 0;
};

/// What a pipeline is made of; all outlive it.
struct PipelineParts {
  env::Env& env;
  lock::DistributedLockBackend& backend;
  work::CollectionPipeline::Stores stores;
  work::PipelineConfig config;
  std::vector<work::Collection> collections;
};

/// What a scheduler is made of; all outlive it.
struct SchedulerParts {
  env::Env& env;
  lock::DistributedLockBackend& backend;
  work::DispatchLedger& ledger;
  work::Dispatcher& dispatcher;
  work::BeatConfig config;
  std::vector<work::BeatTask> tasks;
};

/// What a relay is made of; all outlive it.
struct RelayParts {
  env::Env& env;
  lock::DistributedLockBackend& backend;
  relay::OutboxStore& store;
  relay::Publisher& publisher;
  relay::RelayConfig config;
};

/// What may be wrong about an outbox beside its relay.
enum class OutboxFlaw : std::uint8_t {
  none,
  unfenced,       ///< nothing is presented to the store and the stream
  inbox_forgets,  ///< the inbox remembers keys for a time alone, and a short one
};

struct Implementation {
  std::string_view name;   ///< "reference"
  std::string_view about;  ///< one line
  /// One client per lock server, at least one; they outlive the backend.
  std::unique_ptr<lock::DistributedLockBackend> (*make)(env::Env& env,
                                                        std::span<redis::Client* const> clients);
  // At most one of these is wrong; null is the reference's.
  std::unique_ptr<Worker> (*make_pipeline)(PipelineParts parts) = nullptr;
  std::unique_ptr<Worker> (*make_scheduler)(SchedulerParts parts) = nullptr;
  env::Task<QueueResult> (*open_queue)(env::Env& env, std::string name,
                                       queue::QueueOptions options) = nullptr;
  std::unique_ptr<Worker> (*make_relay)(RelayParts parts) = nullptr;
  OutboxFlaw outbox_flaw = OutboxFlaw::none;
  env::Task<QueueResult> (*open_streams)(env::Env& env, redis::Client& client,
                                         queue::RedisStreamOptions options) = nullptr;

  /// Whether it can be told from the reference in such a workload.
  [[nodiscard]] bool fits(const WorkloadSettings& workload) const;
};

/// nullptr if there is none of that name.
[[nodiscard]] const Implementation* find_implementation(std::string_view name);

/// The lock of impl/lock: one Redis, or Redlock.
[[nodiscard]] std::unique_ptr<lock::DistributedLockBackend> make_reference(
    env::Env& env, std::span<redis::Client* const> clients);
/// What `implementation` has of each kind.
[[nodiscard]] std::unique_ptr<Worker> pipeline_of(const Implementation& implementation,
                                                  PipelineParts parts);
[[nodiscard]] env::Task<QueueResult> open_queue_of(const Implementation& implementation,
                                                   env::Env& env, std::string name,
                                                   queue::QueueOptions options);
[[nodiscard]] env::Task<QueueResult> open_streams_of(const Implementation& implementation,
                                                     env::Env& env, redis::Client& client,
                                                     queue::RedisStreamOptions options);
[[nodiscard]] std::unique_ptr<Worker> relay_of(const Implementation& implementation,
                                               RelayParts parts);
[[nodiscard]] std::unique_ptr<Worker> scheduler_of(const Implementation& implementation,
                                                   SchedulerParts parts);

}  // namespace lockstep::scenarios
