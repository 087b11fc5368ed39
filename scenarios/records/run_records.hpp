// Runs as reports tell them: what a failure file knows of its run, beside the history.
#pragma once

#include <string>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"
#include "reports/timeline/run_record.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/run.hpp"

namespace lockstep::scenarios {

/// Of a history that somebody else judged. `file`: how its page calls it.
[[nodiscard]] reports::RunRecord record_of(const std::string& file, checkers::History history,
                                           checkers::Judgement judgement);

/// The same with all that `failure` says of its run: plan, faults in words, clocks, what was
/// expected, and what the world found. `file`: of the failure.
[[nodiscard]] reports::RunRecord record_of(const Failure& failure, const std::string& file,
                                           checkers::History history,
                                           checkers::Judgement judgement);

/// A failure that was shrunk, for the page of the run that it came from.
[[nodiscard]] reports::ShrunkRun shrunk_run(const Failure& shrunk, const std::string& file);

}  // namespace lockstep::scenarios
