// Which client a workload asks for.
#include <utility>

#include "scenarios/lock_world/lock_client.hpp"
#include "scenarios/lock_world/plugin_client.hpp"
#include "scenarios/outbox_world/outbox_client.hpp"
#include "scenarios/queue_world/queue_client.hpp"
#include "scenarios/work_world/work_clients.hpp"

namespace lockstep::scenarios {

std::unique_ptr<Client> make_client(ClientNode node, ClientJob& job) {
  const WorkloadSettings& workload = job.plan->config.workload;
  switch (workload.kind) {
    case WorkloadKind::lock:
      if (workload.interface == Interface::plugin) {
        return std::make_unique<PluginClient>(std::move(node), job);
      }
      return std::make_unique<LockClient>(std::move(node), job);
    case WorkloadKind::outbox: return std::make_unique<OutboxClient>(std::move(node), job);
    case WorkloadKind::pipeline: return std::make_unique<PipelineClient>(std::move(node), job);
    case WorkloadKind::queue: return std::make_unique<QueueClient>(std::move(node), job);
    case WorkloadKind::scheduler: return std::make_unique<SchedulerClient>(std::move(node), job);
    case WorkloadKind::task: return std::make_unique<TaskClient>(std::move(node), job);
  }
  ASSERT(false);
}

}  // namespace lockstep::scenarios
