// What one run comes to, in the small form that campaigns add up and reports print.
//
// Not here: what a scenario expects of it (expectation.hpp).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "checkers/verdict.hpp"
#include "faults/kind.hpp"
#include "faults/nemesis.hpp"
#include "impl/base/result.hpp"
#include "reports/results.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

/// A failing seed with all that its run folder will hold.
struct KeptRun {
  scenarios::Failure failure;
  RunTexts texts;
  std::vector<reports::Violation> violations;
};

struct SeedOutcome {
  reports::SeedResult result;
  std::vector<std::string> warnings;  ///< ids, sorted, each once
  checkers::Exercised exercised;
  scenarios::Reached reached;
  std::array<faults::Tally, faults::kind_count> faults{};
  std::vector<checkers::Distribution> measurements;
  std::optional<reports::Divergence> divergence;
  std::optional<KeptRun> kept;
  Nanos busy{};                ///< wall time to make its plan and run it once
  std::optional<Error> error;  ///< of the runner: nothing else is filled in
  std::string internal_error;  ///< an exception escaped: nothing else is filled in
};

/// Verdict, ids, counters and hash of a run of a plan with `config`. `require`: the scenario's.
[[nodiscard]] SeedOutcome summarise(const scenarios::RunResult& run,
                                    const scenarios::PlanConfig& config,
                                    const std::vector<std::string>& require);

}  // namespace lockstep::campaign
