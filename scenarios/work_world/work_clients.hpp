// The clients of the work workloads: one instance each of a fleet of collection pipelines, beat
// schedulers, or scheduled tasks.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "impl/lock/plugin_locks.hpp"
#include "impl/work/redis_ledger.hpp"
#include "impl/work/scheduled_task.hpp"
#include "scenarios/work_world/recording.hpp"

namespace lockstep::scenarios {

/// What is common to those that are told to stop in order, as deployments do, and start anew.
class RotatingMember : public FleetMember {
 protected:
  RotatingMember(ClientNode node, ClientJob& job)
      : FleetMember(std::move(node), job),
        holds_(lock_, node_, *job.log),
        work_log_{log_, holds_},
        tasks_(env_) {}

  [[nodiscard]] virtual std::unique_ptr<Worker> make_worker() = 0;
  /// Runs one worker after the other, each until its turn ends.
  env::Task<void> live();
  [[nodiscard]] Nanos dawdle() { return draw_now(workload().write_delay); }

  HoldTracker holds_;
  WorkLog work_log_;
  env::TaskGroup tasks_;

 private:
  env::Task<void> end_turn(Worker* worker, Nanos after);
};

/// Emits events, and moves those of all.
class PipelineClient final : public RotatingMember {
 public:
  /// Starts at once.
  PipelineClient(ClientNode node, ClientJob& job);

 private:
  std::unique_ptr<Worker> make_worker() override;
  env::Task<void> emit();

  work::RedisCollectionLog source_;
  work::RedisEventSink sink_;
  work::RedisProgressStore progress_;
  RecordingSink recorded_sink_;
  RecordingProgress recorded_progress_;
};

class SchedulerClient final : public RotatingMember {
 public:
  /// Starts at once.
  SchedulerClient(ClientNode node, ClientJob& job);

 private:
  std::unique_ptr<Worker> make_worker() override;

  work::RedisDispatchLedger ledger_;
  RecordingDispatcher dispatcher_;
};

class TaskClient final : public FleetMember {
 public:
  /// Starts at once.
  TaskClient(ClientNode node, ClientJob& job);

 private:
  env::Task<void> attend(work::ScheduledTask* task, std::string name);
  env::Task<void> work(std::string name, work::ScheduledTask::Tick tick);

  HoldTracker holds_;
  WorkLog work_log_;
  lock::PluginLocks locks_;
  std::list<work::ScheduledTask> scheduled_;
  env::TaskGroup tasks_;
};

/// The configurations that a plan asks for.
[[nodiscard]] work::PipelineConfig pipeline_config_of(const PlanConfig& config);
/// How far apart two clients' wall clocks ever are by the plan's clocks; what faults add is theirs.
[[nodiscard]] Nanos clock_difference_of(const PlanConfig& config);
[[nodiscard]] work::ScheduledTaskConfig task_config_of(const PlanConfig& config, std::string name);

}  // namespace lockstep::scenarios
