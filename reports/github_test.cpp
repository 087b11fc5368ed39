#include "reports/github.hpp"

#include <gtest/gtest.h>

#include "reports/sample_results.hpp"

namespace lockstep::reports {
namespace {

using namespace samples;

TEST(GithubReport, is_an_annotation_for_each_scenario_that_is_not_as_expected) {
  EXPECT_EQ(to_github(everything()),
            R"(::error file=my <broken> & "odd".json,title=broken%3A failed::)"
            "lock/double-grant is neither expected nor allowed; first at seed 5%0A"
            "lockstep replay out/x/5/failure.json\n"
            "::error file=flipping.json,title=flipping%3A diverged::"
            "1 seed did not run the same way twice; first 8\n"
            "::warning file=vacuous.json,title=vacuous%3A unknown::"
            "not exercised by any seed: takeover\n"
            "::error title=campaign::fault reset fired 12 times and was never effective\n");
}

TEST(GithubReport, is_silent_when_all_is_as_expected) {
  Results results;
  results.scenarios = {paused(), clock_jump()};
  EXPECT_EQ(to_github(results), "");
}

/// Whatever a reason holds, it cannot end its command or begin another one.
TEST(GithubReport, escapes_what_would_end_a_property_or_a_line) {
  Results results;
  results.scenarios = {vacuous()};
  results.scenarios[0].file = "a,b:c%d\ne.json";
  results.scenarios[0].reasons = {"50% of\r\n::error::x, y: z\x1b"};
  EXPECT_EQ(to_github(results),
            "::warning file=a%2Cb%3Ac%25d%0Ae.json,title=vacuous%3A unknown::"
            "50%25 of%0A::error::x, y: z\xef\xbf\xbd\n");
}

}  // namespace
}  // namespace lockstep::reports
