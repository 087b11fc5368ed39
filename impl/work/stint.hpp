// Stint: what a pipeline does under one lease, step by step: every effect carries the fencing
// token, none begins too late, what failed is tried again, and a refusal ends it all. Internal to
// impl/work.
#pragma once

#include <optional>
#include <string>

#include "impl/lock/guard.hpp"
#include "impl/work/pipeline.hpp"

namespace lockstep::work {

class Stint {
 public:
  struct Terms {
    std::string key;  ///< of the lock
    Nanos grace{};    ///< before the deadline no step begins any more
    Nanos retry_delay{};
  };

  Stint(env::Env& env, CollectionPipeline::Stores stores, lock::LeaseGuard guard, Terms terms,
        PipelineCounts& counts)
      : env_(env),
        stores_(stores),
        guard_(std::move(guard)),
        terms_(std::move(terms)),
        fence_{terms_.key, guard_.fence()},
        counts_(counts) {}

  /// Each tries until it is done (true, or the position) or the stint is over.
  [[nodiscard]] Task<bool> raise();
  [[nodiscard]] Task<std::optional<std::string>> load(const Collection& collection);
  [[nodiscard]] Task<bool> write(const Collection& collection, std::span<const Event> events);
  [[nodiscard]] Task<bool> save(const Collection& collection, const std::string& position);

  /// Whether to read another batch.
  [[nodiscard]] bool wants_more() const { return may_step() && !guard_.stop().requested(); }
  /// Until the time passed, or something asks to stop.
  [[nodiscard]] Task<void> pause(Nanos delay);

 private:
  /// There is time for one more step before the lease's deadline. It moves with every renewal, so a
  /// worker that drains after stop() goes on, and one whose lease is gone does not.
  [[nodiscard]] bool may_step() const;
  void note(const Refused& refused);
  /// true: done. false: over. nullopt: failed, try again.
  [[nodiscard]] std::optional<bool> judge(const Result<GuardedOutcome>& outcome);

  env::Env& env_;
  const CollectionPipeline::Stores stores_;
  lock::LeaseGuard guard_;
  const Terms terms_;
  const Fence fence_;
  PipelineCounts& counts_;
  bool refused_ = false;
};

}  // namespace lockstep::work
