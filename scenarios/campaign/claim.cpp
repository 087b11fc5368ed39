#include "scenarios/campaign/claim.hpp"

#include "impl/base/hash.hpp"

namespace lockstep::campaign {

using scenarios::ExpectedVerdict;

reports::Claim claim_of(const scenarios::Scenario& scenario) {
  reports::Claim claim;
  const bool is_valid = scenario.expect.verdict == ExpectedVerdict::valid;
  claim.verdict = is_valid ? checkers::Verdict::valid : checkers::Verdict::invalid;
  claim.anomalies = scenario.expect.anomalies;
  claim.allowed = scenario.expect.allowed;
  claim.within_seeds = static_cast<std::uint64_t>(scenario.expect.within_seeds);
  claim.require = scenario.require;
  RollingHash hash;
  hash.add(scenarios::write_scenario(scenario));
  claim.digest = hash.hex();
  return claim;
}

scenarios::LoadedScenario scenario_of(const reports::ScenarioResult& result) {
  scenarios::LoadedScenario out;
  out.file = result.file;
  out.scenario.name = result.name;
  const bool is_valid = result.claim.verdict == checkers::Verdict::valid;
  out.scenario.expect.verdict = is_valid ? ExpectedVerdict::valid : ExpectedVerdict::invalid;
  out.scenario.expect.anomalies = result.claim.anomalies;
  out.scenario.expect.allowed = result.claim.allowed;
  out.scenario.expect.within_seeds = static_cast<std::int64_t>(result.claim.within_seeds);
  out.scenario.require = result.claim.require;
  return out;
}

}  // namespace lockstep::campaign
