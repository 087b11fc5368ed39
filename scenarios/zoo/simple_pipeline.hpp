// A collection pipeline as many write them: a loop that acquires, a task that refreshes, a worker
// that reads, writes and saves. Without a flaw it is right ("control/simple_pipeline"); each member
// of the zoo has one.
#pragma once

#include <memory>

#include "impl/env/task_group.hpp"
#include "impl/lock/stop_token.hpp"
#include "scenarios/lock_world/implementation.hpp"

namespace lockstep::scenarios {

enum class PipelineFlaw : std::uint8_t {
  none,
  never_retries,
  worker_survives_loss,
  no_local_deadline,
  zombie_refresher,
  refresh_stops_before_drain,
  token_before_write,
};

class SimplePipeline final : public Worker {
 public:
  SimplePipeline(PipelineParts parts, PipelineFlaw flaw);
  [[nodiscard]] env::Task<void> run() override;
  void stop() override { stopping_.request(); }

 private:
  /// One lease, as its worker and its refresher know it.
  struct Hold {
    explicit Hold(lock::Lease granted) : lease(std::move(granted)) {}
    lock::Lease lease;
    bool lost = false;
    bool is_done = false;  ///< the worker has ended: the refresher may
  };
  using HoldPtr = std::shared_ptr<Hold>;

  env::Task<void> serve(work::Collection collection);
  env::Task<HoldPtr> acquire(std::string key);
  env::Task<void> refresh(HoldPtr hold);
  env::Task<void> release(HoldPtr hold);
  env::Task<bool> work(work::Collection collection, HoldPtr hold);
  env::Task<bool> write_batch(work::Collection collection, work::Fence fence, HoldPtr hold,
                              std::vector<work::Event> batch);
  env::Task<bool> write(const work::Collection& collection, std::span<const work::Event> step,
                        const work::Fence& fence, const HoldPtr& hold);
  env::Task<bool> save(const work::Collection& collection, const std::string& position,
                       const work::Fence& fence, const HoldPtr& hold);
  env::Task<env::Outcome> pause(Nanos delay);
  [[nodiscard]] bool may_step(const Hold& hold) const;
  [[nodiscard]] bool is(PipelineFlaw flaw) const { return flaw_ == flaw; }

  PipelineParts parts_;
  PipelineFlaw flaw_;
  env::Env& env_;
  lock::StopSource stopping_;
  bool dead_ = false;  ///< zombie_refresher: a worker has died
  env::TaskGroup workers_;
  env::TaskGroup refreshers_;
};

template <PipelineFlaw flaw>
std::unique_ptr<Worker> make_simple_pipeline(PipelineParts parts) {
  return std::make_unique<SimplePipeline>(std::move(parts), flaw);
}

}  // namespace lockstep::scenarios
