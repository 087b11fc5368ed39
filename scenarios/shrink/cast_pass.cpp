// The pass over who takes part, and what the workload does besides its operations.
#include <utility>

#include "scenarios/shrink/edits.hpp"
#include "scenarios/shrink/passes.hpp"

namespace lockstep::shrink {

namespace {

using scenarios::Plan;
using scenarios::WorkloadSettings;

void drop_clients(Search& search) {
  // From the last: those before it keep their names.
  for (auto client = static_cast<std::uint32_t>(search.best().config.workload.clients);
       client-- > 0 && search.best().config.workload.clients > 1;) {
    search.attempt(without_client(search.best(), client));
  }
}

void drop_servers(Search& search) {
  const bool several = search.best().config.lock.backend == scenarios::Backend::redlock;
  const std::int64_t least = several ? 3 : 1;  // a quorum of an odd number
  for (std::int64_t count = search.best().config.topology.redis.nodes; count - 2 >= least;) {
    count -= 2;
    if (!search.attempt(with_servers(search.best(), count))) return;
  }
}

/// Whether a file could hold what stands in `config`: fields that a workload has not are not
/// written, and must not be changed.
bool is_writable(const scenarios::PlanConfig& config) {
  const Plan bare{.config = config, .operations = {}, .faults = {}};
  const auto read = scenarios::parse_plan(scenarios::write_plan(bare), "plan");
  return read.has_value() && *read == bare;
}

template <class Change>
bool change(Search& search, Change apply) {
  Plan candidate = search.best();
  apply(candidate.config);
  if (candidate.config == search.best().config || !is_writable(candidate.config)) return false;
  return search.attempt(std::move(candidate));
}

/// Sets one number of the workload to the least value that still fails: the least at once, or
/// half-way ever nearer.
void lower(Search& search, std::int64_t WorkloadSettings::* field, std::int64_t least) {
  while (search.best().config.workload.*field > least) {
    const std::int64_t now = search.best().config.workload.*field;
    bool is_lower = false;
    for (std::int64_t value = least; value < now && !is_lower; value += (now - value + 1) / 2) {
      is_lower = change(search, [field, value](scenarios::PlanConfig& config) {
        config.workload.*field = value;
      });
    }
    if (!is_lower) return;
  }
}

}  // namespace

void shrink_cast(Search& search) {
  search.set_pass("clients and nodes");
  drop_clients(search);
  drop_servers(search);
  change(search, [](scenarios::PlanConfig& config) { config.topology.redis.replica = false; });
  change(search, [](scenarios::PlanConfig& config) { config.workload.rotate = {}; });
  change(search, [](scenarios::PlanConfig& config) { config.workload.payload = {}; });
  search.attempt(with_used_keys(search.best()));
  for (const auto field : {&WorkloadSettings::nack_percent, &WorkloadSettings::delay_percent,
                           &WorkloadSettings::stall_percent, &WorkloadSettings::extend_percent,
                           &WorkloadSettings::rollback_percent, &WorkloadSettings::late_percent,
                           &WorkloadSettings::poison_percent, &WorkloadSettings::inboxes}) {
    lower(search, field, 0);
  }
  lower(search, &WorkloadSettings::consumers, search.best().config.workload.consumers > 0 ? 1 : 0);
  if (search.best().operations.empty()) lower(search, &WorkloadSettings::keys, 1);
}

}  // namespace lockstep::shrink
