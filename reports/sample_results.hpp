// Results made up for tests of the renderers: one scenario of each standing.
#pragma once

#include "reports/results.hpp"

namespace lockstep::reports::samples {

using checkers::Verdict;

[[nodiscard]] Violation double_grant();
[[nodiscard]] SeedResult seed_result(std::uint64_t seed, Verdict verdict);
[[nodiscard]] Failure failure(std::uint64_t seed, bool as_expected);
[[nodiscard]] ScenarioResult paused();      ///< valid, as expected, with every kind of count
[[nodiscard]] ScenarioResult clock_jump();  ///< a known weakness, found
[[nodiscard]] ScenarioResult broken();      ///< failed; its file name needs escaping
[[nodiscard]] ScenarioResult flipping();    ///< diverged
[[nodiscard]] ScenarioResult vacuous();     ///< unknown
[[nodiscard]] Results everything();         ///< all of them, and a problem of the campaign

}  // namespace lockstep::reports::samples
