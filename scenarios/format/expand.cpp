// What a seed makes of a scenario: expand() of plan.hpp. Every draw of a plan but those of faults
// is here, each keyed by what it is for.
#include <algorithm>
#include <string>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"
#include "impl/base/hash.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/rounds.hpp"
#include "scenarios/format/scenario_check.hpp"

namespace lockstep::scenarios {

namespace {

// What a draw of an operation or a clock is for. Part of every recorded seed: append, never
// renumber.
enum class OperationField : std::uint64_t { key = 0, hold = 1, think = 2 };
enum class ClockField : std::uint64_t { skew = 0, drift = 1 };

constexpr std::uint64_t drawn_strategies = 4;  // all but Strategy::drawn

std::uint64_t config_bits(Seed seed, std::string_view path) {
  return draw(seed, DrawStream::config, digest(path));
}

Nanos config_draw(Seed seed, std::string_view path, DurationRange range) {
  return between(config_bits(seed, path), range.low, range.high);
}

DrawnNetwork drawn_network(Seed seed, const NetworkSettings& network) {
  return {.latency = config_draw(seed, "network.latency", network.latency),
          .jitter = config_draw(seed, "network.jitter", network.jitter),
          .bandwidth_bytes_per_s = network.bandwidth_bytes_per_s};
}

Strategy drawn_strategy(Seed seed, Strategy strategy) {
  if (strategy != Strategy::drawn) return strategy;
  return static_cast<Strategy>(1 + below(config_bits(seed, "strategy"), drawn_strategies));
}

NodeClock drawn_clock(Seed seed, std::string node, const ClockSettings& clock) {
  const std::uint64_t key = digest(node);
  const auto bits = [seed, key](ClockField field) {
    return draw(seed, DrawStream::clock, key, static_cast<std::uint64_t>(field));
  };
  return {.node = std::move(node),
          .skew = between(bits(ClockField::skew), clock.skew.low, clock.skew.high),
          .drift_ppm = between(bits(ClockField::drift), clock.drift_ppm.low, clock.drift_ppm.high)};
}

std::vector<NodeClock> drawn_clocks(Seed seed, const Scenario& scenario) {
  const Clocks& clocks = scenario.clocks;
  const std::pair<std::string_view, ClockSettings> roles[] = {
      {"client", clocks.all},
      {"redis", clocks.redis.value_or(clocks.all)},
      {"sink", clocks.sink.value_or(clocks.all)}};
  std::vector<NodeClock> drawn;
  for (const auto& [role, clock] : roles) {
    for (std::int64_t i = 0; i < count_of(scenario, role); ++i) {
      drawn.push_back(drawn_clock(seed, std::string(role) + "/" + std::to_string(i), clock));
    }
  }
  return drawn;
}

/// Every seed of a sweep is the same run, which dies elsewhere.
Seed seed_of_run(const Scenario& scenario, Seed seed) {
  return scenario.sweep.calls > 0 ? sweep_seed : seed;
}

CrashPoint crash_point_of(const Scenario& scenario, Seed seed) {
  if (scenario.sweep.calls == 0) return {};
  // Far apart from seed to seed, so that few seeds are spread over the whole run already.
  constexpr std::uint64_t stride = 617;
  const auto calls = static_cast<std::uint64_t>(scenario.sweep.calls);
  const std::uint64_t n = seed.value / 3 % calls;
  const std::uint64_t call = calls % stride == 0 ? n : n * stride % calls;  // 617 is a prime
  return {.call = static_cast<std::int64_t>(call) + 1,
          .keeps = static_cast<CrashKeeps>(seed.value % 3)};
}

PlanConfig drawn_config(const Scenario& scenario, Seed seed) {
  return {.seed = seed,
          .implementation = scenario.implementation,
          .duration = scenario.duration,
          .liveness = liveness_of(scenario),
          .workload = scenario.workload,
          .lock = scenario.lock,
          .queue = scenario.queue,
          .topology = scenario.topology,
          .network = drawn_network(seed, scenario.network),
          .strategy = drawn_strategy(seed, scenario.strategy),
          .clocks = drawn_clocks(seed, scenario)};
}

Operation drawn_operation(Seed seed, const WorkloadSettings& workload, std::uint32_t client,
                          std::uint32_t n) {
  const auto bits = [seed, client, n](OperationField field) {
    return draw(seed, DrawStream::workload, client, n, static_cast<std::uint64_t>(field));
  };
  Operation operation{.client = client, .n = n};
  const auto keys = static_cast<std::uint64_t>(workload.keys);
  operation.key = static_cast<std::uint32_t>(below(bits(OperationField::key), keys));
  operation.hold = between(bits(OperationField::hold), workload.hold.low, workload.hold.high);
  operation.think = between(bits(OperationField::think), workload.think.low, workload.think.high);
  return operation;
}

std::vector<Operation> drawn_operations(const Scenario& scenario, Seed seed) {
  const WorkloadSettings& workload = scenario.workload;
  const Nanos span = rounds_span(scenario);
  // Reached by seeds that draw far below the average only; check() keeps averages below the half.
  const auto rounds_max = operations_max / static_cast<std::size_t>(workload.clients);
  std::vector<Operation> operations;
  if (!has_operations(workload.kind)) return operations;
  for (std::uint32_t client = 0; client < workload.clients; ++client) {
    Nanos used{};
    for (std::uint32_t n = 0; used < span && n < rounds_max; ++n) {
      operations.push_back(drawn_operation(seed, workload, client, n));
      used += operations.back().hold + operations.back().think;
    }
  }
  return operations;
}

}  // namespace

Plan expand(const Scenario& scenario, Seed seed) {
  ASSERT(!check(scenario).has_value());
  const faults::PlanLimits limits{.until = scenario.duration, .swarm = scenario.swarm};
  const Seed run = seed_of_run(scenario, seed);
  Plan plan{.config = drawn_config(scenario, run),
            .operations = drawn_operations(scenario, run),
            .faults = faults::plan_faults(run, scenario.faults, limits)};
  plan.config.seed = seed;
  plan.config.crash_point = crash_point_of(scenario, seed);
  return plan;
}

}  // namespace lockstep::scenarios
