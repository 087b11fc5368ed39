#include "reports/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "impl/base/duration.hpp"
#include "reports/coverage.hpp"
#include "reports/strategy_table.hpp"

namespace lockstep::reports {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string right_aligned(std::string_view text, std::size_t width) {
  std::string out(text.size() < width ? width - text.size() : 0, ' ');
  out += text;
  return out;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string out = number(count);
  out += ' ';
  out += noun;
  if (count != 1) out += 's';
  return out;
}

/// Seeds per second of the whole machine, in tenths below 100.
std::string rate(const ScenarioResult& scenario, std::uint32_t jobs) {
  const auto busy_us = static_cast<std::uint64_t>(scenario.busy.count() / 1000);
  if (busy_us == 0) return "-";
  const std::uint64_t tenths = scenario.seeds * jobs * 10'000'000 / busy_us;
  if (tenths >= 1000) return number(tenths / 10) + "/s";
  return number(tenths / 10) + "." + number(tenths % 10) + "/s";
}

std::string_view mark(Standing standing) {
  switch (standing) {
    case Standing::as_expected: return "ok";
    case Standing::unknown: return "UNKNOWN";
    case Standing::failed: return "FAILED";
    case Standing::diverged: return "DIVERGED";
  }
  return "";
}

std::string anomaly_text(const AnomalyCount& anomaly) {
  std::string out =
      anomaly.id + " in " + number(anomaly.seeds) + " (first " + number(anomaly.first.value);
  if (anomaly.weight != Weight::unexpected) out += ", " + std::string(name_of(anomaly.weight));
  return out + ")";
}

struct Widths {
  std::size_t name = 0;
  std::size_t seeds = 0;
  std::size_t rate = 0;
};

Widths widths_of(const Results& results) {
  Widths widths;
  for (const ScenarioResult& scenario : results.scenarios) {
    widths.name = std::max(widths.name, scenario.name.size());
    widths.seeds = std::max(widths.seeds, counted(scenario.seeds, "seed").size());
    widths.rate = std::max(widths.rate, rate(scenario, results.jobs).size());
  }
  return widths;
}

constexpr std::size_t mark_width = 10;

std::string scenario_line(const ScenarioResult& scenario, std::uint32_t jobs, Widths widths) {
  constexpr std::size_t verdict_width = 7;
  std::string out = padded(mark(scenario.standing), mark_width);
  out += padded(scenario.name, widths.name) + "  ";
  out += padded(checkers::name_of(scenario.verdict), verdict_width) + "  ";
  out += right_aligned(counted(scenario.seeds, "seed"), widths.seeds) + "  ";
  out += right_aligned(rate(scenario, jobs), widths.rate);
  std::string_view separator = "  ";
  for (const AnomalyCount& anomaly : scenario.anomalies) {
    out += separator;
    out += anomaly_text(anomaly);
    separator = ", ";
  }
  return out + "\n";
}

std::string divergence_text(const Divergence& divergence) {
  const std::string indent(mark_width, ' ');
  return indent + "seed " + number(divergence.seed.value) + " differs at event " +
         number(divergence.event) + ":\n" + indent + "  once:  " + divergence.first + "\n" +
         indent + "  again: " + divergence.second + "\n";
}

std::string not_exercised_text(const SeedResult& seed) {
  std::string out;
  for (const std::string& property : seed.not_exercised) out += "not exercised: " + property + "\n";
  return out;
}

std::string scenario_text(const ScenarioResult& scenario, const Results& results, Widths widths,
                          const TextOptions& options) {
  if (scenario.seeds == 0) return padded("NOT RUN", mark_width) + scenario.name + "\n";
  constexpr std::size_t divergences_shown_max = 3;
  const std::string indent(mark_width, ' ');
  std::string out = scenario_line(scenario, results.jobs, widths);
  for (const std::string& reason : scenario.reasons) out += indent + reason + "\n";
  if (options.coverage || (lacks_required(scenario) && !results.single_seed)) {
    out += indent + "coverage: " + coverage_text(scenario) + "\n";
  }
  for (const Distribution& distribution : scenario.distributions) {
    if (distribution.count > 0) out += indent + to_text(distribution) + "\n";
  }
  const std::size_t shown = std::min(scenario.divergences.size(), divergences_shown_max);
  for (std::size_t i = 0; i < shown; ++i) out += divergence_text(scenario.divergences[i]);
  if (results.single_seed && !scenario.seed_results.empty()) {
    const SeedResult& seed = scenario.seed_results.front();
    out += indent + "trace hash " + seed.trace_hash + "\n";
    for (const std::string& property : seed.not_exercised) {
      out += indent + "not exercised: " + property + "\n";
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string replay_text(const Results& results) {
  std::string out;
  for (const ScenarioResult& scenario : results.scenarios) {
    for (const Failure& failure : scenario.failures) {
      out += "  " + replay_line(failure.file) + "   # " + joined(failure.anomalies);
      out += failure.as_expected ? " (as expected)\n" : "\n";
      if (!failure.shrunk) continue;
      out +=
          "  " + replay_line(failure.shrunk->file) + "   # shrunk: " + failure.shrunk->size + "\n";
    }
    if (scenario.failures_found > scenario.failures.size()) {
      out += "  # " + scenario.name + ": " +
             number(scenario.failures_found - scenario.failures.size()) +
             " more not kept (--keep all)\n";
    }
  }
  return out.empty() ? out : "\nreplay:\n" + out;
}

/// What a failure is kept for: what its story is about; else a surprise where there is one, else
/// what the scenario is about.
const Violation& telling_violation(const ScenarioResult& scenario, const Failure& failure) {
  if (failure.shrunk) {
    const auto told =
        std::ranges::find(failure.violations, failure.shrunk->anomaly, &Violation::id);
    if (told != failure.violations.end()) return *told;
  }
  const Weight wanted = failure.as_expected ? Weight::expected : Weight::unexpected;
  const auto is_wanted = [&](const Violation& violation) {
    const auto counted = std::ranges::find(scenario.anomalies, violation.id, &AnomalyCount::id);
    return counted != scenario.anomalies.end() && counted->weight == wanted;
  };
  const auto found = std::ranges::find_if(failure.violations, is_wanted);
  return found == failure.violations.end() ? failure.violations.front() : *found;
}

std::string story_text(const Failure& failure) {
  if (!failure.shrunk || failure.shrunk->story.empty()) return {};
  std::string out = "\nits story, shrunk to " + failure.shrunk->size + "\n";
  for (const std::string& line : failure.shrunk->story) out += "  " + line + "\n";
  return out;
}

/// The one worth reading first: unexpected before expected, then in order.
std::string first_failure_text(const Results& results) {
  const ScenarioResult* chosen_in = nullptr;
  const Failure* chosen = nullptr;
  for (const ScenarioResult& scenario : results.scenarios) {
    for (const Failure& failure : scenario.failures) {
      const bool better = chosen == nullptr || (chosen->as_expected && !failure.as_expected);
      if (!better || failure.violations.empty()) continue;
      chosen_in = &scenario;
      chosen = &failure;
    }
  }
  if (chosen == nullptr) return {};
  std::string out = "\nfirst ";
  out += chosen->as_expected ? "expected violation: " : "violation: ";
  out += chosen_in->name + ", seed " + number(chosen->seed.value) + "\n";
  return out + telling_violation(*chosen_in, *chosen).description + story_text(*chosen);
}

/// "12 scenarios: 10 as expected, 1 failed, 1 not run".
std::string standings_text(const Results& results) {
  std::array<std::uint64_t, 4> by_standing{};
  std::uint64_t not_run = 0;
  for (const ScenarioResult& scenario : results.scenarios) {
    if (scenario.seeds == 0) {
      not_run += 1;
    } else {
      by_standing.at(static_cast<std::size_t>(scenario.standing)) += 1;
    }
  }
  std::string out = counted(results.scenarios.size(), "scenario") + ": ";
  out += number(by_standing.at(static_cast<std::size_t>(Standing::as_expected))) + " as expected";
  for (const Standing other : {Standing::failed, Standing::unknown, Standing::diverged}) {
    const std::uint64_t count = by_standing.at(static_cast<std::size_t>(other));
    if (count > 0) out += ", " + number(count) + " " + std::string(name_of(other));
  }
  return not_run > 0 ? out + ", " + number(not_run) + " not run" : out;
}

std::string missing_text(const Asked& asked) {
  if (asked.missing.empty()) return {};
  std::string out = "without ";
  out += asked.missing.size() == 1 ? "shard" : "shards";
  for (const std::uint64_t index : asked.missing) out += " " + number(index);
  return out + " of " + number(asked.part.count) + ": nothing is known of their seeds\n";
}

std::string closing_text(const Results& results) {
  std::uint64_t seeds = 0;
  for (const ScenarioResult& scenario : results.scenarios) seeds += scenario.seeds;
  std::string out = "\n";
  for (const std::string& problem : results.problems) out += problem + "\n";
  if (results.interrupted) out += "interrupted: what had run until then is above\n";
  out += missing_text(results.asked);
  out += standings_text(results);
  const Nanos shown = std::chrono::duration_cast<milliseconds>(results.elapsed);
  out += "; " + counted(seeds, "seed") + " in " + lockstep::to_text(shown);
  return out + "; exit " + std::to_string(results.exit_code) + "\n";
}

}  // namespace

std::string to_text(const Results& results, const TextOptions& options) {
  const Widths widths = widths_of(results);
  std::string out;
  for (const ScenarioResult& scenario : results.scenarios) {
    out += scenario_text(scenario, results, widths, options);
  }
  out += to_text(strategy_table(results));
  out += replay_text(results);
  out += first_failure_text(results);
  return out + closing_text(results);
}

std::string to_text(const SeedResult& seed, const std::vector<Violation>& violations) {
  std::string out = "seed " + number(seed.seed.value) + ": ";
  out += checkers::name_of(seed.verdict);
  out += " (black-box ";
  out += checkers::name_of(seed.black_box);
  out += ", oracle ";
  out += checkers::name_of(seed.oracle);
  out += ")\n";
  if (!seed.reason.empty()) out += "not judged: " + seed.reason + "\n";
  out += counted(seed.events, "event") + ", " + counted(seed.operations, "operation") + ", " +
         lockstep::to_text(seed.virtual_time) + " of virtual time\n";
  out += not_exercised_text(seed);
  for (const Violation& violation : violations) out += violation.description;
  return out + "trace hash " + seed.trace_hash + "\n";
}

}  // namespace lockstep::reports
