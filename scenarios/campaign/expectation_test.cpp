#include "scenarios/campaign/expectation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/histogram.hpp"
#include "scenarios/campaign/shard.hpp"

namespace lockstep::campaign {
namespace {

using reports::Standing;
using scenarios::Expectation;
using scenarios::ExpectedVerdict;

const Expectation expects_valid;

Expectation expects(std::vector<std::string> anomalies, std::int64_t within) {
  Expectation out;
  out.verdict = ExpectedVerdict::invalid;
  out.anomalies = std::move(anomalies);
  out.allowed = {"lock/stuck"};
  out.within_seeds = within;
  return out;
}

Observed hundred_seeds() {
  Observed out;
  out.seeds = 100;
  return out;
}

Standing standing(const Expectation& expect, const Observed& observed) {
  return judge(expect, {}, observed).standing;
}

TEST(Expectation, clean_seeds_are_as_expected_of_a_valid_scenario) {
  const Judgement judgement = judge(expects_valid, {}, hundred_seeds());
  EXPECT_EQ(judgement.standing, Standing::as_expected);
  EXPECT_TRUE(judgement.reasons.empty());
}

TEST(Expectation, any_id_fails_a_valid_scenario) {
  Observed observed = hundred_seeds();
  observed.anomalies["lock/double-grant"] = {1, 41, Seed{41}};
  const Judgement judgement = judge(expects_valid, {}, observed);
  EXPECT_EQ(judgement.standing, Standing::failed);
  ASSERT_EQ(judgement.reasons.size(), 1U);
  EXPECT_EQ(judgement.reasons[0],
            "lock/double-grant is neither expected nor allowed; first at seed 41");
}

TEST(Expectation, an_expected_id_found_in_time_is_as_expected) {
  Observed observed = hundred_seeds();
  observed.anomalies["lock/double-grant"] = {3, 49, Seed{49}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 50), observed), Standing::as_expected);
}

TEST(Expectation, an_expected_id_found_too_late_fails) {
  Observed observed = hundred_seeds();
  observed.anomalies["lock/double-grant"] = {3, 50, Seed{50}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 50), observed), Standing::failed);
}

TEST(Expectation, an_expected_id_missed_after_enough_seeds_fails) {
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 100), hundred_seeds()), Standing::failed);
}

TEST(Expectation, an_expected_id_missed_after_too_few_seeds_is_unknown) {
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 101), hundred_seeds()), Standing::unknown);
}

TEST(Expectation, each_of_several_expected_ids_must_be_found) {
  Observed observed = hundred_seeds();
  observed.anomalies["lock/double-grant"] = {3, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant", "lock/lost-early"}, 50), observed),
            Standing::failed);
}

TEST(Expectation, allowed_ids_count_neither_way) {
  Observed observed = hundred_seeds();
  observed.anomalies["lock/double-grant"] = {1, 0, Seed{0}};
  observed.anomalies["lock/stuck"] = {9, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 50), observed), Standing::as_expected);
  observed.anomalies.erase("lock/double-grant");
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 50), observed), Standing::failed);
}

TEST(Expectation, an_unforeseen_id_outweighs_what_was_found_and_what_is_missing) {
  Observed observed = hundred_seeds();
  observed.anomalies["fence/token-reused"] = {1, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 500), observed), Standing::failed);
}

TEST(Expectation, seeds_without_a_verdict_make_a_valid_scenario_unknown) {
  Observed observed = hundred_seeds();
  observed.seeds_unknown = 2;
  observed.first_unknown = Seed{17};
  observed.unknown_reason = "budget spent";
  const Judgement judgement = judge(expects_valid, {}, observed);
  EXPECT_EQ(judgement.standing, Standing::unknown);
  ASSERT_EQ(judgement.reasons.size(), 1U);
  EXPECT_EQ(judgement.reasons[0], "2 seeds could not be judged; first 17: budget spent");
}

TEST(Expectation, seeds_without_a_verdict_do_not_hide_an_expected_id) {
  Observed observed = hundred_seeds();
  observed.seeds_unknown = 2;
  observed.anomalies["lock/double-grant"] = {3, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 50), observed), Standing::as_expected);
}

TEST(Expectation, what_no_seed_exercised_makes_a_scenario_unknown) {
  Observed observed = hundred_seeds();
  observed.exercised["grant"] = 100;
  observed.exercised["takeover"] = 0;
  const Judgement judgement = judge(expects_valid, {"grant", "takeover"}, observed);
  EXPECT_EQ(judgement.standing, Standing::unknown);
  ASSERT_EQ(judgement.reasons.size(), 1U);
  EXPECT_EQ(judgement.reasons[0], "not exercised by any seed: takeover");
}

TEST(Expectation, no_seed_at_all_is_never_a_success) {
  EXPECT_EQ(standing(expects_valid, Observed{}), Standing::unknown);
}

TEST(Expectation, a_divergence_outweighs_everything) {
  Observed observed = hundred_seeds();
  observed.divergences = 1;
  observed.anomalies["lock/double-grant"] = {1, 0, Seed{0}};
  EXPECT_EQ(standing(expects_valid, observed), Standing::diverged);
}

TEST(Expectation, a_single_seed_is_not_held_to_what_a_campaign_must_show) {
  Observed observed;
  observed.single_seed = true;
  observed.seeds = 1;
  const Judgement judgement = judge(expects({"lock/double-grant"}, 1), {"takeover"}, observed);
  EXPECT_EQ(judgement.standing, Standing::as_expected);
  observed.anomalies["lock/stuck"] = {1, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 1), observed), Standing::as_expected);
  observed.anomalies["fence/token-reused"] = {1, 0, Seed{0}};
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 1), observed), Standing::failed);
}

TEST(Expectation, a_single_seed_without_a_verdict_is_unknown) {
  Observed observed;
  observed.single_seed = true;
  observed.seeds = 1;
  observed.seeds_unknown = 1;
  EXPECT_EQ(standing(expects_valid, observed), Standing::unknown);
  EXPECT_EQ(standing(expects({"lock/double-grant"}, 1), observed), Standing::unknown);
}

TEST(ExitCode, is_that_of_the_gravest_outcome) {
  Outcome outcome;
  EXPECT_EQ(exit_of(outcome), Exit::as_expected);
  outcome.unknown = true;
  EXPECT_EQ(exit_of(outcome), Exit::unknown);
  outcome.violated = true;
  EXPECT_EQ(exit_of(outcome), Exit::violation);
  outcome.diverged = true;
  EXPECT_EQ(exit_of(outcome), Exit::divergence);
  outcome.interrupted = true;
  EXPECT_EQ(exit_of(outcome), Exit::interrupted);
  outcome.cannot_write = true;
  EXPECT_EQ(exit_of(outcome), Exit::cannot_write);
  outcome.internal_error = true;
  EXPECT_EQ(exit_of(outcome), Exit::internal);
}

TEST(ExitCode, numbers_are_those_of_the_house) {
  EXPECT_EQ(static_cast<int>(Exit::as_expected), 0);
  EXPECT_EQ(static_cast<int>(Exit::violation), 1);
  EXPECT_EQ(static_cast<int>(Exit::unknown), 2);
  EXPECT_EQ(static_cast<int>(Exit::divergence), 3);
  EXPECT_EQ(static_cast<int>(Exit::usage), 64);
  EXPECT_EQ(static_cast<int>(Exit::bad_input), 65);
  EXPECT_EQ(static_cast<int>(Exit::missing), 66);
  EXPECT_EQ(static_cast<int>(Exit::unavailable), 69);
  EXPECT_EQ(static_cast<int>(Exit::internal), 70);
  EXPECT_EQ(static_cast<int>(Exit::cannot_write), 74);
  EXPECT_EQ(static_cast<int>(Exit::interrupted), 130);
}

TEST(Shard, shards_share_no_seed_and_cover_all) {
  const scenarios::SeedRange range{10, Seed{5}};
  std::vector<std::uint64_t> seen;
  for (std::uint32_t index = 1; index <= 3; ++index) {
    const Shard shard{index, 3};
    for (std::uint64_t n = 0; n < seeds_in(range, shard); ++n) {
      seen.push_back(seed_at(range, shard, n).value);
    }
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{5, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
}

TEST(Shard, more_shards_than_seeds_leave_some_empty) {
  const scenarios::SeedRange range{2, Seed{0}};
  EXPECT_EQ(seeds_in(range, Shard{2, 3}), 1U);
  EXPECT_EQ(seeds_in(range, Shard{3, 3}), 0U);
}

TEST(Shard, is_read_as_i_of_n) {
  EXPECT_EQ(parse_shard("2/4"), (Shard{2, 4}));
  for (const char* wrong : {"", "2", "0/4", "5/4", "2/0", "-1/4", "1/4x", "a/b", "1/", "/4",
                            "1/4/2", "99999999999/99999999999"}) {
    const auto shard = parse_shard(wrong);
    ASSERT_FALSE(shard.has_value()) << wrong;
    EXPECT_EQ(scenarios::exit_code_of(shard.error()), 64);
  }
}

TEST(Histogram, percentiles_are_exact_to_one_part_in_sixteen) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(milliseconds(i));
  EXPECT_EQ(histogram.count(), 1000U);
  EXPECT_EQ(histogram.least(), milliseconds(1));
  EXPECT_EQ(histogram.most(), milliseconds(1000));
  for (const std::uint64_t percent : {1U, 50U, 90U, 99U}) {
    const Nanos exact = milliseconds(static_cast<std::int64_t>(percent) * 10);
    EXPECT_GE(histogram.percentile(percent), exact) << percent;
    EXPECT_LE(histogram.percentile(percent), exact + exact / 16) << percent;
  }
  EXPECT_EQ(histogram.percentile(100), milliseconds(1000));
}

TEST(Histogram, holds_the_smallest_and_the_greatest_of_all_times) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentile(50), Nanos(0));
  histogram.add(Nanos(0));
  histogram.add(Nanos(INT64_MAX));
  histogram.add(Nanos(-5));
  EXPECT_EQ(histogram.least(), Nanos(0));
  EXPECT_EQ(histogram.most(), Nanos(INT64_MAX));
  EXPECT_EQ(histogram.percentile(50), Nanos(0));
  EXPECT_EQ(histogram.percentile(100), Nanos(INT64_MAX));
}

}  // namespace
}  // namespace lockstep::campaign
