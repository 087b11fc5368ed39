// The shrinker over runners whose failures are known beforehand: what is needed for a failure must
// stay, everything else must go, and every plan that is run could stand in a file.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/format/failure.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/shrink/edits.hpp"
#include "scenarios/shrink/search.hpp"
#include "scenarios/shrink/shrinker.hpp"

namespace lockstep::shrink {
namespace {

using faults::Kind;
using faults::PlannedFault;
using scenarios::Operation;
using scenarios::Plan;
using scenarios::RunOptions;
using scenarios::RunResult;

constexpr std::string_view id = "lock/double-grant";

/// A lock scenario with everything that can be taken away.
constexpr std::string_view crowded = R"({
  "schema": 1, "name": "crowded", "about": "Everything at once.",
  "workload": {"kind": "lock", "clients": 5, "keys": 3, "hold": "200ms..2s",
               "think": "50ms..500ms", "guarded": "fenced"},
  "lock": {"backend": "redlock", "ttl": "3s"},
  "topology": {"redis": {"nodes": 5, "persistence": "aof-always"}},
  "clocks": {"skew": "-50ms..50ms", "drift_ppm": "-200..200"},
  "duration": "60s",
  "faults": [{"kind": "pause", "target": "client", "every": "2s..6s", "for": "1s..8s"},
             {"kind": "crash", "target": "client/4", "every": "4s..9s", "for": "1s..2s"},
             {"kind": "redis-restart", "target": "redis/4", "every": "5s..9s", "for": "1s..2s"}],
  "strategy": "random",
  "expect": {"verdict": "valid"}})";

Plan crowded_plan(std::uint64_t seed) {
  auto scenario = scenarios::parse_scenario(crowded, "crowded.json");
  EXPECT_TRUE(scenario.has_value());
  return scenarios::expand(*scenario, Seed{seed});
}

using Fails = std::function<bool(const Plan&)>;

RunResult run_that(bool fails, std::string_view anomaly = id) {
  RunResult run;
  run.judgement.black_box.verdict = checkers::Verdict::valid;
  run.judgement.oracle.verdict = checkers::Verdict::valid;
  if (!fails) return run;
  checkers::Violation violation;
  violation.id = anomaly;
  violation.sentence = "Two at once";
  run.judgement.black_box.violations.push_back(violation);
  return run;
}

/// Everything that was run, and a check that each could stand in a file.
class Tried {
 public:
  scenarios::Runner runner(Fails fails) {
    return [this, fails = std::move(fails)](const Plan& plan, const RunOptions&) {
      runs_ += 1;
      const auto read = scenarios::parse_plan(scenarios::write_plan(plan), "plan.json");
      EXPECT_TRUE(read.has_value()) << to_text(read.error());
      if (read) {
        EXPECT_EQ(*read, plan);
      }
      return Result<RunResult>(run_that(fails(plan)));
    };
  }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }

 private:
  std::uint64_t runs_ = 0;
};

Options patient() {
  Options options;
  options.now = [] { return Nanos(0); };  // no time passes: nothing but the search ends it
  return options;
}

Shrunk shrunk(const Plan& plan, Fails fails) {
  Tried tried;
  const auto result = shrink(plan, id, tried.runner(std::move(fails)), patient());
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(result->runs, tried.runs());
  return *result;
}

std::size_t count(const Plan& plan, Kind kind) {
  return static_cast<std::size_t>(std::ranges::count(plan.faults, kind, &PlannedFault::kind));
}

TEST(Shrink, keeps_the_one_fault_that_matters) {
  const Plan plan = crowded_plan(1);
  ASSERT_GT(count(plan, Kind::pause), 5U);
  const FaultId needed = plan.faults[plan.faults.size() / 2].id;
  const Shrunk result = shrunk(plan, [needed](const Plan& p) {
    return std::ranges::find(p.faults, needed, &PlannedFault::id) != p.faults.end();
  });
  EXPECT_EQ(result.end, End::smallest);
  ASSERT_EQ(result.plan.faults.size(), 1U);
  EXPECT_EQ(result.plan.faults.front().id, needed);
  EXPECT_TRUE(result.plan.operations.empty());
  EXPECT_EQ(result.after.clients, 1U);
  EXPECT_EQ(result.plan.config.strategy, scenarios::Strategy::fifo);
}

TEST(Shrink, keeps_faults_that_matter_only_together) {
  const Plan plan = crowded_plan(2);
  const std::set<std::uint32_t> needed{plan.faults.front().id.value,
                                       plan.faults[plan.faults.size() / 3].id.value,
                                       plan.faults[plan.faults.size() / 2].id.value};
  const Shrunk result = shrunk(plan, [&needed](const Plan& p) {
    std::set<std::uint32_t> left = needed;
    for (const PlannedFault& fault : p.faults) left.erase(fault.id.value);
    return left.empty();
  });
  EXPECT_EQ(result.plan.faults.size(), 3U);
}

TEST(Shrink, keeps_two_clients_that_meet_on_one_key) {
  const Plan plan = crowded_plan(3);
  const auto meets = [](const Plan& p) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const Operation& operation : p.operations) seen.emplace(operation.key, operation.client);
    for (const auto& [key, client] : seen) {
      if (seen.lower_bound({key, client + 1}) != seen.end() &&
          seen.lower_bound({key, client + 1})->first == key) {
        return true;
      }
    }
    return false;
  };
  ASSERT_TRUE(meets(plan));
  const Shrunk result = shrunk(plan, meets);
  EXPECT_EQ(result.plan.operations.size(), 2U);
  EXPECT_EQ(result.after.clients, 2U);
  EXPECT_EQ(result.plan.config.workload.keys, 1);
  EXPECT_TRUE(result.plan.faults.empty());
}

TEST(Shrink, makes_a_pause_as_short_as_it_may_be_and_round) {
  const Shrunk result = shrunk(crowded_plan(4), [](const Plan& p) {
    return std::ranges::any_of(p.faults, [](const PlannedFault& fault) {
      return fault.kind == Kind::pause && fault.lasts > milliseconds(812);
    });
  });
  ASSERT_EQ(result.plan.faults.size(), 1U);
  const Nanos lasts = result.plan.faults.front().lasts;
  EXPECT_GT(lasts, milliseconds(812));
  EXPECT_LT(lasts, milliseconds(1700));  // half of it would not do
  EXPECT_EQ(lasts % milliseconds(10), Nanos(0));
}

TEST(Shrink, cuts_the_run_where_nothing_later_matters) {
  const Shrunk result =
      shrunk(crowded_plan(5), [](const Plan& p) { return p.config.duration >= seconds(7); });
  EXPECT_GE(result.after.horizon, seconds(7));
  EXPECT_LT(result.after.horizon, seconds(9));
}

TEST(Shrink, straightens_clocks_and_takes_servers_away_in_pairs) {
  const Shrunk result = shrunk(crowded_plan(6), [](const Plan&) { return true; });
  EXPECT_EQ(result.plan.config.topology.redis.nodes, 3);
  for (const scenarios::NodeClock& clock : result.plan.config.clocks) {
    EXPECT_EQ(clock.skew, Nanos(0)) << clock.node;
    EXPECT_EQ(clock.drift_ppm, 0) << clock.node;
  }
  EXPECT_EQ(result.plan.config.lock, crowded_plan(6).config.lock);  // the promise stays
  EXPECT_EQ(result.plan.config.liveness, crowded_plan(6).config.liveness);
}

TEST(Shrink, takes_up_nothing_that_fails_in_another_way_as_well) {
  const Plan plan = crowded_plan(7);
  const scenarios::Runner runner = [&plan](const Plan& p, const RunOptions&) {
    RunResult run = run_that(true);
    if (p.faults.size() < plan.faults.size()) {
      run.judgement.black_box.violations.push_back(
          run_that(true, "lock/stuck").judgement.black_box.violations.front());
    }
    return Result<RunResult>(run);
  };
  const auto result = shrink(plan, id, runner, patient());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->plan.faults.size(), plan.faults.size());
  EXPECT_TRUE(result->plan.operations.empty());
}

TEST(Shrink, says_so_when_the_plan_does_not_fail) {
  const Plan plan = crowded_plan(8);
  const Shrunk result = shrunk(plan, [](const Plan&) { return false; });
  EXPECT_EQ(result.end, End::not_reproduced);
  EXPECT_EQ(result.plan, plan);
  EXPECT_EQ(result.runs, 1U);
}

TEST(Shrink, passes_on_why_a_plan_cannot_be_run) {
  const scenarios::Runner runner = [](const Plan&, const RunOptions&) -> Result<RunResult> {
    return fail(definite(Errc::invalid_argument, "no such workload"));
  };
  const auto result = shrink(crowded_plan(9), id, runner, patient());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().detail, "no such workload");
}

TEST(Shrink, keeps_the_best_so_far_when_its_budget_is_spent) {
  Nanos clock{};
  Options options;
  options.budget = seconds(20);
  options.now = [&clock] { return clock += seconds(1); };
  Tried tried;
  const Plan plan = crowded_plan(10);
  const auto result = shrink(plan, id, tried.runner([](const Plan&) { return true; }), options);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->end, End::budget_spent);
  EXPECT_LE(result->runs, 21U);
  EXPECT_LT(result->plan.faults.size(), plan.faults.size());
}

TEST(Shrink, keeps_the_best_so_far_when_it_is_interrupted) {
  std::atomic<bool> interrupted{false};
  Options options = patient();
  options.interrupted = &interrupted;
  options.progress = [&interrupted](const Progress& progress) {
    if (progress.runs == 5) interrupted = true;
  };
  Tried tried;
  const auto result =
      shrink(crowded_plan(11), id, tried.runner([](const Plan&) { return true; }), options);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->end, End::interrupted);
  EXPECT_EQ(result->runs, 5U);
}

TEST(Shrink, needs_few_runs_for_one_fault_among_many) {
  const Plan plan = crowded_plan(12);
  const FaultId needed = plan.faults.back().id;
  const Shrunk result = shrunk(plan, [needed](const Plan& p) {
    return std::ranges::find(p.faults, needed, &PlannedFault::id) != p.faults.end();
  });
  EXPECT_LT(result.runs, 250U);
}

TEST(TakeAway, tries_halves_before_pieces_and_ends_one_minimal) {
  std::vector<std::vector<bool>> tried;
  std::vector<bool> last;
  take_away(8, [&](const std::vector<bool>& keep) {
    tried.push_back(keep);
    const bool fails = keep[2] && keep[7];
    if (fails) last = keep;
    return fails;
  });
  EXPECT_EQ(std::ranges::count(tried.front(), true), 0);
  EXPECT_EQ(last, (std::vector<bool>{false, false, true, false, false, false, false, true}));
}

TEST(Edits, an_operation_taken_away_leaves_its_time) {
  Plan plan = crowded_plan(13);
  ASSERT_EQ(plan.operations[0].client, plan.operations[2].client);
  const Nanos before = plan.operations[0].think + plan.operations[0].hold +
                       plan.operations[1].think + plan.operations[1].hold +
                       plan.operations[2].think;
  std::vector<bool> keep(plan.operations.size(), true);
  keep[0] = keep[1] = false;
  const Plan edited = with_operations(plan, keep, TimeOf::stays);
  EXPECT_EQ(edited.operations.front().think, before);
  EXPECT_EQ(edited.operations.front().n, plan.operations[2].n);
  const Plan sooner = with_operations(plan, keep, TimeOf::goes);
  EXPECT_EQ(sooner.operations.front().think, plan.operations[2].think);
}

TEST(Edits, a_client_taken_away_moves_those_behind_it_up) {
  const Plan plan = crowded_plan(14);
  const Plan edited = without_client(plan, 1);
  EXPECT_EQ(edited.config.workload.clients, 4);
  EXPECT_EQ(count(edited, Kind::crash), count(plan, Kind::crash));
  for (const PlannedFault& fault : edited.faults) EXPECT_NE(fault.target, "client/4");
  EXPECT_TRUE(std::ranges::any_of(
      edited.faults, [](const PlannedFault& fault) { return fault.target == "client/3"; }));
  const Plan without_last = without_client(plan, 4);
  EXPECT_EQ(count(without_last, Kind::crash), 0U);
}

TEST(Edits, everything_comes_earlier_together) {
  Plan plan = crowded_plan(15);
  plan.operations.clear();
  const Nanos by = advance_max(plan);
  ASSERT_EQ(by, plan.faults.front().at);
  const Plan edited = advanced(plan, by);
  EXPECT_EQ(edited.faults.front().at, Nanos(0));
  EXPECT_EQ(edited.faults.back().at, plan.faults.back().at - by);
  EXPECT_EQ(edited.config.duration, plan.config.duration - by);
}

}  // namespace
}  // namespace lockstep::shrink
