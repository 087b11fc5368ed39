#include "scenarios/format/plan_fields.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>

#include "faults/kind.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

using faults::KindSpec;
using faults::ParameterSpec;
using faults::PlannedFault;
using faults::Unit;

constexpr std::size_t nodes_max = 1100;  // clients, redis with replicas, sink at their bounds

void drawn_network_fields(Fields& fields, DrawnNetwork& network) {
  constexpr DurationBounds delay{Nanos(0), std::chrono::minutes(1)};
  fields.must({"latency", "jitter", "bandwidth_bytes_per_s"});
  fields.duration("latency", network.latency, delay);
  fields.duration("jitter", network.jitter, delay);
  fields.integer("bandwidth_bytes_per_s", network.bandwidth_bytes_per_s, {1000, 1'000'000'000'000});
}

void node_clock_fields(Fields& fields, NodeClock& clock) {
  fields.must({"node", "skew", "drift_ppm"});
  fields.text("node", clock.node, selector_rule());
  fields.duration("skew", clock.skew, {-std::chrono::hours(24), std::chrono::hours(24)});
  fields.integer("drift_ppm", clock.drift_ppm, drift_bounds);
}

void operation_fields(Fields& fields, Operation& operation) {
  fields.must({"client", "n", "key", "hold", "think"});
  fields.small("client", operation.client, {0, UINT32_MAX});
  fields.small("n", operation.n, {0, UINT32_MAX});
  fields.small("key", operation.key, {0, UINT32_MAX});
  fields.duration("hold", operation.hold, any_duration);
  fields.duration("think", operation.think, any_duration);
}

void parameter_field(Fields& fields, const ParameterSpec& spec, std::int64_t& value) {
  if (spec.unit == Unit::choice) return fields.choice(spec.name, value, spec.choices);
  if (spec.unit != Unit::nanoseconds) {
    return fields.integer(spec.name, value, {spec.least, spec.most});
  }
  Nanos duration(value);
  fields.duration(spec.name, duration, {Nanos(spec.least), Nanos(spec.most)});
  value = duration.count();
}

void parameter_fields(Fields& fields, PlannedFault& fault) {
  const std::span<const ParameterSpec> specs = faults::spec_of(fault.kind).parameters;
  fault.parameters.resize(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    fields.must({specs[i].name});
    parameter_field(fields, specs[i], fault.parameters[i]);
  }
}

void fault_fields(Fields& fields, PlannedFault& fault) {
  static const auto names = [] {
    std::array<std::string_view, faults::kind_count> all;
    std::ranges::transform(faults::kinds(), all.begin(), &KindSpec::name);
    return all;
  }();
  fields.must({"id", "entry", "firing", "kind", "at", "for", "target", "peer", "pick"});
  fields.small("id", fault.id.value, {0, UINT32_MAX});
  fields.small("entry", fault.entry, {0, UINT32_MAX});
  fields.small("firing", fault.firing, {0, UINT32_MAX});
  fields.choice("kind", fault.kind, names);
  fields.duration("at", fault.at, any_duration);
  fields.duration("for", fault.lasts, any_duration);
  fields.text("target", fault.target, selector_rule());
  fields.text("peer", fault.peer, selector_rule());
  fields.small("pick", fault.pick, {0, UINT32_MAX});
  fields.must({"parameters"});
  fields.object("parameters", [&fault](Fields& inner) { parameter_fields(inner, fault); });
  if (!fields.reading() || !fields.good()) return;
  const std::string why = faults::why_invalid(fault);
  if (!why.empty()) fields.refuse({}, why, "a fault as a plan has it");
}

void crash_point_fields(Fields& fields, CrashPoint& point) {
  constexpr std::array<std::string_view, 3> keeps{{"drawn", "torn", "nothing"}};
  fields.must({"call", "keeps"});
  fields.integer("call", point.call, {0, INT64_MAX});
  fields.choice("keeps", point.keeps, keeps);
}

void config_fields(Fields& fields, PlanConfig& config) {
  fields.must({"seed", "implementation", "duration", "liveness", "workload", "lock", "topology",
               "network", "strategy", "clocks"});
  fields.unsigned_integer("seed", config.seed.value);
  fields.text("implementation", config.implementation, implementation_rule());
  fields.duration("duration", config.duration, {milliseconds(1), std::chrono::hours(24)});
  fields.duration("liveness", config.liveness, any_duration);
  fields.object("workload", [&](Fields& inner) { workload_fields(inner, config.workload); });
  fields.object("lock", [&](Fields& inner) { lock_fields(inner, config.lock); });
  if (has_queues(config.workload.kind)) {
    fields.must({"queue", "crash_point"});
    fields.object("queue", [&](Fields& inner) { queue_fields(inner, config.queue); });
    fields.object("crash_point",
                  [&](Fields& inner) { crash_point_fields(inner, config.crash_point); });
  }
  fields.object("topology", [&](Fields& inner) { topology_fields(inner, config.topology); });
  fields.object("network", [&](Fields& inner) { drawn_network_fields(inner, config.network); });
  strategy_field(fields, config.strategy, false);
  fields.list("clocks", config.clocks, nodes_max, node_clock_fields);
}

// Every node exactly once, in the order that expand() gives.
void check_clocks(Fields& fields, const PlanConfig& config) {
  std::vector<std::string> nodes;
  for (const std::string_view role : {"client", "redis", "sink"}) {
    const std::int64_t count = count_of(config.workload, config.topology, role);
    for (std::int64_t i = 0; i < count; ++i) {
      nodes.push_back(std::string(role) + "/" + std::to_string(i));
    }
  }
  if (std::ranges::equal(nodes, config.clocks, {}, {}, &NodeClock::node)) return;
  fields.refuse("config", "clocks that are not those of the nodes",
                "clocks of " + nodes.front() + " to " + nodes.back() + ", each once, in order");
}

void check_operations(Fields& fields, const Plan& plan) {
  const WorkloadSettings& workload = plan.config.workload;
  const Operation* before = nullptr;
  for (const Operation& operation : plan.operations) {
    const std::string name = "operation " + std::to_string(operation.n) + " of client " +
                             std::to_string(operation.client);
    if (operation.client >= workload.clients || operation.key >= workload.keys) {
      return fields.refuse("operations", name + " on key " + std::to_string(operation.key),
                           "clients and keys that config.workload has");
    }
    const auto place = [](const Operation& o) { return std::tuple(o.client, o.n); };
    if (before != nullptr && place(*before) >= place(operation)) {
      return fields.refuse("operations", name + " out of order", "order by client and n");
    }
    before = &operation;
  }
}

void check_faults(Fields& fields, const Plan& plan) {
  std::set<FaultId> seen;
  for (const PlannedFault& fault : plan.faults) {
    const std::string name = "fault " + std::to_string(fault.id.value);
    if (!seen.insert(fault.id).second) {
      return fields.refuse("faults", name + " twice", "ids of their own");
    }
    for (const std::string& selector : {fault.target, fault.peer}) {
      if (aims_at_something(plan.config.workload, plan.config.topology, selector)) continue;
      return fields.refuse("faults", name + " at '" + selector + "'", "nodes that the plan has");
    }
  }
}

}  // namespace

void plan_fields(Fields& fields, Plan& plan) {
  fields.must({"config", "operations", "faults"});
  fields.object("config", [&plan](Fields& inner) { config_fields(inner, plan.config); });
  fields.list("operations", plan.operations, operations_max, operation_fields);
  fields.list("faults", plan.faults, faults::faults_max, fault_fields);
  if (fields.reading() && fields.good()) check_clocks(fields, plan.config);
  if (fields.reading() && fields.good()) check_operations(fields, plan);
  if (fields.reading() && fields.good()) check_faults(fields, plan);
}

}  // namespace lockstep::scenarios
