#include "scenarios/campaign/merge.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/campaign/claim.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/outcome.hpp"
#include "scenarios/campaign/shard.hpp"
#include "scenarios/campaign/tally.hpp"

namespace lockstep::campaign {
namespace {

using reports::Asked;
using reports::Results;
using scenarios::Input;
using scenarios::InputError;
using Mistake = std::optional<InputError>;

std::string name_of(const reports::Part& part) {
  return std::to_string(part.index) + "/" + std::to_string(part.count);
}

// ---- whether they belong together --------------------------------------------------------------

/// Holds a shard against the first one, field by field.
class Comparison {
 public:
  Comparison(const ShardResults& first, const ShardResults& other) : first_(first), other_(other) {}

  void same(const std::string& pointer, const std::string& ours, const std::string& theirs) {
    if (mistake_ || ours == theirs) return;
    mistake_ = scenarios::bad_file(other_.file, pointer, "'" + theirs + "'",
                                   "'" + ours + "' as in " + first_.file + ": one campaign");
  }
  void same(const std::string& pointer, std::uint64_t ours, std::uint64_t theirs) {
    same(pointer, std::to_string(ours), std::to_string(theirs));
  }

  Mistake all() && {
    const Results& ours = first_.results;
    const Results& theirs = other_.results;
    same("/version", ours.version, theirs.version);
    same("/commit", ours.commit, theirs.commit);
    same("/single_seed", ours.single_seed, theirs.single_seed);
    options(ours.asked, theirs.asked);
    same("/scenarios", counted(ours.scenarios.size()), counted(theirs.scenarios.size()));
    for (std::size_t i = 0; i < ours.scenarios.size() && !mistake_; ++i) scenario(i);
    return std::move(mistake_);
  }

 private:
  static std::string counted(std::size_t count) { return std::to_string(count) + " scenarios"; }
  static std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
  }

  void options(const Asked& ours, const Asked& theirs) {
    const std::string at = "/campaign/";
    same(at + "first_seed", ours.first.value, theirs.first.value);
    same(at + "seeds", ours.seeds, theirs.seeds);
    same(at + "for_ns", to_text(ours.run_for), to_text(theirs.run_for));
    same(at + "sets", joined(ours.sets), joined(theirs.sets));
    same(at + "check_determinism", ours.check_determinism, theirs.check_determinism);
    same(at + "keep_all", ours.keep_all, theirs.keep_all);
    same(at + "fail_fast", ours.fail_fast, theirs.fail_fast);
    same(at + "shard/count", ours.part.count, theirs.part.count);
  }

  void scenario(std::size_t i) {
    const reports::ScenarioResult& ours = first_.results.scenarios[i];
    const reports::ScenarioResult& theirs = other_.results.scenarios[i];
    const std::string at = "/scenarios/" + std::to_string(i) + "/";
    same(at + "name", ours.name, theirs.name);
    same(at + "digest", ours.claim.digest, theirs.claim.digest);
    if (!mistake_ && ours.claim != theirs.claim) same(at + "expect", "expect", "another");
  }

  const ShardResults& first_;
  const ShardResults& other_;
  Mistake mistake_;
};

Mistake check_seeds(const ShardResults& shard) {
  const Asked& asked = shard.results.asked;
  for (std::size_t i = 0; i < shard.results.scenarios.size(); ++i) {
    const reports::ScenarioResult& scenario = shard.results.scenarios[i];
    const std::string at = "/scenarios/" + std::to_string(i);
    const scenarios::SeedRange range{asked.seeds, asked.first};
    const Shard part{static_cast<std::uint32_t>(asked.part.index),
                     static_cast<std::uint32_t>(asked.part.count)};
    if (asked.run_for.count() == 0 && scenario.seeds > seeds_in(range, part)) {
      return scenarios::bad_file(
          shard.file, at + "/seeds", std::to_string(scenario.seeds),
          "at most the " + std::to_string(seeds_in(range, part)) + " of this shard");
    }
    for (std::size_t n = 0; n < scenario.seed_results.size(); ++n) {
      const std::uint64_t own = asked.first.value + (part.index - 1) + n * part.count;
      if (scenario.seed_results[n].seed.value == own) continue;
      return scenarios::bad_file(
          shard.file, at + "/seed_results/" + std::to_string(n) + "/seed",
          std::to_string(scenario.seed_results[n].seed.value),
          std::to_string(own) + ", the next of shard " + name_of(asked.part));
    }
  }
  return std::nullopt;
}

Mistake check_shards(const std::vector<ShardResults>& shards) {
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const Asked& asked = shards[i].results.asked;
    if (!asked.missing.empty()) {
      return scenarios::bad_file(shards[i].file, "/campaign/missing_shards",
                                 "a merge that went without some", "the shards themselves");
    }
    if (Mistake wrong = Comparison(shards.front(), shards[i]).all()) return wrong;
    if (Mistake wrong = check_seeds(shards[i])) return wrong;
    if (i == 0 || shards[i - 1].results.asked.part.index != asked.part.index) continue;
    return scenarios::bad_file(shards[i].file, "/campaign/shard",
                               "shard " + name_of(asked.part) + ", as in " + shards[i - 1].file,
                               "each shard once");
  }
  return std::nullopt;
}

std::vector<std::uint64_t> missing_of(const std::vector<ShardResults>& shards) {
  std::set<std::uint64_t> present;
  for (const ShardResults& shard : shards) present.insert(shard.results.asked.part.index);
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 1; i <= shards.front().results.asked.part.count; ++i) {
    if (!present.contains(i)) out.push_back(i);
  }
  return out;
}

InputError incomplete(const ShardResults& first, const std::vector<std::uint64_t>& missing) {
  constexpr std::size_t named_max = 20;
  const std::string of = std::to_string(first.results.asked.part.count);
  std::string expected = missing.size() == 1 ? "shard" : "shards";
  for (std::size_t i = 0; i < std::min(missing.size(), named_max); ++i) {
    expected += (i == 0 ? " " : ", ") + std::to_string(missing[i]);
  }
  if (missing.size() > named_max) {
    expected += " and " + std::to_string(missing.size() - named_max) + " more";
  }
  return scenarios::bad_file(first.file, "/campaign/shard/count",
                             of + " shards, and not all of them given",
                             expected + " too, or --partial");
}

// ---- one run of them ---------------------------------------------------------------------------

/// How many seeds that ran come before `seed`: each shard ran the first few of its own.
std::uint64_t seeds_before(const std::vector<ShardResults>& shards, std::size_t scenario,
                           Seed seed) {
  std::uint64_t before = 0;
  for (const ShardResults& shard : shards) {
    const Asked& asked = shard.results.asked;
    const std::uint64_t first = asked.first.value + (asked.part.index - 1);
    if (seed.value <= first) continue;
    const std::uint64_t own = (seed.value - first - 1) / asked.part.count + 1;
    before += std::min(own, shard.results.scenarios[scenario].seeds);
  }
  return before;
}

reports::ScenarioResult merged_scenario(const std::vector<ShardResults>& shards, std::size_t i) {
  const Results& first = shards.front().results;
  const scenarios::LoadedScenario scenario = scenario_of(first.scenarios[i]);
  ScenarioTally tally(scenario, first.single_seed, first.asked.keep_all);
  for (const ShardResults& shard : shards) {
    tally.absorb(shard.results.scenarios[i],
                 [&](Seed seed) { return seeds_before(shards, i, seed); });
  }
  return std::move(tally).result();
}

std::string compilers_of(const std::vector<ShardResults>& shards) {
  std::set<std::string> names;
  for (const ShardResults& shard : shards) names.insert(shard.results.compiler);
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Results merged_results(const std::vector<ShardResults>& shards,
                       std::vector<std::uint64_t> missing) {
  const Results& first = shards.front().results;
  Results out;
  out.version = first.version;
  out.commit = first.commit;
  out.compiler = compilers_of(shards);
  out.single_seed = first.single_seed;
  out.asked = first.asked;
  if (missing.empty()) out.asked.part = {};
  out.asked.missing = std::move(missing);
  out.jobs = 0;
  for (const ShardResults& shard : shards) {
    out.interrupted |= shard.results.interrupted;
    out.jobs += shard.results.jobs;
    out.elapsed = std::max(out.elapsed, shard.results.elapsed);
  }
  for (std::size_t i = 0; i < first.scenarios.size(); ++i) {
    out.scenarios.push_back(merged_scenario(shards, i));
  }
  out.problems = problems_of(out);
  return out;
}

/// A shard that broke off says so by its exit code alone.
int exit_code_of(const std::vector<ShardResults>& shards, const Results& results) {
  Outcome outcome = outcome_of(results);
  bool is_refused = false;
  for (const ShardResults& shard : shards) {
    const int code = shard.results.exit_code;
    outcome.internal_error |= code == static_cast<int>(Exit::internal);
    outcome.cannot_write |= code == static_cast<int>(Exit::cannot_write);
    is_refused |= code == static_cast<int>(Exit::bad_input);
  }
  if (is_refused && !outcome.internal_error) return static_cast<int>(Exit::bad_input);
  return static_cast<int>(exit_of(outcome));
}

std::vector<std::string> troubles_of(const std::vector<ShardResults>& shards) {
  std::vector<std::string> out;
  for (const ShardResults& shard : shards) {
    const int code = shard.results.exit_code;
    if (code < static_cast<int>(Exit::usage)) continue;
    out.push_back(shard.file + ": shard " + name_of(shard.results.asked.part) +
                  " did not come to its end: it exited with " + std::to_string(code));
  }
  return out;
}

}  // namespace

Input<Merged> merge_shards(std::vector<ShardResults> shards, const MergeOptions& options) {
  ASSERT(!shards.empty());
  std::ranges::sort(shards, {}, [](const ShardResults& shard) {
    return std::pair(shard.results.asked.part.index, std::string_view(shard.file));
  });
  if (Mistake wrong = check_shards(shards)) return std::unexpected(*std::move(wrong));
  std::vector<std::uint64_t> missing = missing_of(shards);
  if (!missing.empty() && !options.partial) {
    return std::unexpected(incomplete(shards.front(), missing));
  }
  Merged merged;
  merged.results = merged_results(shards, std::move(missing));
  merged.results.exit_code = exit_code_of(shards, merged.results);
  merged.troubles = troubles_of(shards);
  return merged;
}

}  // namespace lockstep::campaign
