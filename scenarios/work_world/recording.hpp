// Sinks, progress stores and dispatchers that write down what they are asked and what comes of it.
// Whoever is under test does not know that it is watched.
#pragma once

#include "impl/work/dispatch.hpp"
#include "impl/work/redis_collections.hpp"
#include "scenarios/lock_world/hold_tracker.hpp"

namespace lockstep::scenarios {

/// What the recorders of one client share.
struct WorkLog {
  ClientLog& client;
  const HoldTracker& holds;

  /// An operation on `key` under `fence`, by the worker that has it.
  [[nodiscard]] checkers::Invocation invocation(checkers::NameId f, std::string_view key,
                                                const work::Fence& fence) const;
};

/// Each event of a write is an operation of its own. Dawdles before it writes: what happens between
/// a worker's look at its lease and the arrival of what it sends is what fencing is for.
class RecordingSink final : public work::EventSink {
 public:
  using Dawdle = std::function<Nanos()>;
  /// `inner` and what `log` refers to outlive it.
  RecordingSink(env::Env& env, work::EventSink& inner, WorkLog log, Dawdle dawdle)
      : env_(env), inner_(inner), log_(log), dawdle_(std::move(dawdle)) {}

  [[nodiscard]] env::Task<Result<work::GuardedOutcome>> raise(const work::Fence& fence) override {
    return inner_.raise(fence);
  }
  [[nodiscard]] env::Task<Result<work::GuardedOutcome>> write(const work::Collection& collection,
                                                              std::span<const work::Event> events,
                                                              const work::Fence& fence) override;

 private:
  env::Env& env_;
  work::EventSink& inner_;
  WorkLog log_;
  Dawdle dawdle_;
};

class RecordingProgress final : public work::ProgressStore {
 public:
  /// `inner` and what `log` refers to outlive it.
  RecordingProgress(work::ProgressStore& inner, WorkLog log) : inner_(inner), log_(log) {}

  [[nodiscard]] env::Task<Result<work::LoadOutcome>> load(const work::Collection& collection,
                                                          const work::Fence& fence) override;
  [[nodiscard]] env::Task<Result<work::GuardedOutcome>> save(const work::Collection& collection,
                                                             const std::string& position,
                                                             const work::Fence& fence) override;

 private:
  work::ProgressStore& inner_;
  WorkLog log_;
};

/// Hands tasks to nobody: that a task was started is all there is to know. A dispatch takes as long
/// as the dawdle says, in which its node can stand still or die.
class RecordingDispatcher final : public work::Dispatcher {
 public:
  using Dawdle = std::function<Nanos()>;
  RecordingDispatcher(env::Env& env, WorkLog log, Dawdle dawdle)
      : env_(env), log_(log), dawdle_(std::move(dawdle)) {}

  [[nodiscard]] env::Task<Result<void>> dispatch(const std::string& task, std::int64_t number,
                                                 const work::Fence& fence) override;

 private:
  env::Env& env_;
  WorkLog log_;
  Dawdle dawdle_;
};

/// The source as emitters see it: what they append, they record.
[[nodiscard]] env::Task<void> record_emit(ClientLog& log, work::RedisCollectionLog& source,
                                          work::Collection collection);

/// The collection that a plan's key stands for.
[[nodiscard]] work::Collection collection_of(std::uint32_t key);
/// Positions of RedisCollectionLog as numbers; 0: the start.
[[nodiscard]] std::int64_t number_of(std::string_view position);

}  // namespace lockstep::scenarios
