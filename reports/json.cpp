#include "reports/json.hpp"

#include <nlohmann/json.hpp>

#include "reports/checked.hpp"

namespace lockstep::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json to_value(const AnomalyCount& anomaly) {
  return {{"id", anomaly.id},
          {"weight", name_of(anomaly.weight)},
          {"seeds", anomaly.seeds},
          {"first_seed", anomaly.first.value}};
}

Json to_value(const Violation& violation) {
  return {{"id", violation.id},
          {"judge", violation.judge},
          {"sentence", violation.sentence},
          {"witness", violation.witness},
          {"keys", violation.keys},
          {"tokens", violation.tokens},
          {"description", violation.description}};
}

Json to_value(const FaultCount& fault) {
  return {{"kind", fault.kind},
          {"scheduled", fault.scheduled},
          {"fired", fault.fired},
          {"effective", fault.effective}};
}

Json to_value(const PropertyCount& property) {
  return {{"name", property.name}, {"required", property.required}, {"seeds", property.seeds}};
}

Json to_value(const Distribution& distribution) {
  Json json = {{"name", distribution.name},
               {"count", distribution.count},
               {"least_ns", distribution.least.count()},
               {"p50_ns", distribution.p50.count()},
               {"p90_ns", distribution.p90.count()},
               {"p99_ns", distribution.p99.count()},
               {"most_ns", distribution.most.count()}};
  if (distribution.bound.count() > 0) json["bound_ns"] = distribution.bound.count();
  if (distribution.buckets.empty()) return json;
  Json buckets = Json::array();
  for (const Bucket& bucket : distribution.buckets) {
    buckets.push_back(Json::array({bucket.number, bucket.count}));
  }
  json["buckets"] = std::move(buckets);
  return json;
}

Json to_value(const Divergence& divergence) {
  return {{"seed", divergence.seed.value},
          {"event", divergence.event},
          {"first", divergence.first},
          {"second", divergence.second}};
}

Json to_value(const Failure& failure);
Json to_value(const StrategyCount& strategy);
Json to_value(const Found& found);

template <class T>
Json to_array(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

Json to_value(const ShrunkRun& shrunk) {
  return {{"file", shrunk.file},
          {"replay", replay_line(shrunk.file)},
          {"anomaly", shrunk.anomaly},
          {"size", shrunk.size},
          {"story", shrunk.story}};
}

Json to_value(const Failure& failure) {
  Json json = {{"seed", failure.seed.value},          {"file", failure.file},
               {"replay", replay_line(failure.file)}, {"as_expected", failure.as_expected},
               {"anomalies", failure.anomalies},      {"violations", to_array(failure.violations)}};
  if (failure.shrunk) json["shrunk"] = to_value(*failure.shrunk);
  return json;
}

Json to_value(const StrategyCount& strategy) {
  Json anomalies = Json::array();
  for (const AnomalyCount& anomaly : strategy.anomalies) {
    anomalies.push_back(
        {{"id", anomaly.id}, {"seeds", anomaly.seeds}, {"first_seed", anomaly.first.value}});
  }
  return {{"name", strategy.name}, {"seeds", strategy.seeds}, {"anomalies", std::move(anomalies)}};
}

Json to_value(const Claim& claim) {
  Json json = {{"verdict", checkers::name_of(claim.verdict)}};
  if (claim.verdict == checkers::Verdict::valid) return json;
  json["anomalies"] = claim.anomalies;
  json["allowed"] = claim.allowed;
  json["within_seeds"] = claim.within_seeds;
  return json;
}

Json to_value(const Asked& asked) {
  Json json = {{"first_seed", asked.first.value}};
  if (asked.run_for.count() > 0) {
    json["for_ns"] = asked.run_for.count();
  } else {
    json["seeds"] = asked.seeds;
  }
  json["shard"] = {{"index", asked.part.index}, {"count", asked.part.count}};
  json["sets"] = asked.sets;
  json["check_determinism"] = asked.check_determinism;
  json["keep_all"] = asked.keep_all;
  json["fail_fast"] = asked.fail_fast;
  if (!asked.missing.empty()) json["missing_shards"] = asked.missing;
  return json;
}

Json to_value(const SeedResult& seed) {
  Json json = {{"seed", seed.seed.value},
               {"verdict", checkers::name_of(seed.verdict)},
               {"black_box", checkers::name_of(seed.black_box)},
               {"oracle", checkers::name_of(seed.oracle)},
               {"anomalies", seed.anomalies},
               {"trace_hash", seed.trace_hash},
               {"strategy", seed.strategy},
               {"events", seed.events},
               {"operations", seed.operations},
               {"virtual_ns", seed.virtual_time.count()}};
  if (!seed.reason.empty()) json["reason"] = seed.reason;
  if (!seed.not_exercised.empty()) json["not_exercised"] = seed.not_exercised;
  return json;
}

Json to_value(const Found& found) {
  return {{"id", found.id}, {"warning", found.is_warning}, {"count", found.count}};
}

Json to_value(const CheckedHistory& checked) {
  Json exercised = Json::object();
  for (const auto& [property, count] : checked.exercised) exercised[property] = count;
  return {{"file", checked.file},
          {"model", checked.model},
          {"verdict", checkers::name_of(checked.verdict)},
          {"black_box", checkers::name_of(checked.black_box)},
          {"oracle", checkers::name_of(checked.oracle)},
          {"events", checked.events},
          {"found", to_array(checked.found)},
          {"violations", to_array(checked.violations)},
          {"reasons", checked.reasons},
          {"exercised", exercised},
          {"distributions", to_array(checked.distributions)}};
}

Json head_of(const ScenarioResult& scenario) {
  Json json = {{"name", scenario.name},
               {"file", scenario.file},
               {"digest", scenario.claim.digest},
               {"expected", checkers::name_of(scenario.claim.verdict)},
               {"expect", to_value(scenario.claim)},
               {"require", scenario.claim.require},
               {"verdict", checkers::name_of(scenario.verdict)},
               {"standing", name_of(scenario.standing)},
               {"reasons", scenario.reasons},
               {"seeds", scenario.seeds},
               {"seeds_unknown", scenario.seeds_unknown},
               {"events", scenario.events},
               {"operations", scenario.operations},
               {"timing", {{"busy_ns", scenario.busy.count()}}},
               {"anomalies", to_array(scenario.anomalies)},
               {"failures_found", scenario.failures_found},
               {"failures", to_array(scenario.failures)},
               {"divergences_found", scenario.divergences_found},
               {"divergences", to_array(scenario.divergences)},
               {"strategies", to_array(scenario.strategies)},
               {"faults", to_array(scenario.faults)},
               {"properties", to_array(scenario.properties)},
               {"states", {{"count", scenario.states.size()}, {"late", scenario.states_late}}},
               {"distributions", to_array(scenario.distributions)}};
  if (scenario.seeds_unknown > 0) {
    json["first_unknown"] = {{"seed", scenario.first_unknown.value},
                             {"reason", scenario.unknown_reason}};
  }
  return json;
}

/// `object` with one more field whose value is `array`, given as text: seeds are too many to be
/// held as a tree.
std::string with_array(std::string object, std::string_view name, const std::string& array) {
  object.pop_back();
  object += ",\"";
  object += name;
  object += "\":[";
  object += array;
  return object + "]}";
}

template <class Items, class Line>
std::string lines_of(const Items& items, Line line) {
  std::string out;
  for (const auto& item : items) {
    out += out.empty() ? "\n" : ",\n";
    out += line(item);
  }
  return out + "\n";
}

/// A state per line too: they are hundreds.
std::string states_text(const ScenarioResult& scenario) {
  return lines_of(scenario.states, [](const StateCount& state) {
    return dumped({{"name", state.name}, {"first_seed", state.first.value}});
  });
}

std::string scenario_text(const ScenarioResult& scenario) {
  const std::string seeds = lines_of(scenario.seed_results,
                                     [](const SeedResult& seed) { return dumped(to_value(seed)); });
  const std::string head =
      with_array(dumped(head_of(scenario)), "states_reached", states_text(scenario));
  return with_array(head, "seed_results", seeds);
}

std::string hex(std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[(value >> shift) & 0xfU];
  return text;
}

}  // namespace

std::string to_json(const Results& results) {
  const Json head = {{"schema", json_schema},
                     {"version", results.version},
                     {"commit", results.commit},
                     {"compiler", results.compiler},
                     {"exit", results.exit_code},
                     {"interrupted", results.interrupted},
                     {"single_seed", results.single_seed},
                     {"campaign", to_value(results.asked)},
                     {"timing", {{"elapsed_ns", results.elapsed.count()}, {"jobs", results.jobs}}},
                     {"problems", results.problems}};
  return with_array(dumped(head), "scenarios", lines_of(results.scenarios, scenario_text)) + "\n";
}

std::string to_json(std::span<const CheckedHistory> checked) {
  const Json head = {{"schema", json_schema}};
  const std::string histories =
      lines_of(checked, [](const CheckedHistory& history) { return dumped(to_value(history)); });
  return with_array(dumped(head), "histories", histories) + "\n";
}

std::string to_json(const TraceLine& line) {
  Json json = {{"event", line.event},
               {"time", line.time.count()},
               {"node", line.node},
               {"kind", line.kind},
               {"digest", hex(line.digest)}};
  if (!line.detail.empty()) json["detail"] = line.detail;
  return dumped(json);
}

}  // namespace lockstep::reports
