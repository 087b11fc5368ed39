#include "scenarios/work_world/work_clients.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::scenarios {

namespace {

constexpr Nanos poll_interval = milliseconds(100);
constexpr Nanos retry_delay = milliseconds(200);
/// A rate's worth of difference over the longest run: drift_ppm is bounded by the format.
constexpr std::int64_t million = 1'000'000;

work::LockLevel level_of(Level level) {
  switch (level) {
    case Level::collection: return work::LockLevel::collection;
    case Level::database: return work::LockLevel::database;
    case Level::deployment: return work::LockLevel::deployment;
  }
  ASSERT(false);
}

std::string task_name(std::uint32_t key) { return "t" + std::to_string(key); }

}  // namespace

work::PipelineConfig pipeline_config_of(const PlanConfig& config) {
  work::PipelineConfig pipeline;
  pipeline.lock = keeper_config_of(config);
  pipeline.level = level_of(config.workload.level);
  pipeline.batch_max = static_cast<std::size_t>(config.workload.batch);
  pipeline.step_max = static_cast<std::size_t>(config.workload.step);
  pipeline.poll_interval = poll_interval;
  pipeline.retry_delay = retry_delay;
  pipeline.step_timeout = step_timeout_of(config.workload, config.lock);
  return pipeline;
}

Nanos clock_difference_of(const PlanConfig& config) {
  Nanos least = Nanos::max();
  Nanos most = Nanos::min();
  const Nanos end = config.duration + config.liveness;
  for (const NodeClock& clock : config.clocks) {
    if (!clock.node.starts_with("client/")) continue;
    const Nanos gained = end / million * clock.drift_ppm;
    least = std::min({least, clock.skew, clock.skew + gained});
    most = std::max({most, clock.skew, clock.skew + gained});
  }
  return most - least;
}

work::ScheduledTaskConfig task_config_of(const PlanConfig& config, std::string name) {
  work::ScheduledTaskConfig task;
  task.name = std::move(name);
  task.ticks.period = config.workload.period;
  task.ttl = config.lock.ttl;
  task.clock_difference = clock_difference_of(config);
  task.retry_delay = retry_delay;
  return task;
}

// ---- rotating -----------------------------------------------------------------------------------

env::Task<void> RotatingMember::live() {
  while (true) {
    const std::unique_ptr<Worker> worker = make_worker();
    const bool rotates = workload().rotate.high.count() > 0;
    env::TaskGroup turn(env_);
    if (rotates) {
      const Nanos after = draw_now(workload().rotate);
      turn.spawn(end_turn(worker.get(), after));
    }
    co_await worker->run();
    turn.stop();
    co_await turn.join();
    co_await env::sleep_for(env_, retry_delay);
  }
}

env::Task<void> RotatingMember::end_turn(Worker* worker, Nanos after) {
  co_await env::sleep_for(env_, after);
  worker->stop();
}

// ---- the pipeline -------------------------------------------------------------------------------

PipelineClient::PipelineClient(ClientNode node, ClientJob& job)
    : RotatingMember(std::move(node), job),
      source_(sink_client_),
      sink_(sink_client_, fencing()),
      progress_(sink_client_, fencing()),
      recorded_sink_(env_, sink_, work_log_, [this] { return dawdle(); }),
      recorded_progress_(progress_, work_log_) {
  tasks_.spawn(emit());
  tasks_.spawn(live());
}

std::unique_ptr<Worker> PipelineClient::make_worker() {
  std::vector<work::Collection> collections;
  for (std::int64_t key = 0; key < workload().keys; ++key) {
    collections.push_back(collection_of(static_cast<std::uint32_t>(key)));
  }
  work::PipelineConfig pipeline = pipeline_config_of(config());
  pipeline.owner = name();
  PipelineParts parts{env_,
                      holds_,
                      {source_, recorded_sink_, recorded_progress_},
                      std::move(pipeline),
                      std::move(collections)};
  return pipeline_of(*job_.implementation, std::move(parts));
}

env::Task<void> PipelineClient::emit() {
  while (!job_.operations.empty()) {
    const Operation operation = job_.take_next();
    co_await env::sleep_for(env_, operation.think);
    work::Collection collection = collection_of(operation.key);
    co_await record_emit(log_, source_, std::move(collection));
  }
}

// ---- the scheduler ------------------------------------------------------------------------------

SchedulerClient::SchedulerClient(ClientNode node, ClientJob& job)
    : RotatingMember(std::move(node), job),
      ledger_(sink_client_, fencing()),
      dispatcher_(env_, work_log_, [this] { return dawdle(); }) {
  tasks_.spawn(live());
}

std::unique_ptr<Worker> SchedulerClient::make_worker() {
  work::BeatConfig beat;
  beat.lock = keeper_config_of(config());
  beat.owner = name();
  beat.retry_delay = retry_delay;
  std::vector<work::BeatTask> tasks;
  for (std::int64_t key = 0; key < workload().keys; ++key) {
    const Nanos offset = workload().period * key / workload().keys;
    tasks.push_back({task_name(static_cast<std::uint32_t>(key)), {workload().period, offset}});
  }
  SchedulerParts parts{env_, holds_, ledger_, dispatcher_, std::move(beat), std::move(tasks)};
  return scheduler_of(*job_.implementation, std::move(parts));
}

// ---- the scheduled task -------------------------------------------------------------------------

TaskClient::TaskClient(ClientNode node, ClientJob& job)
    : FleetMember(std::move(node), job),
      holds_(lock_, node_, *job.log),
      work_log_{log_, holds_},
      locks_(env_, holds_),
      tasks_(env_) {
  for (std::int64_t key = 0; key < workload().keys; ++key) {
    const std::string name = task_name(static_cast<std::uint32_t>(key));
    work::ScheduledTask& task =
        scheduled_.emplace_back(env_, locks_, task_config_of(config(), name));
    tasks_.spawn(attend(&task, name));
  }
}

env::Task<void> TaskClient::attend(work::ScheduledTask* task, std::string name) {
  work::ScheduledTask::Job job = [this, name](work::ScheduledTask::Tick tick) {
    return work(name, tick);
  };
  const Result<void> ended = co_await task->run(std::move(job));
  ASSERT(ended.has_value());  // check_plan() validated the configuration
}

env::Task<void> TaskClient::work(std::string name, work::ScheduledTask::Tick tick) {
  const work::Fence fence{name + ":" + std::to_string(tick.number), tick.fence};
  checkers::Invocation what = work_log_.invocation(checkers::name::dispatch, name, fence);
  what.value = tick.number;
  Call call(log_, what);
  co_await env::sleep_for(env_, draw_now(workload().hold));
  call.ok({});
}

}  // namespace lockstep::scenarios
