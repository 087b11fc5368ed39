#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/checked.hpp"
#include "reports/json.hpp"
#include "reports/sample_results.hpp"
#include "reports/text.hpp"

namespace lockstep::reports {
namespace {

using nlohmann::json;
using namespace samples;

TEST(TextReport, is_a_line_per_scenario_and_a_line_per_failure_that_can_be_pasted) {
  EXPECT_EQ(to_text(everything()),
            R"(ok        redis_lock_holder_paused  valid    500 seeds   200/s
          handover: 40 times, min 100ms, median 1s, p99 3s, max 3.101s; bound 4.7s
ok        redis_clock_jump          invalid  500 seeds  20.0/s  lock/double-grant in 37 (first 12, expected), lock/spurious-refusal in 1 (first 40, warning)
FAILED    broken                    invalid     1 seed       -  lock/double-grant in 1 (first 5)
          lock/double-grant is neither expected nor allowed; first at seed 5
DIVERGED  flipping                  valid     10 seeds       -
          1 seed did not run the same way twice; first 8
          seed 8 differs at event 4711:
            once:  timer on node 3 at 1.5s
            again: deliver on node 2 at 1.5s
UNKNOWN   vacuous                   unknown   10 seeds       -
          not exercised by any seed: takeover
          coverage: 0 probes, 0 states (0 new in the last 2 seeds)

by strategy (seeds that showed it / seeds):
                                       fifo              pct
  redis_clock_jump  lock/double-grant  30/260, first 12  7/240, first 99

replay:
  lockstep replay out/x/12/failure.json   # lock/double-grant (as expected)
  # redis_clock_jump: 36 more not kept (--keep all)
  lockstep replay out/x/5/failure.json   # lock/double-grant

first violation: broken, seed 5
lock/double-grant: Two leases of k were held at once.
  #0 ...
  #2 ...

fault reset fired 12 times and was never effective
without shard 3 of 4: nothing is known of their seeds
5 scenarios: 2 as expected, 1 failed, 1 unknown, 1 diverged; 1021 seeds in 30.25s; exit 3
)");
}

TEST(TextReport, of_clean_scenarios_is_short) {
  Results results;
  results.scenarios = {paused()};
  results.elapsed = seconds(5);
  EXPECT_EQ(to_text(results),
            "ok        redis_lock_holder_paused  valid  "
            "  500 seeds  100/s\n"
            "          handover: 40 times, min 100ms, median 1s, p99 3s, max 3.101s; bound 4.7s\n"
            "\n"
            "1 scenario: 1 as expected; 500 seeds in 5s; exit 0\n");
}

TEST(TextReport, tells_on_demand_what_was_covered) {
  Results results;
  results.scenarios = {paused()};
  EXPECT_NE(to_text(results, {.coverage = true})
                .find("\n          coverage: 1 of 1 fault kind effective, 2 probes, 2 states "
                      "(0 new in the last 125 seeds)\n"),
            std::string::npos);
}

TEST(TextReport, of_a_distribution_rounds_up_and_is_silent_without_a_sample_or_a_bound) {
  EXPECT_EQ(to_text(Distribution{"handover"}), "");
  const Nanos once(1'500);
  EXPECT_EQ(to_text(Distribution{"handover", 1, once, once, once, once, once}),
            "handover: 1 time, min 2us, median 2us, p99 2us, max 2us");
}

TEST(TextReport, of_a_distribution_beyond_its_bound_names_the_bounds_condition) {
  const Nanos long_time = seconds(9);
  EXPECT_EQ(to_text(Distribution{"handover", 1, long_time, long_time, long_time, long_time,
                                 long_time, seconds(5)}),
            "handover: 1 time, min 9s, median 9s, p99 9s, max 9s; "
            "bound 5s while a waiter reaches the store");
}

TEST(TextReport, of_a_single_seed_says_its_hash_and_what_it_did_not_exercise) {
  Results results;
  results.single_seed = true;
  results.scenarios = {paused()};
  results.scenarios[0].seed_results[0].not_exercised = {"takeover"};
  const std::string text = to_text(results);
  EXPECT_NE(text.find("trace hash 00112233445566778899aabbccddeeff\n"), std::string::npos);
  EXPECT_NE(text.find("not exercised: takeover\n"), std::string::npos);
}

TEST(TextReport, of_an_interrupted_campaign_says_so_and_what_did_not_run) {
  Results results = everything();
  results.interrupted = true;
  results.scenarios[4].seeds = 0;
  EXPECT_NE(to_text(results).find("\nNOT RUN   vacuous\n"), std::string::npos);
  EXPECT_NE(to_text(results).find("interrupted: "), std::string::npos);
}

TEST(TextReport, tells_what_a_scenario_is_about_before_what_it_merely_allows) {
  Results results;
  results.scenarios = {clock_jump()};
  results.scenarios[0].anomalies.push_back({"lock/lost-early", Weight::allowed, 1, Seed{12}});
  Violation allowed = double_grant();
  allowed.id = "lock/lost-early";
  allowed.description = "lock/lost-early: allowed\n";
  std::vector<Violation>& violations = results.scenarios[0].failures[0].violations;
  violations.insert(violations.begin(), allowed);
  EXPECT_NE(to_text(results).find("redis_clock_jump, seed 12\nlock/double-grant: "),
            std::string::npos);
}

TEST(ReplayLine, survives_a_shell) {
  EXPECT_EQ(replay_line("out/x/5/failure.json"), "lockstep replay out/x/5/failure.json");
  EXPECT_EQ(replay_line("my out/it's/failure.json"),
            "lockstep replay 'my out/it'\\''s/failure.json'");
  EXPECT_EQ(run_line("a.json", Seed{7}, {"lock.ttl=10s", "require=[]"}),
            "lockstep run a.json --seed 7 --set lock.ttl=10s --set 'require=[]'");
}

/// Every member with its type, depth first: what a reader of schema 1 may rely on.
void shape(const json& value, const std::string& path, std::map<std::string, std::string>& out) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) shape(member, path + "/" + name, out);
  } else if (value.is_array()) {
    for (const json& item : value) shape(item, path + "[]", out);
  } else {
    out[path] = value.type_name();
  }
}

using Shape = std::map<std::string, std::string>;

Shape shape_of_head() {
  return {
      {"/schema", "number"},       {"/version", "string"},
      {"/commit", "string"},       {"/compiler", "string"},
      {"/exit", "number"},         {"/interrupted", "boolean"},
      {"/single_seed", "boolean"}, {"/timing/elapsed_ns", "number"},
      {"/timing/jobs", "number"},  {"/problems[]", "string"},
  };
}

Shape shape_of_campaign() {
  const std::string c = "/campaign";
  return {
      {c + "/first_seed", "number"},
      {c + "/seeds", "number"},
      {c + "/shard/index", "number"},
      {c + "/shard/count", "number"},
      {c + "/sets[]", "string"},
      {c + "/keep_all", "boolean"},
      {c + "/check_determinism", "boolean"},
      {c + "/fail_fast", "boolean"},
      {c + "/missing_shards[]", "number"},
  };
}

Shape shape_of_failures() {
  const std::string s = "/scenarios[]";
  return {
      {s + "/anomalies[]/id", "string"},
      {s + "/anomalies[]/weight", "string"},
      {s + "/anomalies[]/seeds", "number"},
      {s + "/anomalies[]/first_seed", "number"},
      {s + "/failures_found", "number"},
      {s + "/failures[]/seed", "number"},
      {s + "/failures[]/file", "string"},
      {s + "/failures[]/replay", "string"},
      {s + "/failures[]/as_expected", "boolean"},
      {s + "/failures[]/anomalies[]", "string"},
      {s + "/failures[]/violations[]/id", "string"},
      {s + "/failures[]/violations[]/judge", "string"},
      {s + "/failures[]/violations[]/sentence", "string"},
      {s + "/failures[]/violations[]/witness[]", "string"},
      {s + "/failures[]/violations[]/keys[]", "string"},
      {s + "/failures[]/violations[]/tokens[]", "number"},
      {s + "/failures[]/violations[]/description", "string"},
      {s + "/divergences_found", "number"},
      {s + "/divergences[]/seed", "number"},
      {s + "/divergences[]/event", "number"},
      {s + "/divergences[]/first", "string"},
      {s + "/divergences[]/second", "string"},
      {s + "/strategies[]/name", "string"},
      {s + "/strategies[]/seeds", "number"},
      {s + "/strategies[]/anomalies[]/id", "string"},
      {s + "/strategies[]/anomalies[]/seeds", "number"},
      {s + "/strategies[]/anomalies[]/first_seed", "number"},
  };
}

Shape shape_of_scenarios() {
  const std::string s = "/scenarios[]";
  return {
      {s + "/name", "string"},
      {s + "/file", "string"},
      {s + "/digest", "string"},
      {s + "/expected", "string"},
      {s + "/expect/verdict", "string"},
      {s + "/expect/anomalies[]", "string"},
      {s + "/expect/allowed[]", "string"},
      {s + "/expect/within_seeds", "number"},
      {s + "/require[]", "string"},
      {s + "/verdict", "string"},
      {s + "/standing", "string"},
      {s + "/reasons[]", "string"},
      {s + "/seeds", "number"},
      {s + "/seeds_unknown", "number"},
      {s + "/first_unknown/seed", "number"},
      {s + "/first_unknown/reason", "string"},
      {s + "/events", "number"},
      {s + "/operations", "number"},
      {s + "/timing/busy_ns", "number"},
      {s + "/faults[]/kind", "string"},
      {s + "/faults[]/scheduled", "number"},
      {s + "/faults[]/fired", "number"},
      {s + "/faults[]/effective", "number"},
      {s + "/properties[]/name", "string"},
      {s + "/properties[]/required", "boolean"},
      {s + "/properties[]/seeds", "number"},
      {s + "/distributions[]/name", "string"},
      {s + "/distributions[]/count", "number"},
      {s + "/distributions[]/least_ns", "number"},
      {s + "/distributions[]/p50_ns", "number"},
      {s + "/distributions[]/p90_ns", "number"},
      {s + "/distributions[]/p99_ns", "number"},
      {s + "/distributions[]/most_ns", "number"},
      {s + "/distributions[]/bound_ns", "number"},
      {s + "/distributions[]/buckets[][]", "number"},
      {s + "/states/count", "number"},
      {s + "/states/late", "number"},
      {s + "/states_reached[]/name", "string"},
      {s + "/states_reached[]/first_seed", "number"},
      {s + "/seed_results[]/seed", "number"},
      {s + "/seed_results[]/verdict", "string"},
      {s + "/seed_results[]/black_box", "string"},
      {s + "/seed_results[]/oracle", "string"},
      {s + "/seed_results[]/anomalies[]", "string"},
      {s + "/seed_results[]/trace_hash", "string"},
      {s + "/seed_results[]/strategy", "string"},
      {s + "/seed_results[]/events", "number"},
      {s + "/seed_results[]/operations", "number"},
      {s + "/seed_results[]/virtual_ns", "number"},
      {s + "/seed_results[]/reason", "string"},
      {s + "/seed_results[]/not_exercised[]", "string"},
  };
}

Shape schema_1() {
  Shape out = shape_of_head();
  out.merge(shape_of_campaign());
  out.merge(shape_of_failures());
  out.merge(shape_of_scenarios());
  return out;
}

TEST(JsonReport, has_the_shape_of_schema_1) {
  Results results = everything();
  results.scenarios[0].seed_results[0].reason = "budget spent";
  results.scenarios[0].seed_results[0].not_exercised = {"takeover"};
  const json document = json::parse(to_json(results));
  EXPECT_EQ(document.at("schema"), 1);
  Shape found;
  shape(document, "", found);
  EXPECT_EQ(found, schema_1());
}

TEST(JsonReport, keeps_all_64_bits_of_a_seed) {
  Results results;
  results.scenarios = {paused()};
  results.scenarios[0].seed_results = {seed_result(UINT64_MAX, Verdict::valid)};
  const json document = json::parse(to_json(results));
  EXPECT_EQ(document["scenarios"][0]["seed_results"][0]["seed"].get<std::uint64_t>(), UINT64_MAX);
}

TEST(JsonReport, stays_json_when_a_name_is_no_utf8) {
  Results results;
  results.scenarios = {paused()};
  results.scenarios[0].file = "\xff\"\n.json";
  const json document = json::parse(to_json(results));
  EXPECT_EQ(document["scenarios"][0]["file"], "\xef\xbf\xbd\"\n.json");
}

TEST(JsonReport, a_trace_line_says_where_and_what) {
  EXPECT_EQ(to_json(TraceLine{12, milliseconds(1500), "client/0", "timer", 0xf3, "renew \"k\""}),
            R"({"event":12,"time":1500000000,"node":"client/0","kind":"timer",)"
            R"("digest":"00000000000000f3","detail":"renew \"k\""})");
  EXPECT_EQ(json::parse(to_json(TraceLine{})).contains("detail"), false);
}

TEST(CheckedReport, says_the_verdict_of_both_judges_and_every_violation) {
  CheckedHistory checked;
  checked.file = "a.jsonl";
  checked.model = "lease-lock";
  checked.verdict = checked.black_box = Verdict::invalid;
  checked.oracle = Verdict::valid;
  checked.events = 4;
  checked.found = {{"lock/double-grant", false, 3}, {"lock/spurious-refusal", true, 1}};
  checked.violations = {double_grant()};
  checked.reasons = {"the run was not drained"};
  checked.exercised = {{"grant", 2}, {"takeover", 1}};
  checked.distributions = {
      {"handover", 2, seconds(1), seconds(1), seconds(2), seconds(2), seconds(2)}};
  EXPECT_EQ(to_text(checked),
            R"(a.jsonl: invalid (black-box invalid, oracle valid), lease-lock, 4 events
  lock/double-grant x 3
  lock/spurious-refusal x 1 (a warning)

lock/double-grant: Two leases of k were held at once.
  #0 ...
  #2 ...
not judged: the run was not drained
exercised: grant 2, takeover 1
handover: 2 times, min 1s, median 1s, p99 2s, max 2s
)");
  const json document = json::parse(to_json(std::span(&checked, 1)));
  EXPECT_EQ(document["schema"], 1);
  const json& history = document["histories"][0];
  EXPECT_EQ(history["verdict"], "invalid");
  EXPECT_EQ(history["found"][0]["count"], 3);
  EXPECT_EQ(history["exercised"]["takeover"], 1);
  EXPECT_EQ(history["violations"][0]["witness"].size(), 2U);
}

TEST(CheckedReport, of_no_history_is_an_empty_list) {
  EXPECT_EQ(json::parse(to_json(std::span<const CheckedHistory>()))["histories"], json::array());
}

}  // namespace
}  // namespace lockstep::reports
