// What of a plan can happen live, and what of it cannot, by name and with the reason.
#pragma once

#include <string>
#include <vector>

#include "checkers/history.hpp"
#include "faults/plan.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios::live {

/// Clients of a live run: each is a process, with a proxy to each server.
inline constexpr std::int64_t clients_max = 50;

/// Whose servers a run uses.
enum class Servers : std::uint8_t {
  own,      ///< started for it, to be killed, paused and given other clocks
  foreign,  ///< somebody's: only clients and links may be harmed
};

/// Why it cannot run, a line each: "clock-step: ..."; empty: it can. `faults`: kind, target and
/// peer matter.
[[nodiscard]] std::vector<std::string> why_not_live(const PlanConfig& config,
                                                    const std::vector<faults::PlannedFault>& faults,
                                                    Servers servers);

/// The faults that entries of a scenario may become, for why_not_live().
[[nodiscard]] std::vector<faults::PlannedFault> possible_faults(
    const std::vector<faults::FaultEntry>& entries);

/// The plan with the slack that processes need which share a machine: the liveness phase is longer.
[[nodiscard]] Plan with_live_slack(Plan plan);

/// As params_of(), for a run of such a plan: what the checkers may expect of processes that share a
/// machine. `host_moved`: how far the host's wall clock moved against its monotonic clock.
[[nodiscard]] checkers::Params live_params_of(const Plan& plan, Nanos host_moved);

}  // namespace lockstep::scenarios::live
