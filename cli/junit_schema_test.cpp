// Every JUnit file that can come out is valid by the schema of Jenkins's reader, asked of xmllint.
#include <gtest/gtest.h>

#include "cli/sandbox.hpp"
#include "reports/junit.hpp"
#include "reports/sample_results.hpp"

namespace lockstep::cli {
namespace {

using reports::Results;

class JunitSchema : public testing::Test {
 protected:
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] Finished validate(const std::string& xml) const {
    box_.write("r.xml", xml);
    return box_.run(LOCKSTEP_XMLLINT, {"--noout", "--schema", LOCKSTEP_JUNIT_SCHEMA, "r.xml"});
  }
  void expect_valid(const std::string& xml) const {
    const Finished end = validate(xml);
    EXPECT_EQ(end.exit_code, 0) << end.err << xml;
  }
  Sandbox box_{fs::path(testing::TempDir()) / ("junit_schema_" + name_of_test())};
};

TEST_F(JunitSchema, accepts_results_of_every_standing) {
  expect_valid(reports::to_junit(reports::samples::everything()));
  expect_valid(reports::to_junit(Results{}));
}

TEST_F(JunitSchema, accepts_whatever_characters_names_and_witnesses_hold) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const std::string& text :
       {every_byte, std::string("\xed\xa0\x80"), std::string("\xef\xbf\xbe \xef\xbf\xbf"),
        std::string("\xf4\x90\x80\x80"), std::string("\xc0\xaf \xe2\x82"), std::string("]]>"),
        std::string("<!-- & --> \"' \r\n\t"), std::string("gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x92")}) {
    Results results = reports::samples::everything();
    results.problems = {text};
    for (reports::ScenarioResult& scenario : results.scenarios) {
      scenario.name = text;
      scenario.file = text;
      scenario.reasons = {text};
      for (reports::Failure& failure : scenario.failures) {
        failure.file = text;
        for (reports::Violation& violation : failure.violations) violation.description = text;
      }
    }
    expect_valid(reports::to_junit(results));
  }
}

TEST_F(JunitSchema, accepts_what_run_and_merge_write) {
  box_.scenario("good", "reference");
  box_.scenario("bad", "zoo/surprising");
  box_.scenario("undecided", "zoo/undecided");
  box_.scenario("stuck", "zoo/stuck");
  for (const char* index : {"1", "2"}) {
    static_cast<void>(box_.run(
        LOCKSTEP_SCRIPTED,
        {"run", "good.json", "bad.json", "undecided.json", "stuck.json", "--shard",
         std::string(index) + "/2", "--json", std::string(index) + ".json", "--junit", "run.xml"}));
    expect_valid(box_.read("run.xml"));
  }
  static_cast<void>(
      box_.run(LOCKSTEP_SCRIPTED, {"merge", "1.json", "2.json", "--junit", "merged.xml"}));
  expect_valid(box_.read("merged.xml"));
}

/// A check that cannot fail would prove nothing.
TEST_F(JunitSchema, refuses_what_is_not_junit) {
  EXPECT_NE(validate("<testsuites><testsuite/></testsuites>").exit_code, 0);
  EXPECT_NE(validate("<testsuites><testsuite name='a' tests='1'><testcase name='b' file='c'/>"
                     "</testsuite></testsuites>")
                .exit_code,
            0);
}

}  // namespace
}  // namespace lockstep::cli
