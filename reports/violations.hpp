// Violations of checkers turned into words while their history is at hand.
#pragma once

#include <span>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"
#include "checkers/verdict.hpp"
#include "reports/results.hpp"

namespace lockstep::reports {

/// Black-box invalid and oracle valid: one of the two judges is wrong. Never expected.
inline constexpr std::string_view disagreement_id = "checker/disagreement";

/// Every violation once, whoever found it: of the world itself, then black-box, then what the
/// oracle alone found, then their disagreement. At most violations_max, and each id before any id
/// comes a second time.
[[nodiscard]] std::vector<Violation> violations_in_words(
    const checkers::History& history, const checkers::Judgement& judgement,
    std::span<const checkers::Violation> of_world = {});

}  // namespace lockstep::reports
