// ScheduledTask: a job that every instance of a fleet wants to run at each tick, and exactly one
// does, or none: at most once per tick. On PluginLocks: the lock's key names the tick and is never
// released; who finds it taken skips the tick.
//
// Why at most once: the key lives for `ttl` on the store's clock from the first grant, which comes
// no earlier than the tick's begin on that instance's wall clock. Another instance starts the job
// only when, after its own grant, its wall clock stands less than ttl - clock_difference - margin
// past the tick's begin: so early that the first key must still have been there.
#pragma once

#include <functional>
#include <string>

#include "impl/env/env.hpp"
#include "impl/lock/plugin_locks.hpp"
#include "impl/lock/stop_token.hpp"
#include "impl/work/ticks.hpp"

namespace lockstep::work {

using env::Task;

struct ScheduledTaskConfig {
  std::string name;
  Ticks ticks;
  Nanos ttl{};                            ///< above the job's run time plus clock_difference
  Nanos clock_difference{};               ///< most that two instances' wall clocks ever differ
  Nanos retry_delay = milliseconds(200);  ///< after an error of the lock, within the tick
  Nanos look_every = seconds(1);          ///< longest sleep
};

struct ScheduledTaskCounts {
  std::uint64_t ran = 0;
  std::uint64_t skipped = 0;  ///< another instance has, or had, that tick
  std::uint64_t late = 0;     ///< too far into the tick to be sure; not run here
  std::uint64_t errors = 0;   ///< of the lock
};

class ScheduledTask {
 public:
  /// What a job is told about its run.
  struct Tick {
    std::int64_t number = 0;
    FencingToken fence{};
  };
  using Job = std::function<Task<void>(Tick tick)>;

  /// Both outlive the task.
  ScheduledTask(env::Env& env, lock::PluginLocks& locks, ScheduledTaskConfig config);

  /// From the next tick on, until stop(). Call once.
  /// Errors, definite: `invalid_argument` - name, ttl, a period below 1 ms, pauses that are not
  /// above 0, or a ttl that leaves no time to start: ttl <= clock_difference + margin.
  [[nodiscard]] Task<Result<void>> run(Job job);
  void stop() { stopping_.request(); }

  [[nodiscard]] const ScheduledTaskCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] Task<void> attend(std::int64_t number, const Job& job);
  [[nodiscard]] bool in_time(std::int64_t number) const;
  [[nodiscard]] Task<env::Outcome> sleep(Nanos delay);

  env::Env& env_;
  lock::PluginLocks& locks_;
  const ScheduledTaskConfig config_;
  ScheduledTaskCounts counts_;
  lock::StopSource stopping_;
};

}  // namespace lockstep::work
