// How a case is tried: promises of the implementation, and laws of runs.
#include <algorithm>
#include <utility>

#include "checkers/prefix.hpp"
#include "impl/base/draw.hpp"
#include "scenarios/format/scenario_check.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/properties/property.hpp"

namespace lockstep::properties {

namespace {

using checkers::Violation;
using scenarios::Plan;
using scenarios::RunEnd;
using scenarios::Runner;
using scenarios::RunOptions;
using scenarios::RunResult;

/// Runs go on to their end: what stops them at a violation would hide what the law is about.
const RunOptions whole_run{.whole = true};

Tried refused(const Plan& plan, const Error& error) {
  return {.plan = plan, .broken = "the plan was refused: " + to_text(error)};
}

Tried tried_with(const Plan& plan, const RunResult& run) {
  Tried tried{.plan = plan, .verdict = run.judgement.verdict()};
  tried.exercised = run.judgement.black_box.exercised;
  tried.exercised.merge(run.judgement.oracle.exercised);
  return tried;
}

bool is_among(const std::vector<std::string_view>& never, std::string_view id) {
  if (never.empty()) return true;
  return std::ranges::any_of(never, [id](std::string_view each) {
    return each.ends_with('/') ? id.starts_with(each) : id == each;
  });
}

const Violation* first_of(const std::vector<std::string_view>& never, const RunResult& run) {
  for (const auto* violations :
       {&run.world, &run.judgement.black_box.violations, &run.judgement.oracle.violations}) {
    for (const Violation& violation : *violations) {
      if (is_among(never, violation.id)) return &violation;
    }
  }
  return nullptr;
}

Tried keeps(const std::vector<std::string_view>& never, const Case& tried_case,
            const Runner& runner) {
  const Result<RunResult> run = runner(tried_case.plan, whole_run);
  if (!run) return refused(tried_case.plan, run.error());
  Tried tried = tried_with(tried_case.plan, *run);
  const Violation* const violation = first_of(never, *run);
  if (violation == nullptr) return tried;
  tried.anomaly = violation->id;
  tried.broken = violation->id + ": " + violation->sentence;
  return tried;
}

bool has_ended(const RunResult& run) { return run.end == RunEnd::completed; }

std::string how_it_ended(const RunResult& run) {
  return run.world.empty() ? "it was cut short" : run.world.front().sentence;
}

/// Events of the history before true time `until`, names in full: two runs may have interned them
/// in another order.
std::vector<std::string> happened_before(const RunResult& run, Nanos until) {
  std::vector<std::string> lines;
  for (const checkers::Event& event : run.history.events) {
    if (event.time_ns >= until.count()) break;
    lines.push_back(std::to_string(event.time_ns) + " " + std::string(run.history.text(event.f)) +
                    " " + std::string(run.history.text(event.node)) + " " +
                    std::string(run.history.text(event.key)) + " " +
                    std::to_string(static_cast<int>(event.type)) + " " +
                    std::to_string(event.token.value) + " " + std::to_string(event.value));
  }
  return lines;
}

std::string first_difference(const RunResult& first, const RunResult& second) {
  if (first.trace_hash != second.trace_hash) {
    return "trace hash " + first.trace_hash.hex() + ", then " + second.trace_hash.hex();
  }
  if (first.history.events != second.history.events) return "two histories";
  if (first.judgement.verdict() != second.judgement.verdict()) return "two verdicts";
  return {};
}

/// Which of `count` to take out: a function of the plan's seed. Requires count > 0.
std::size_t chosen_of(const Plan& plan, std::size_t count) {
  return static_cast<std::size_t>(below(draw(plan.config.seed, DrawStream::test), count));
}

}  // namespace

Property promise(std::string_view sentence, std::vector<Terms> terms,
                 std::vector<std::string_view> never, std::vector<checkers::Property> exercised) {
  Law law = [never = std::move(never)](const Case& tried, const Runner& runner) {
    return keeps(never, tried, runner);
  };
  return {sentence, std::move(terms), std::move(law), std::move(exercised)};
}

Tried runs_the_same_way_twice(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> first = runner(tried_case.plan, whole_run);
  if (!first) return refused(tried_case.plan, first.error());
  const Result<RunResult> second = runner(tried_case.plan, whole_run);
  if (!second) return refused(tried_case.plan, second.error());
  Tried tried = tried_with(tried_case.plan, *first);
  tried.broken = first_difference(*first, *second);
  return tried;
}

Tried comes_to_its_end(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> run = runner(tried_case.plan, whole_run);
  if (!run) return refused(tried_case.plan, run.error());
  Tried tried = tried_with(tried_case.plan, *run);
  if (!has_ended(*run)) tried.broken = how_it_ended(*run);
  return tried;
}

Tried judges_agree(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> run = runner(tried_case.plan, whole_run);
  if (!run) return refused(tried_case.plan, run.error());
  Tried tried = tried_with(tried_case.plan, *run);
  tried.broken = run->judgement.disagreement;
  return tried;
}

Tried runs_without_a_fault(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> whole = runner(tried_case.plan, whole_run);
  if (!whole) return refused(tried_case.plan, whole.error());
  Tried tried = tried_with(tried_case.plan, *whole);
  if (tried.plan.faults.empty()) return tried;
  const std::size_t at = chosen_of(tried.plan, tried.plan.faults.size());
  const Nanos begins = tried.plan.faults[at].at;
  tried.plan.faults.erase(tried.plan.faults.begin() + static_cast<std::ptrdiff_t>(at));
  const Result<RunResult> without = runner(tried.plan, whole_run);
  if (!without) return refused(tried.plan, without.error());
  if (!has_ended(*without)) {
    tried.broken = "without one fault: " + how_it_ended(*without);
    return tried;
  }
  const std::vector<std::string> with = happened_before(*whole, begins);
  const std::vector<std::string> now = happened_before(*without, begins);
  const auto [was, is] = std::ranges::mismatch(with, now);
  if (was == with.end() && is == now.end()) return tried;
  tried.broken = "without the fault at " + to_text(begins) +
                 " something else happens before it: '" + (is == now.end() ? "nothing" : *is) +
                 "', not '" + (was == with.end() ? "nothing" : *was) + "'";
  return tried;
}

Tried runs_without_an_operation(const Case& tried_case, const Runner& runner) {
  Tried tried{.plan = tried_case.plan};
  if (!tried.plan.operations.empty()) {
    const std::size_t at = chosen_of(tried.plan, tried.plan.operations.size());
    tried.plan.operations.erase(tried.plan.operations.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Result<RunResult> run = runner(tried.plan, whole_run);
  if (!run) return refused(tried.plan, run.error());
  Tried ended = tried_with(tried.plan, *run);
  if (!has_ended(*run)) ended.broken = "without one operation: " + how_it_ended(*run);
  return ended;
}

Tried beginnings_agree(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> run = runner(tried_case.plan, whole_run);
  if (!run) return refused(tried_case.plan, run.error());
  Tried tried = tried_with(tried_case.plan, *run);
  constexpr std::size_t looks = 12;
  const std::size_t size = run->history.events.size();
  for (std::size_t look = 1; look <= looks && tried.broken.empty(); ++look) {
    const auto beginning = checkers::prefix_of(run->history, size * look / (looks + 1));
    const auto report = checkers::judge(beginning);
    const bool wrong = report && report->verdict == checkers::Verdict::invalid;
    if (!wrong || run->judgement.black_box.verdict == checkers::Verdict::invalid) continue;
    tried.anomaly = report->violations.front().id;
    tried.broken = "the first " + std::to_string(beginning.events.size()) +
                   " events alone are wrong: " + report->violations.front().sentence;
  }
  return tried;
}

Tried stops_on_the_way(const Case& tried_case, const Runner& runner) {
  const Result<RunResult> whole = runner(tried_case.plan, {.whole = true, .record_path = true});
  if (!whole) return refused(tried_case.plan, whole.error());
  const Result<RunResult> stops = runner(tried_case.plan, {.record_path = true});
  if (!stops) return refused(tried_case.plan, stops.error());
  Tried tried = tried_with(tried_case.plan, *stops);
  const bool stopped = stops->end == RunEnd::violation;
  const auto [there, here] = std::ranges::mismatch(whole->path, stops->path);
  if (here != stops->path.end()) {
    tried.broken = "it leaves the way of the whole run";
  } else if (stopped && stops->judgement.verdict() != checkers::Verdict::invalid) {
    tried.broken = "it stopped at a violation that is none";
  } else if (!stopped && (there != whole->path.end() || stops->end != whole->end)) {
    tried.broken = "it ended before the whole run, at no violation";
  } else if (!stopped && stops->judgement.verdict() != whole->judgement.verdict()) {
    tried.broken = "it has another verdict than the whole run";
  }
  return tried;
}

Tried reads_back_equal(const Case& tried_case, const Runner&) {
  Tried tried{.plan = tried_case.plan};
  if (const auto wrong = scenarios::check(tried_case.scenario)) tried.broken = to_text(*wrong);
  const std::string text = scenarios::write_scenario(tried_case.scenario);
  const auto scenario = scenarios::parse_scenario(text, "scenario");
  if (!scenario) {
    tried.broken = to_text(scenario.error());
  } else if (*scenario != tried_case.scenario) {
    tried.broken = "the scenario is read back as another";
  }
  const auto plan = scenarios::parse_plan(scenarios::write_plan(tried_case.plan), "plan");
  if (!plan) {
    tried.broken = to_text(plan.error());
  } else if (*plan != tried_case.plan) {
    tried.broken = "the plan is read back as another";
  }
  return tried;
}

}  // namespace lockstep::properties
