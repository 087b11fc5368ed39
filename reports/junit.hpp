// Results as JUnit XML, for CI systems that show tests: a suite per campaign, a case per scenario.
// What is not as expected is a failure with its reasons, replay lines and first witness; what could
// not be judged is an error, never a success.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// UTF-8 XML. Characters that XML 1.0 cannot hold become U+FFFD.
[[nodiscard]] std::string to_junit(const Results& results);

}  // namespace lockstep::reports
