// How the tests of this folder try a property: whether it holds, and whether it can be seen to
// fail.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/properties/examine.hpp"

namespace lockstep::properties {

/// Fewer cases cannot be asked for what they exercised.
inline constexpr std::uint64_t cases_to_exercise = 40;

/// Expects that `property` holds in all of `full` cases (or as the environment says), that most of
/// them could be judged, and, of enough cases, that they exercised what it is about.
inline void expect_kept(const Property& property, std::uint64_t full,
                        const scenarios::Runner& runner = scenarios::run_plan) {
  const auto seeds = cases_of(full);
  ASSERT_TRUE(seeds) << "LOCKSTEP_PROPERTY_SEEDS: " << to_text(seeds.error());
  const std::string out = failures_folder();
  const Examined examined = examine(property, *seeds, {.runner = runner, .out = out});
  ASSERT_FALSE(examined.seed) << report_failure(property, examined, runner, out);
  EXPECT_LE(examined.unknown * 2, examined.tried) << "most cases could not be judged";
  if (examined.tried < cases_to_exercise) return;
  for (const checkers::Property each : property.exercised) {
    EXPECT_GT(examined.exercised.of(each), 0U) << "never exercised: " << checkers::name_of(each);
  }
}

/// Expects that `implementation`, wrong on purpose, breaks `property` within so many cases, by
/// showing `anomaly` where that is not empty.
inline void expect_broken(const Property& property, std::string_view implementation,
                          std::string_view anomaly, std::uint64_t within,
                          const scenarios::Runner& runner = scenarios::run_plan) {
  const scenarios::SeedRange seeds{.count = within, .first = Seed{0}};
  const Examined examined =
      examine(property, seeds, {.runner = runner, .implementation = implementation, .out = {}});
  ASSERT_TRUE(examined.seed) << implementation << " was not noticed in " << within << " cases";
  std::cout << "  broken in case " << examined.seed->value << ": " << examined.broken.broken
            << std::endl;
  if (anomaly.empty()) return;
  EXPECT_EQ(examined.broken.anomaly, anomaly) << examined.broken.broken;
}

}  // namespace lockstep::properties
