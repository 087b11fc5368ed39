// Results as JUnit XML, for CI systems that show tests: a suite per campaign, a case per scenario.
// What is not as expected is a failure with its reasons, replay lines and first witness; what could
// not be judged is an error, never a success.
#pragma once

#include <string>

#include "reports/results.hpp"

namespace lockstep::reports {

/// UTF-8 XML, valid by jenkins-junit.xsd, the schema of Jenkins's junit reader (the other common
/// servers read a superset). What XML 1.0 cannot hold becomes U+FFFD.
[[nodiscard]] std::string to_junit(const Results& results);

}  // namespace lockstep::reports
