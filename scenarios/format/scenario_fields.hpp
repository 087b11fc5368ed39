// The descriptions of what scenarios, plans and failures share, and the checks that need more than
// one field. Internal to scenarios/format.
#pragma once

#include "scenarios/format/fields.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

void workload_fields(Fields& fields, WorkloadSettings& workload);
void lock_fields(Fields& fields, LockSettings& lock);
void queue_fields(Fields& fields, QueueSettings& queue);
void topology_fields(Fields& fields, Topology& topology);
void clocks_fields(Fields& fields, Clocks& clocks);
void network_fields(Fields& fields, NetworkSettings& network);
void expectation_fields(Fields& fields, Expectation& expect);
void entry_fields(Fields& fields, faults::FaultEntry& entry);
void scenario_fields(Fields& fields, Scenario& scenario);
/// "schema": must be there and be schema_version.
void schema_field(Fields& fields);
/// Of a scenario (without `drawn`: of a plan).
void strategy_field(Fields& fields, Strategy& strategy, bool drawn);

/// Whether `selector` aims at nodes that this topology has: roles that are there, numbers below
/// their count. Labels and "any" always do.
[[nodiscard]] bool aims_at_something(const WorkloadSettings& workload, const Topology& topology,
                                     std::string_view selector);
[[nodiscard]] std::int64_t count_of(const WorkloadSettings& workload, const Topology& topology,
                                    std::string_view role);

inline constexpr DurationBounds any_duration{};
inline constexpr IntegerBounds drift_bounds{-100'000, 100'000};  // 10 %: far beyond any real clock

/// Text rules.
[[nodiscard]] TextRule name_rule();            ///< [a-z0-9_]+
[[nodiscard]] TextRule sentence_rule();        ///< anything printable, up to 1,000 bytes
[[nodiscard]] TextRule implementation_rule();  ///< "reference", "zoo/plain_delete"
[[nodiscard]] TextRule anomaly_rule();         ///< "lock/double-grant"
[[nodiscard]] TextRule selector_rule();        ///< what may stand as a target
[[nodiscard]] TextRule require_rule();         ///< "takeover", "fault:clock-step"

}  // namespace lockstep::scenarios
