#include "reports/junit.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "reports/sample_results.hpp"

namespace lockstep::reports {
namespace {

using namespace samples;

TEST(JunitReport, is_xml_with_a_case_per_scenario_and_one_for_the_campaign) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(everything()).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_EQ(std::string(suite.attribute("tests").value()), "6");
  EXPECT_EQ(std::string(suite.attribute("failures").value()), "3");
  EXPECT_EQ(std::string(suite.attribute("errors").value()), "1");
  EXPECT_EQ(std::string(suite.attribute("time").value()), "30.250");
  const pugi::xml_node good = suite.find_child_by_attribute("name", "redis_clock_jump");
  EXPECT_FALSE(good.child("failure") || good.child("error"));
  const pugi::xml_node broken = suite.find_child_by_attribute("name", "broken");
  EXPECT_EQ(std::string(broken.child("failure").attribute("type").value()), "failed");
  EXPECT_TRUE(std::string(broken.child("system-out").text().get())
                  .starts_with("my <broken> & \"odd\".json\nseeds: 1\ncoverage: "));
  const std::string body = broken.child("failure").text().get();
  EXPECT_NE(body.find("lockstep replay out/x/5/failure.json\n"), std::string::npos);
  EXPECT_NE(body.find("Two leases of k were held at once."), std::string::npos);
  EXPECT_TRUE(suite.find_child_by_attribute("name", "vacuous").child("error"));
  EXPECT_TRUE(suite.find_child_by_attribute("name", "flipping").child("failure"));
  EXPECT_TRUE(suite.find_child_by_attribute("name", "campaign").child("failure"));
}

TEST(JunitReport, stays_xml_when_a_reason_holds_control_characters) {
  Results results;
  results.scenarios = {broken()};
  results.scenarios[0].reasons = {std::string("a\0b\x1b[31m", 8)};
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(results).c_str()));
  const pugi::xml_node problem =
      document.child("testsuites").child("testsuite").child("testcase").child("failure");
  EXPECT_EQ(std::string(problem.attribute("message").value()),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd[31m");
}

}  // namespace
}  // namespace lockstep::reports
