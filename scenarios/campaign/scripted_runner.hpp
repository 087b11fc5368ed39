// A runner without a world, for tests of everything around runs: what a plan shows is scripted by
// the implementation that its scenario names.
//
// Not here: anything about locks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/format/scenario_file.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

/// By plan.config.implementation:
///   reference        valid; exercises grant, and takeover in every second seed
///   zoo/broken       lock/double-grant in every tenth seed from 3 on, witnessed by two events
///   zoo/surprising   the same, and fence/token-reused in seed 207
///   zoo/undecided    unknown in every fifth seed from 0 on
///   zoo/disagreeing  black-box invalid, oracle valid, in every seed
///   zoo/stuck        sim/deadlock in seed 4
///   zoo/idle_fault   valid; a pause that fires and touches nothing
///   zoo/flipping     event 7 differs in every run
///   zoo/asserting    an ASSERT fails in event 5 of seed 2
///   zoo/crashing     memory that is not there is read in event 5 of seed 2
///   zoo/throwing     throws in seed 2
/// All exercise the probe lease_acquired, and fence_refused in every 40th seed from 17 on.
/// Anything else is refused as invalid_argument. Twenty events, as functions of the seed.
[[nodiscard]] Result<scenarios::RunResult> scripted_run(const scenarios::Plan& plan,
                                                        const scenarios::RunOptions& options);

/// A scenario file for it. `expect`: the JSON of that field; `require`: of that one.
[[nodiscard]] std::string scripted_scenario(std::string_view name, std::string_view implementation,
                                            std::string_view expect = R"({"verdict": "valid"})",
                                            std::string_view require = "[]");

/// The same, loaded. Requires that it is right.
[[nodiscard]] scenarios::LoadedScenario load_scripted(
    std::string_view name, std::string_view implementation,
    std::string_view expect = R"({"verdict": "valid"})", std::string_view require = "[]");

inline constexpr std::string_view expects_double_grant =
    R"({"verdict": "invalid", "anomalies": ["lock/double-grant"], "within_seeds": 20})";

}  // namespace lockstep::campaign
