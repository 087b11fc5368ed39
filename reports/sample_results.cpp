#include "reports/sample_results.hpp"

namespace lockstep::reports::samples {

Violation double_grant() {
  Violation out;
  out.id = "lock/double-grant";
  out.judge = "black-box";
  out.sentence = "Two leases of k were held at once.";
  out.description = "lock/double-grant: Two leases of k were held at once.\n  #0 ...\n  #2 ...\n";
  out.witness = {"#0 1s client/0 acquire k: granted", "#2 1.01s client/1 acquire k: granted"};
  out.keys = {"k"};
  out.tokens = {1, 2};
  return out;
}

SeedResult seed_result(std::uint64_t seed, Verdict verdict) {
  SeedResult out;
  out.seed = Seed{seed};
  out.verdict = out.black_box = out.oracle = verdict;
  out.trace_hash = "00112233445566778899aabbccddeeff";
  out.strategy = seed % 2 == 0 ? "fifo" : "pct";
  out.events = 1000;
  out.operations = 20;
  out.virtual_time = seconds(60);
  if (verdict == Verdict::invalid) out.anomalies = {"lock/double-grant"};
  return out;
}

Failure failure(std::uint64_t seed, bool as_expected) {
  return {Seed{seed},
          "out/x/" + std::to_string(seed) + "/failure.json",
          as_expected,
          {"lock/double-grant"},
          {double_grant()}};
}

ScenarioResult paused() {
  ScenarioResult out;
  out.name = "redis_lock_holder_paused";
  out.file = "scenarios/lock/redis_lock_holder_paused.json";
  out.verdict = out.claim.verdict = Verdict::valid;
  out.standing = Standing::as_expected;
  out.seeds = 500;
  out.busy = seconds(5);
  out.properties = {{"grant", true, 500}, {"renew", false, 480}};
  out.faults = {{"pause", 4000, 3900, 3800}};
  out.distributions = {{"handover",
                        40,
                        milliseconds(100),
                        seconds(1),
                        seconds(2),
                        seconds(3),
                        Nanos(3'100'000'001),
                        milliseconds(4700),
                        {{425, 30}, {500, 10}}}};
  out.claim.require = {"grant"};
  out.states = {{"lease_acquired > lease_lost during pause", Seed{7}},
                {"start > connected", Seed{0}}};
  out.states_late = 0;
  out.strategies = {{"fifo", 260, {}}, {"pct", 240, {}}};
  out.seed_results = {seed_result(0, Verdict::valid), seed_result(1, Verdict::valid)};
  return out;
}

ScenarioResult clock_jump() {
  ScenarioResult out;
  out.name = "redis_clock_jump";
  out.file = "scenarios/lock/redis_clock_jump.json";
  out.verdict = out.claim.verdict = Verdict::invalid;
  out.standing = Standing::as_expected;
  out.seeds = 500;
  out.busy = seconds(50);
  out.anomalies = {{"lock/double-grant", Weight::expected, 37, Seed{12}},
                   {"lock/spurious-refusal", Weight::warning, 1, Seed{40}}};
  out.claim.anomalies = {"lock/double-grant"};
  out.claim.allowed = {"lock/stuck"};
  out.claim.within_seeds = 100;
  out.strategies = {{"fifo", 260, {{"lock/double-grant", Weight::expected, 30, Seed{12}}}},
                    {"pct", 240, {{"lock/double-grant", Weight::expected, 7, Seed{99}}}}};
  out.failures_found = 37;
  out.failures = {failure(12, true)};
  out.seed_results = {seed_result(12, Verdict::invalid)};
  return out;
}

ScenarioResult broken() {
  ScenarioResult out;
  out.name = "broken";
  out.file = "my <broken> & \"odd\".json";
  out.verdict = Verdict::invalid;
  out.claim.verdict = Verdict::valid;
  out.standing = Standing::failed;
  out.reasons = {"lock/double-grant is neither expected nor allowed; first at seed 5"};
  out.seeds = 1;
  out.anomalies = {{"lock/double-grant", Weight::unexpected, 1, Seed{5}}};
  out.failures_found = 1;
  out.failures = {failure(5, false)};
  out.seed_results = {seed_result(5, Verdict::invalid)};
  return out;
}

ScenarioResult flipping() {
  ScenarioResult out;
  out.name = "flipping";
  out.file = "flipping.json";
  out.verdict = out.claim.verdict = Verdict::valid;
  out.standing = Standing::diverged;
  out.reasons = {"1 seed did not run the same way twice; first 8"};
  out.seeds = 10;
  out.divergences_found = 1;
  out.divergences = {{Seed{8}, 4711, "timer on node 3 at 1.5s", "deliver on node 2 at 1.5s"}};
  return out;
}

ScenarioResult vacuous() {
  ScenarioResult out;
  out.name = "vacuous";
  out.file = "vacuous.json";
  out.verdict = Verdict::unknown;
  out.standing = Standing::unknown;
  out.reasons = {"not exercised by any seed: takeover"};
  out.claim.require = {"takeover"};
  out.seeds = 10;
  out.seeds_unknown = 1;
  out.first_unknown = Seed{4};
  out.unknown_reason = "the run was not drained";
  return out;
}

Results everything() {
  Results out;
  out.version = "0.1.0";
  out.commit = "0123456789012345678901234567890123456789";
  out.compiler = "clang 19.1.7";
  out.asked.seeds = 500;
  out.asked.sets = {"lock.ttl=3s"};
  out.asked.part = {1, 4};
  out.asked.missing = {3};
  out.scenarios = {paused(), clock_jump(), broken(), flipping(), vacuous()};
  out.problems = {"fault reset fired 12 times and was never effective"};
  out.jobs = 2;
  out.elapsed = milliseconds(30'250);
  out.exit_code = 3;
  return out;
}

}  // namespace lockstep::reports::samples
