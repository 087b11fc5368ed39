#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/format/failure.hpp"
#include "scenarios/format/files.hpp"
#include "scenarios/format/samples.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::scenarios {
namespace {

Plan plan_of(std::uint64_t seed) {
  const std::vector<std::string> sets{
      "duration=10s", "workload.keys=1",
      R"(faults=[{"kind":"latency","every":"1s..2s","for":"1s","peer":"redis"},
                 {"kind":"partition","every":"2s","for":"1s"},
                 {"kind":"clock-step","at":"3s","by":"-5s..5s"}])"};
  return expand(parse_scenario(sample_text(), "sample.json", sets).value(), Seed{seed});
}

Failure sample() {
  return {.scenario = "redis_lock_holder_paused",
          .plan = plan_of(UINT64_MAX),
          .expect = {.verdict = ExpectedVerdict::invalid,
                     .anomalies = {"lock/double-grant"},
                     .allowed = {"lock/stuck"},
                     .within_seeds = 200},
          .require = {"grant"},
          .commit = "0123abc-dirty",
          .compiler = "clang 19.1.7 \"release\"",
          .verdict = "invalid",
          .anomalies = {"lock/double-grant"},
          .findings = {{"lock/double-grant", "Client 1 and client 2 both held key-0.", {3, 7}}},
          .about = {},
          .story = {},
          .trace_hash = "00112233445566778899aabbccddeeff",
          .path = {0, 1, 0xabcd, 0xffff, 0x1000}};
}

std::string message(const std::string& text) {
  const auto failure = parse_failure(text, "failure.json");
  if (failure) return "accepted";
  EXPECT_EQ(exit_code_of(failure.error()), 65);
  return to_text(failure.error());
}

TEST(PlanFile, a_plan_survives_writing_and_reading) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Plan plan = plan_of(seed);
    const auto back = parse_plan(write_plan(plan), "plan.json");
    ASSERT_TRUE(back) << to_text(back.error());
    EXPECT_EQ(*back, plan);
  }
}

TEST(FailureFile, of_a_run_that_stopped_says_so_and_silence_means_a_whole_run) {
  Failure failure = sample();
  EXPECT_EQ(write_failure(failure).find("\"whole\""), std::string::npos);
  EXPECT_TRUE(parse_failure(write_failure(failure), "f").value().whole);
  failure.whole = false;
  EXPECT_FALSE(parse_failure(write_failure(failure), "f").value().whole);
}

TEST(PlanFile, plans_that_contradict_themselves_are_refused) {
  const auto refusal = [](auto change) {
    Plan plan = plan_of(1);
    change(plan);
    const auto back = parse_plan(write_plan(plan), "p");
    return back ? "accepted" : to_text(back.error());
  };
  EXPECT_EQ(refusal([](Plan&) {}), "accepted");
  EXPECT_EQ(refusal([](Plan& p) { p.operations.erase(p.operations.begin() + 3); }), "accepted");
  EXPECT_EQ(refusal([](Plan& p) { p.faults.erase(p.faults.begin()); }), "accepted");
  EXPECT_EQ(
      refusal([](Plan& p) { p.operations[0].key = 1; }),
      "p: /operations: found operation 0 of client 0 on key 1; expected clients and keys that "
      "config.workload has");
  EXPECT_EQ(refusal([](Plan& p) { p.operations[1].n = 0; }),
            "p: /operations: found operation 0 of client 0 out of order; expected order by client "
            "and n");
  EXPECT_EQ(refusal([](Plan& p) { p.faults[1].id = p.faults[0].id; }),
            "p: /faults: found fault 0 twice; expected ids of their own");
  EXPECT_EQ(refusal([](Plan& p) { p.faults[0].target = "client/5"; }),
            "p: /faults: found fault 0 at 'client/5'; expected nodes that the plan has");
  EXPECT_EQ(refusal([](Plan& p) { p.config.clocks.pop_back(); }),
            "p: /config: found clocks that are not those of the nodes; expected clocks of client/0 "
            "to sink/0, each once, in order");
  EXPECT_EQ(
      refusal([](Plan& p) { p.faults.back().id.value = 10'000; }).substr(0, 35),
      "p: /faults/" + std::to_string(plan_of(1).faults.size() - 1) + ": found id is not belo");
}

TEST(FailureFile, survives_writing_and_reading) {
  const Failure failure = sample();
  const auto back = parse_failure(write_failure(failure), "failure.json");
  ASSERT_TRUE(back) << to_text(back.error());
  EXPECT_EQ(*back, failure);
}

TEST(FailureFile, says_what_it_is_about_where_somebody_told_it) {
  Failure failure = sample();
  EXPECT_EQ(write_failure(failure).find("\"about\""), std::string::npos);
  failure.about = "A redriven letter was \"lost\".";
  failure.story = {"1. a crash", "2. a letter is gone"};
  const std::string text = write_failure(failure);
  const auto back = parse_failure(text, "failure.json");
  ASSERT_TRUE(back) << to_text(back.error());
  EXPECT_EQ(*back, failure);
  const std::string sentence = R"("A redriven letter was \"lost\".")";
  EXPECT_EQ(message(replaced(text, sentence, "5")),
            "failure.json: /about: found the number 5; expected a string");
}

TEST(FailureFile, repeats_its_seed_at_the_top_and_notices_a_contradiction) {
  const std::string text = write_failure(sample());
  EXPECT_EQ(text.find("\"seed\": 18446744073709551615"), text.find("\"seed\""));
  EXPECT_EQ(message(replaced(text, "\"seed\": 18446744073709551615", "\"seed\": 4")),
            "failure.json: /seed: found the number 4; expected that of the plan, "
            "18446744073709551615");
}

TEST(FailureFile, mistakes_are_named_with_their_place) {
  const std::string text = write_failure(sample());
  EXPECT_EQ(message(replaced(text, "\"path\": \"0000", "\"path\": \"000")).substr(0, 20),
            "failure.json: /path:");
  EXPECT_EQ(message(replaced(text, "\"trace_hash\": \"0", "\"trace_hash\": \"")),
            "failure.json: /trace_hash: found the string \"0112233445566778899aabbccddeeff\"; "
            "expected 32 lower-case hex digits");
  EXPECT_EQ(message(replaced(text, "\"verdict\": \"invalid\"", "\"verdict\": \"bad\"")),
            "failure.json: /verdict: found the string \"bad\"; expected one of valid, invalid, "
            "unknown");
  EXPECT_EQ(message(replaced(text, "\"plan\"", "\"plans\"")),
            "failure.json: found no field 'plan'; expected 'plan' to be given");
  EXPECT_EQ(message(replaced(text, "\"pick\"", "\"pik\"")),
            "failure.json: /plan/faults/0: found no field 'pick'; expected 'pick' to be given");
  EXPECT_EQ(message("{}"), "failure.json: found no field 'schema'; expected 'schema' to be given");
}

TEST(FailureFile, cut_off_anywhere_it_is_refused_with_a_line) {
  const std::string text = write_failure(sample());
  for (std::size_t size = 0; size + 2 < text.size(); size += 61) {
    const auto failure = parse_failure(text.substr(0, size), "failure.json");
    ASSERT_FALSE(failure) << size;
    EXPECT_GT(failure.error().line, 0U);
    EXPECT_EQ(exit_code_of(failure.error()), 65);
  }
}

TEST(FailureFile, is_loaded_from_disk_or_missing) {
  const std::string file = testing::TempDir() + "/lockstep_failure_test/failure.json";
  ASSERT_TRUE(write_file(file, write_failure(sample())));
  EXPECT_EQ(load_failure(file).value(), sample());
  EXPECT_EQ(exit_code_of(load_failure(file + ".gone").error()), 66);
}

}  // namespace
}  // namespace lockstep::scenarios
