// CollectionPipeline: moves the events of collections from a source to a sink, in a fleet of
// instances of which one at a time works on each collection. At least once: an event may be written
// again after a crash, a loss of the lock, or a write of unknown end, and never for another reason;
// none is skipped.
//
// Story, per lock. It waits for the lock (LeaseKeeper). With it, its first act is to present the
// fencing token to the sink, then to load each collection's resume token, which presents it to the
// progress store. Then, per collection: read a batch after the token; write it in steps; save the
// token after each step, both with the fencing token. No step begins later than stop_grace before
// the lease's deadline, so that none runs past it. On loss it stops where it is; on stop() it
// finishes the batch that was read while the lease is renewed. When a sink or store has seen a
// newer holder it leaves, and competes again.
//
// Not here: transforming events, several workers for one collection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "impl/work/collections.hpp"

namespace lockstep::work {

/// What one lock covers.
enum class LockLevel : std::uint8_t { collection, database, deployment };

/// "lock:shop:orders", "lock:shop", "lock".
[[nodiscard]] std::string lock_key(LockLevel level, const Collection& collection);

/// step_timeout is what the stores promise, with deadlines of their own; it is compared, not
/// enforced.
struct PipelineConfig {
  lock::DistributedLockConfig lock;
  LockLevel level = LockLevel::collection;
  std::string owner;                         ///< label of this instance
  std::size_t batch_max = 100;               ///< events read at once, 1 to 10,000
  std::size_t step_max = 100;                ///< events written by one call of the sink; from 1
  Nanos poll_interval = milliseconds(500);   ///< pause while there is nothing new
  Nanos retry_delay = seconds(1);            ///< pause after an error
  Nanos step_timeout = milliseconds(1'500);  ///< longest that a write and its save take
};

/// Counted since construction, over all collections.
struct PipelineCounts {
  std::uint64_t takeovers = 0;  ///< leases under which work began
  std::uint64_t written = 0;    ///< events accepted by the sink
  std::uint64_t saved = 0;      ///< resume tokens
  std::uint64_t refused = 0;    ///< a fence said that there is a newer holder
  std::uint64_t errors = 0;     ///< of source, sink and progress store; each was tried again
};

class CollectionPipeline {
 public:
  struct Stores {
    EventSource& source;
    EventSink& sink;
    ProgressStore& progress;
  };

  /// All outlive the pipeline.
  CollectionPipeline(env::Env& env, lock::DistributedLockBackend& backend, Stores stores,
                     PipelineConfig config);
  CollectionPipeline(const CollectionPipeline&) = delete;
  CollectionPipeline& operator=(const CollectionPipeline&) = delete;
  ~CollectionPipeline();

  /// Works until stop(); returns when every batch begun is written, or its lease gone, and the
  /// locks are released. Call once. Cancelling it acts as stop().
  /// Errors, definite: `invalid_argument` - the configuration (step_timeout above stop_grace, a
  /// bound, what lock::validate demands), no collection or one twice, or a name that is empty or
  /// holds ':'.
  [[nodiscard]] Task<Result<void>> run(std::vector<Collection> collections);
  void stop();

  [[nodiscard]] const PipelineCounts& counts() const;
  /// Of each lock, also after run() returned.
  [[nodiscard]] lock::MetricsByKey lock_metrics() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::work
