#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "impl/base/hash.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/samples.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::scenarios {
namespace {

Scenario sample(const std::vector<std::string>& sets = {}) {
  return parse_scenario(sample_text(), "sample.json", sets).value();
}

TEST(Expand, is_a_function_of_scenario_and_seed_alone) {
  EXPECT_EQ(expand(sample(), Seed{5}), expand(sample(), Seed{5}));
  EXPECT_NE(expand(sample(), Seed{5}), expand(sample(), Seed{6}));
}

TEST(Expand, is_a_golden_value_on_every_compiler) {
  EXPECT_EQ(digest(write_plan(expand(sample(), Seed{1}))), 13275231896998923275ULL);
}

TEST(Expand, draws_inside_the_ranges_of_the_scenario) {
  std::set<Strategy> strategies;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Scenario scenario = sample();
    const Plan plan = expand(scenario, Seed{seed});
    strategies.insert(plan.config.strategy);
    EXPECT_EQ(plan.config.seed, Seed{seed});
    EXPECT_GE(plan.config.network.latency, scenario.network.latency.low);
    EXPECT_LE(plan.config.network.latency, scenario.network.latency.high);
    ASSERT_EQ(plan.config.clocks.size(), 7U);
    EXPECT_EQ(plan.config.clocks[0].node, "client/0");
    EXPECT_EQ(plan.config.clocks[5].node, "redis/0");
    EXPECT_EQ(plan.config.clocks[6].node, "sink/0");
    for (const NodeClock& clock : plan.config.clocks) {
      EXPECT_GE(clock.skew, Nanos(0));
      EXPECT_LE(clock.skew, milliseconds(200));
      EXPECT_LE(std::abs(clock.drift_ppm), 200);
    }
    for (const Operation& operation : plan.operations) {
      EXPECT_LT(operation.client, 5U);
      EXPECT_LT(operation.key, 2U);
      EXPECT_GE(operation.hold, milliseconds(200));
      EXPECT_LE(operation.hold, seconds(2));
      EXPECT_GE(operation.think, milliseconds(50));
      EXPECT_LE(operation.think, milliseconds(500));
    }
  }
  EXPECT_EQ(strategies.size(), 4U);
  EXPECT_FALSE(strategies.contains(Strategy::drawn));
}

TEST(Expand, every_client_has_rounds_for_twice_the_run_and_all_keys_are_used) {
  const Plan plan = expand(sample(), Seed{1});
  std::map<std::uint32_t, Nanos> span;
  std::map<std::uint32_t, std::uint32_t> next;
  std::set<std::uint32_t> keys;
  for (const Operation& operation : plan.operations) {
    EXPECT_EQ(operation.n, next[operation.client]++);
    span[operation.client] += operation.hold + operation.think;
    keys.insert(operation.key);
  }
  ASSERT_EQ(span.size(), 5U);
  const Nanos run = plan.config.duration + plan.config.liveness;
  for (const auto& [client, total] : span) {
    EXPECT_GE(total, 2 * run);
    EXPECT_LE(total, 2 * run + milliseconds(2500));
  }
  EXPECT_EQ(keys.size(), 2U);
}

TEST(Expand, one_change_of_the_scenario_changes_nothing_else) {
  const Plan before = expand(sample(), Seed{9});
  const Plan no_faults = expand(sample({"faults=[]"}), Seed{9});
  EXPECT_EQ(before.config, no_faults.config);
  EXPECT_EQ(before.operations, no_faults.operations);
  const Plan more_clients = expand(sample({"workload.clients=6"}), Seed{9});
  EXPECT_EQ(before.faults, more_clients.faults);
  EXPECT_TRUE(std::ranges::equal(
      before.operations, std::span(more_clients.operations).first(before.operations.size())));
  EXPECT_EQ(before.config.clocks.back(), more_clients.config.clocks.back()) << "the sink's";
  EXPECT_EQ(before.config.network, more_clients.config.network);
}

TEST(Expand, roles_may_have_clocks_of_their_own) {
  const Plan plan = expand(sample({"clocks.redis.drift_ppm=77", "clocks.sink.skew=5s"}), Seed{2});
  EXPECT_EQ(plan.config.clocks[5].drift_ppm, 77);
  EXPECT_LE(plan.config.clocks[5].skew, milliseconds(200));
  EXPECT_EQ(plan.config.clocks[6].skew, seconds(5));
}

TEST(Expand, replicas_are_redis_nodes_and_an_unguarded_workload_has_no_sink) {
  const Plan plan =
      expand(sample({"topology.redis.replica=true", "workload.guarded=none"}), Seed{2});
  ASSERT_EQ(plan.config.clocks.size(), 7U);
  EXPECT_EQ(plan.config.clocks[5].node, "redis/0");
  EXPECT_EQ(plan.config.clocks[6].node, "redis/1");
}

TEST(Expand, a_thousand_clients_stay_within_the_bound) {
  const Plan plan = expand(sample({"workload.clients=1000"}), Seed{3});
  EXPECT_LE(plan.operations.size(), operations_max);
  EXPECT_GT(plan.operations.size(), 1000U * 50);
}

}  // namespace
}  // namespace lockstep::scenarios
