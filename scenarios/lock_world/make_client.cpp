// Which client a workload asks for.
#include "scenarios/lock_world/lock_client.hpp"
#include "scenarios/lock_world/plugin_client.hpp"
#include "scenarios/outbox_world/outbox_client.hpp"
#include "scenarios/queue_world/queue_client.hpp"
#include "scenarios/work_world/work_clients.hpp"

namespace lockstep::scenarios {

std::unique_ptr<sim::Incarnation> make_client(sim::NodeRun& run, ClientJob& job) {
  const WorkloadSettings& workload = job.plan->config.workload;
  switch (workload.kind) {
    case WorkloadKind::lock:
      if (workload.interface == Interface::plugin) return std::make_unique<PluginClient>(run, job);
      return std::make_unique<LockClient>(run, job);
    case WorkloadKind::outbox: return std::make_unique<OutboxClient>(run, job);
    case WorkloadKind::pipeline: return std::make_unique<PipelineClient>(run, job);
    case WorkloadKind::queue: return std::make_unique<QueueClient>(run, job);
    case WorkloadKind::scheduler: return std::make_unique<SchedulerClient>(run, job);
    case WorkloadKind::task: return std::make_unique<TaskClient>(run, job);
  }
  ASSERT(false);
}

}  // namespace lockstep::scenarios
