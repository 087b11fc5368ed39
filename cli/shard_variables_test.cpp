#include "cli/shard_variables.hpp"

#include <gtest/gtest.h>

#include <map>

namespace lockstep::cli {
namespace {

using campaign::Shard;
using Variables = std::map<std::string, std::string>;

scenarios::Input<Shard> shard(const Variables& variables) {
  return shard_from([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

void expect_shard(const Variables& variables, Shard expected) {
  const auto found = shard(variables);
  ASSERT_TRUE(found.has_value()) << scenarios::to_text(found.error());
  EXPECT_EQ(*found, expected) << found->index << "/" << found->count;
}

void expect_mistake(const Variables& variables, const std::string& text) {
  const auto found = shard(variables);
  ASSERT_FALSE(found.has_value()) << text;
  EXPECT_EQ(scenarios::exit_code_of(found.error()), 64);
  EXPECT_NE(scenarios::to_text(found.error()).find(text), std::string::npos)
      << scenarios::to_text(found.error());
}

Variables slurm(const char* id, const char* least, const char* most, const char* count,
                const char* step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", least},
          {"SLURM_ARRAY_TASK_MAX", most},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

TEST(ShardVariables, of_every_system_are_understood) {
  expect_shard({{"LOCKSTEP_SHARD", "2/4"}}, {2, 4});
  expect_shard({{"JOB_COMPLETION_INDEX", "0"}, {"LOCKSTEP_SHARDS", "8"}}, {1, 8});
  expect_shard({{"JOB_COMPLETION_INDEX", "7"}, {"LOCKSTEP_SHARDS", "8"}}, {8, 8});
  expect_shard({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "5"}}, {1, 5});
  expect_shard({{"CI_NODE_INDEX", "5"}, {"CI_NODE_TOTAL", "5"}}, {5, 5});
  expect_shard({{"CIRCLE_NODE_INDEX", "0"}, {"CIRCLE_NODE_TOTAL", "3"}}, {1, 3});
  expect_shard({{"BUILDKITE_PARALLEL_JOB", "2"}, {"BUILDKITE_PARALLEL_JOB_COUNT", "3"}}, {3, 3});
}

TEST(ShardVariables, of_slurm_number_the_tasks_of_a_range) {
  expect_shard(slurm("1", "1", "8", "8", "1"), {1, 8});
  expect_shard(slurm("8", "1", "8", "8", "1"), {8, 8});
  expect_shard(slurm("0", "0", "3", "4", "1"), {1, 4});
  expect_shard(slurm("7", "1", "10", "4", "3"), {3, 4});
  Variables without_step = slurm("2", "1", "2", "2", "1");
  without_step.erase("SLURM_ARRAY_TASK_STEP");
  expect_shard(without_step, {2, 2});
}

TEST(ShardVariables, of_slurm_with_a_list_or_a_part_missing_are_a_mistake) {
  expect_mistake(slurm("3", "1", "7", "3", "1"), "SLURM_ARRAY_TASK_MAX='7'");
  expect_mistake(slurm("9", "1", "8", "8", "1"), "SLURM_ARRAY_TASK_ID='9'");
  expect_mistake(slurm("1", "1", "8", "8", "0"), "SLURM_ARRAY_TASK_STEP='0'");
  expect_mistake({{"SLURM_ARRAY_TASK_ID", "3"}}, "found no SLURM_ARRAY_TASK_MIN");
  expect_mistake({{"SLURM_ARRAY_TASK_COUNT", "3"}}, "found no SLURM_ARRAY_TASK_ID");
}

TEST(ShardVariables, that_are_half_set_name_the_other_half) {
  expect_mistake({{"JOB_COMPLETION_INDEX", "3"}}, "found no LOCKSTEP_SHARDS");
  expect_mistake({{"CI_NODE_INDEX", "3"}}, "found no CI_NODE_TOTAL");
  expect_mistake({{"CIRCLE_NODE_TOTAL", "3"}}, "found no CIRCLE_NODE_INDEX");
  expect_mistake({{"BUILDKITE_PARALLEL_JOB_COUNT", "3"}}, "found no BUILDKITE_PARALLEL_JOB");
  expect_mistake({{"CI_NODE_INDEX", "3"}, {"CI_NODE_TOTAL", ""}}, "found no CI_NODE_TOTAL");
}

TEST(ShardVariables, that_are_no_numbers_or_out_of_range_are_named_with_their_values) {
  expect_mistake({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "3"}},
                 "CI_NODE_INDEX='0', CI_NODE_TOTAL='3'; expected an index from 1");
  expect_mistake({{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "3"}}, "CI_NODE_INDEX='4'");
  expect_mistake({{"JOB_COMPLETION_INDEX", "8"}, {"LOCKSTEP_SHARDS", "8"}},
                 "JOB_COMPLETION_INDEX='8'");
  expect_mistake({{"JOB_COMPLETION_INDEX", "0"}, {"LOCKSTEP_SHARDS", "200000"}},
                 "LOCKSTEP_SHARDS='200000'");
  expect_mistake({{"CI_NODE_INDEX", "one"}, {"CI_NODE_TOTAL", "3"}},
                 "CI_NODE_INDEX='one'; expected a number");
  expect_mistake({{"LOCKSTEP_SHARD", "5/4"}}, "LOCKSTEP_SHARD: found '5/4'");
}

TEST(ShardVariables, of_two_systems_must_agree_unless_ours_decides) {
  Variables both = {{"CI_NODE_INDEX", "2"},
                    {"CI_NODE_TOTAL", "3"},
                    {"JOB_COMPLETION_INDEX", "1"},
                    {"LOCKSTEP_SHARDS", "3"}};
  expect_shard(both, {2, 3});
  both["LOCKSTEP_SHARDS"] = "4";
  expect_mistake(both,
                 "JOB_COMPLETION_INDEX='1', LOCKSTEP_SHARDS='4' (shard 2/4) and "
                 "CI_NODE_INDEX='2', CI_NODE_TOTAL='3' (shard 2/3); expected them to agree");
  both["LOCKSTEP_SHARD"] = "1/9";
  expect_shard(both, {1, 9});
}

TEST(ShardVariables, of_a_gitlab_job_that_is_not_parallel_are_the_whole) {
  expect_shard({{"CI_NODE_TOTAL", "1"}}, {1, 1});
  expect_shard({{"CI_NODE_TOTAL", "1"}, {"LOCKSTEP_SHARD", "2/3"}}, {2, 3});
}

TEST(ShardVariables, that_are_not_there_are_a_mistake) {
  expect_mistake({}, "none of the variables");
  expect_mistake({{"LOCKSTEP_SHARDS", "4"}}, "none of the variables");
  expect_mistake({{"CI_NODE_TOTAL", "2"}}, "none of the variables");
}

}  // namespace
}  // namespace lockstep::cli
