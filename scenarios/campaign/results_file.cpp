#include "scenarios/campaign/results_file.hpp"

#include <algorithm>
#include <utility>

#include "faults/kind.hpp"
#include "reports/json.hpp"
#include "scenarios/campaign/histogram.hpp"
#include "scenarios/campaign/json_cursor.hpp"
#include "scenarios/campaign/shard.hpp"
#include "scenarios/format/files.hpp"
#include "scenarios/format/read_json.hpp"
#include "scenarios/format/seeds.hpp"

namespace lockstep::campaign {
namespace {

using checkers::Verdict;
using reports::ScenarioResult;
using reports::Standing;
using reports::Weight;

Verdict verdict_in(JsonCursor& in, std::string_view name) {
  return in.choice(name, {Verdict::valid, Verdict::unknown, Verdict::invalid});
}

reports::Violation violation_in(JsonCursor& in) {
  reports::Violation out;
  out.id = in.text("id");
  out.judge = in.text("judge");
  out.sentence = in.text("sentence");
  out.witness = in.texts("witness");
  out.keys = in.texts("keys");
  out.tokens = in.counts("tokens");
  out.description = in.text("description");
  return out;
}

reports::ShrunkRun shrunk_in(JsonCursor& in) {
  reports::ShrunkRun out;
  out.file = in.text("file");
  static_cast<void>(in.text("replay"));  // says the same
  out.anomaly = in.text("anomaly");
  out.size = in.text("size");
  out.story = in.texts("story");
  return out;
}

reports::Failure failure_in(JsonCursor& in) {
  reports::Failure out;
  out.seed = in.seed("seed");
  out.file = in.text("file");
  static_cast<void>(in.text("replay"));  // says the same
  out.as_expected = in.flag("as_expected");
  out.anomalies = in.texts("anomalies");
  out.violations = in.list("violations", &violation_in);
  if (in.has("shrunk")) {
    in.object("shrunk", [&out](JsonCursor& inner) { out.shrunk = shrunk_in(inner); });
  }
  return out;
}

reports::Divergence divergence_in(JsonCursor& in) {
  return {in.seed("seed"), in.count("event"), in.text("first"), in.text("second")};
}

reports::AnomalyCount anomaly_in(JsonCursor& in) {
  reports::AnomalyCount out;
  out.id = in.text("id");
  if (in.has("weight")) {
    out.weight = in.choice(
        "weight", {Weight::expected, Weight::allowed, Weight::unexpected, Weight::warning});
  }
  out.seeds = in.count("seeds");
  out.first = in.seed("first_seed");
  return out;
}

reports::StrategyCount strategy_in(JsonCursor& in) {
  reports::StrategyCount out;
  out.name = in.text("name");
  out.seeds = in.count("seeds");
  out.anomalies = in.list("anomalies", &anomaly_in);
  return out;
}

reports::FaultCount fault_in(JsonCursor& in) {
  reports::FaultCount out;
  out.kind = in.text("kind");
  if (in.good() && !faults::kind_of(out.kind)) {
    in.refuse("kind", "'" + out.kind + "'", "a kind of fault that this build has");
  }
  out.scheduled = in.count("scheduled");
  out.fired = in.count("fired");
  out.effective = in.count("effective");
  return out;
}

reports::StateCount state_in(JsonCursor& in) { return {in.text("name"), in.seed("first_seed")}; }

reports::PropertyCount property_in(JsonCursor& in) {
  return {in.text("name"), in.flag("required"), in.count("seeds")};
}

/// Whether the buckets can be those of `count` samples from least to most.
bool fit(const reports::Distribution& distribution) {
  std::uint64_t sum = 0;
  std::uint64_t next = 0;
  for (const reports::Bucket& bucket : distribution.buckets) {
    if (bucket.number < next || bucket.number >= Histogram::bucket_count) return false;
    next = bucket.number + 1;
    sum += bucket.count;
  }
  if (sum != distribution.count) return false;
  if (distribution.buckets.empty()) return true;
  return Histogram::bucket_number(distribution.least) == distribution.buckets.front().number &&
         Histogram::bucket_number(distribution.most) == distribution.buckets.back().number;
}

reports::Distribution distribution_in(JsonCursor& in) {
  reports::Distribution out;
  out.name = in.text("name");
  out.count = in.count("count");
  out.least = in.time("least_ns");
  out.p50 = in.time("p50_ns");
  out.p90 = in.time("p90_ns");
  out.p99 = in.time("p99_ns");
  out.most = in.time("most_ns");
  if (in.has("bound_ns")) out.bound = in.time("bound_ns");
  if (in.has("buckets")) {
    for (const auto& [number, count] : in.pairs("buckets")) out.buckets.push_back({number, count});
  }
  if (in.good() && !fit(out)) in.refuse("buckets", "others", "those of the samples counted");
  return out;
}

reports::SeedResult seed_in(JsonCursor& in) {
  reports::SeedResult out;
  out.seed = in.seed("seed");
  out.verdict = verdict_in(in, "verdict");
  out.black_box = verdict_in(in, "black_box");
  out.oracle = verdict_in(in, "oracle");
  out.anomalies = in.texts("anomalies");
  out.trace_hash = in.text("trace_hash");
  out.strategy = in.text("strategy");
  out.events = in.count("events");
  out.operations = in.count("operations");
  out.virtual_time = in.time("virtual_ns");
  if (in.has("reason")) out.reason = in.text("reason");
  if (in.has("not_exercised")) out.not_exercised = in.texts("not_exercised");
  return out;
}

void claim_in(JsonCursor& in, reports::Claim& out) {
  out.verdict = in.choice("verdict", {Verdict::valid, Verdict::invalid});
  if (out.verdict == Verdict::valid) return;
  out.anomalies = in.texts("anomalies");
  out.allowed = in.texts("allowed");
  out.within_seeds = in.count("within_seeds");
}

void lists_in(JsonCursor& in, ScenarioResult& out) {
  out.anomalies = in.list("anomalies", &anomaly_in);
  out.failures_found = in.count("failures_found");
  out.failures = in.list("failures", &failure_in);
  out.divergences_found = in.count("divergences_found");
  out.divergences = in.list("divergences", &divergence_in);
  out.strategies = in.list("strategies", &strategy_in);
  out.faults = in.list("faults", &fault_in);
  out.properties = in.list("properties", &property_in);
  in.object("states", [&out](JsonCursor& inner) {
    static_cast<void>(inner.count("count"));  // of the list
    out.states_late = inner.count("late");
  });
  out.states = in.list("states_reached", &state_in);
  out.distributions = in.list("distributions", &distribution_in);
  if (out.seeds_unknown > 0) {
    in.object("first_unknown", [&out](JsonCursor& inner) {
      out.first_unknown = inner.seed("seed");
      out.unknown_reason = inner.text("reason");
    });
  }
  out.seed_results = in.list("seed_results", &seed_in);
}

/// A file that was cut and mended, or edited, says one thing here and another there.
void hold_together(JsonCursor& in, const ScenarioResult& scenario) {
  if (!in.good()) return;
  const std::uint64_t listed = scenario.seed_results.size();
  const std::uint64_t listable = std::min<std::uint64_t>(scenario.seeds, reports::seed_results_max);
  if (listed != listable) {
    in.refuse("seed_results", std::to_string(listed) + " seeds",
              std::to_string(listable) + ", as many as /seeds says");
  }
  const auto seed_of = [](const reports::SeedResult& seed) { return seed.seed.value; };
  const auto turned =
      std::ranges::adjacent_find(scenario.seed_results, std::ranges::greater_equal(), seed_of);
  if (turned != scenario.seed_results.end()) {
    in.refuse("seed_results", "seeds out of order", "ascending ones");
  }
  const std::uint64_t spelled = scenario.divergences.size();
  const std::uint64_t spellable =
      std::min<std::uint64_t>(scenario.divergences_found, reports::divergences_max);
  if (spelled != spellable) {
    in.refuse("divergences", std::to_string(spelled), std::to_string(spellable));
  }
}

ScenarioResult scenario_in(JsonCursor& in) {
  ScenarioResult out;
  out.name = in.text("name");
  out.file = in.text("file");
  out.claim.digest = in.text("digest");
  static_cast<void>(in.text("expected"));  // stands in "expect"
  in.object("expect", [&out](JsonCursor& inner) { claim_in(inner, out.claim); });
  out.claim.require = in.texts("require");
  out.verdict = verdict_in(in, "verdict");
  out.standing = in.choice(
      "standing", {Standing::as_expected, Standing::unknown, Standing::failed, Standing::diverged});
  out.reasons = in.texts("reasons");
  out.seeds = in.count("seeds");
  out.seeds_unknown = in.count("seeds_unknown");
  out.events = in.count("events");
  out.operations = in.count("operations");
  in.object("timing", [&out](JsonCursor& inner) { out.busy = inner.time("busy_ns"); });
  lists_in(in, out);
  hold_together(in, out);
  return out;
}

void part_in(JsonCursor& in, reports::Part& out) {
  out.count = in.count("count");
  out.index = in.count("index");
  if (!in.good() ||
      (out.count >= 1 && out.count <= shards_max && out.index >= 1 && out.index <= out.count)) {
    return;
  }
  in.refuse({}, std::to_string(out.index) + "/" + std::to_string(out.count), "I/N with I <= N");
}

void asked_in(JsonCursor& in, reports::Asked& out) {
  out.first = in.seed("first_seed");
  if (in.has("for_ns")) {
    out.run_for = in.time("for_ns");
  } else {
    out.seeds = in.count("seeds");
  }
  if (in.good() && (out.seeds > scenarios::seeds_max || out.first.value > UINT64_MAX - out.seeds)) {
    in.refuse("seeds", std::to_string(out.seeds), "as many as a campaign can have");
  }
  in.object("shard", [&out](JsonCursor& inner) { part_in(inner, out.part); });
  out.sets = in.texts("sets");
  out.check_determinism = in.flag("check_determinism");
  out.keep_all = in.flag("keep_all");
  out.fail_fast = in.flag("fail_fast");
  if (in.has("missing_shards")) out.missing = in.counts("missing_shards");
}

void results_in(JsonCursor& in, reports::Results& out) {
  const std::uint64_t schema = in.count("schema");
  if (in.good() && schema != reports::json_schema) {
    in.refuse("schema", std::to_string(schema), std::to_string(reports::json_schema));
  }
  out.version = in.text("version");
  out.commit = in.text("commit");
  out.compiler = in.text("compiler");
  out.exit_code = static_cast<int>(in.count("exit") & 0xffU);
  out.interrupted = in.flag("interrupted");
  out.single_seed = in.flag("single_seed");
  in.object("campaign", [&out](JsonCursor& inner) { asked_in(inner, out.asked); });
  in.object("timing", [&out](JsonCursor& inner) {
    out.elapsed = inner.time("elapsed_ns");
    out.jobs = static_cast<std::uint32_t>(inner.count("jobs") & UINT32_MAX);
  });
  out.problems = in.texts("problems");
  out.scenarios = in.list("scenarios", &scenario_in);
}

}  // namespace

scenarios::Input<reports::Results> parse_results(std::string_view text, const std::string& file) {
  const scenarios::Input<scenarios::Json> json =
      scenarios::read_json(text, file, results_bytes_max);
  if (!json) return std::unexpected(json.error());
  reports::Results out;
  JsonCursor::Mistake mistake;
  JsonCursor cursor(*json, "", mistake);
  if (cursor.good()) results_in(cursor, out);
  cursor.finish();
  if (!mistake) return out;
  mistake->file = file;
  return std::unexpected(*std::move(mistake));
}

scenarios::Input<reports::Results> load_results(const std::string& file) {
  const scenarios::Input<std::string> text = scenarios::read_file(file, results_bytes_max);
  if (!text) return std::unexpected(text.error());
  return parse_results(*text, file);
}

}  // namespace lockstep::campaign
