// Long histories of a correct lock are valid, to both judges, without a warning.
#include "checkers/lock_world.hpp"

#include <gtest/gtest.h>

#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

std::string all_words(const Report& report, const History& history) {
  std::string words(name_of(report.verdict));
  for (const std::string& reason : report.unknown_reasons) words += "\n" + reason;
  for (const Violation& violation : report.violations) words += "\n" + describe(violation, history);
  for (const Violation& warning : report.warnings) words += "\n" + describe(warning, history);
  return words;
}

/// Every report of `full` worlds is valid; returns what they exercised.
Exercised expect_valid(LockWorldOptions options, std::uint64_t full) {
  Exercised exercised;
  const std::uint64_t seeds = test_seeds(full);
  for (options.seed = 1; options.seed <= seeds; ++options.seed) {
    const History history = run_lock_world(options);
    const auto both = judge_both(history);
    EXPECT_TRUE(both.has_value());
    for (const Report* const report : {&both->black_box, &both->oracle}) {
      EXPECT_EQ(report->verdict, Verdict::valid)
          << "seed " << options.seed << ", " << name_of(report->judge) << "\n"
          << all_words(*report, history);
      EXPECT_TRUE(report->warnings.empty())
          << "seed " << options.seed << ", " << name_of(report->judge) << "\n"
          << all_words(*report, history);
    }
    EXPECT_EQ(both->disagreement, "");
    exercised.merge(both->black_box.exercised);
    if (::testing::Test::HasFailure()) break;
  }
  return exercised;
}

TEST(LockWorld, without_faults_is_valid) {
  const Exercised exercised = expect_valid({.operations = 400}, 200);
  EXPECT_GT(exercised.of(Property::grant), 0U);
  EXPECT_GT(exercised.of(Property::contended), 0U);
  EXPECT_GT(exercised.of(Property::renew), 0U);
  EXPECT_GT(exercised.of(Property::release), 0U);
  EXPECT_GT(exercised.of(Property::guarded_write), 0U);
  EXPECT_GT(exercised.of(Property::guarded_read), 0U);
  EXPECT_EQ(exercised.of(Property::unknown), 0U);
}

TEST(LockWorld, with_every_fault_is_valid) {
  const Exercised exercised = expect_valid({.operations = 600,
                                            .drift_ppm = 5'000,
                                            .eps = microseconds(50),
                                            .lost = 60,
                                            .late = 40,
                                            .crashes = 20,
                                            .stalls = 30,
                                            .liveness = true},
                                           1'000);
  for (std::size_t i = 0; i < lock_property_count; ++i) {
    const auto property = static_cast<Property>(i);
    EXPECT_GT(exercised.of(property), 0U) << name_of(property);
  }
}

TEST(LockWorld, under_heavy_loss_on_one_key_is_valid) {
  expect_valid({.operations = 300, .keys = 1, .lost = 250, .late = 100, .crashes = 50}, 1'000);
}

TEST(LockWorld, in_the_order_of_time_is_valid) {
  expect_valid({.operations = 300, .lost = 50, .late = 50, .order = Order::real_time}, 100);
}

TEST(LockWorld, is_a_function_of_its_options) {
  const LockWorldOptions options{.seed = 7, .lost = 50, .late = 50, .crashes = 10};
  EXPECT_EQ(write_history(run_lock_world(options)), write_history(run_lock_world(options)));
}

TEST(LockWorld, survives_a_file) {
  const std::string text = write_history(run_lock_world({.lost = 50, .late = 50, .crashes = 10}));
  const auto history = parse_history(text, "world");
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(write_history(*history), text);
}

}  // namespace
}  // namespace lockstep::checkers
