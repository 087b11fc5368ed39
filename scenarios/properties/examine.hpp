// Tries a property on many cases, prints how to repeat that before it begins, and leaves of the
// first case that breaks it a failure.json to replay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/verdict.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/seeds.hpp"
#include "scenarios/properties/property.hpp"
#include "scenarios/run.hpp"

namespace lockstep::properties {

/// The cases that a test tries: `full` from seed 0 on (or fewer, as LOCKSTEP_SEEDS says); or, if
/// the environment says LOCKSTEP_PROPERTY_SEEDS=N or N@FIRST, those, FIRST as `--seeds` takes it: a
/// number or a commit hash. Errors: bad_option - that variable.
[[nodiscard]] scenarios::Input<scenarios::SeedRange> cases_of(std::uint64_t full);

struct Examined {
  std::uint64_t tried = 0;
  std::uint64_t unknown = 0;  ///< of these, could not be judged in full
  checkers::Exercised exercised;
  std::optional<Seed> seed{};  ///< of the case that broke the property, the last one tried
  Tried broken;                ///< what came of that
};

struct Experiment {
  scenarios::Runner runner;
  std::string_view implementation = "reference";
  std::string out;  ///< where an ASSERT leaves its failure.json; empty: nowhere
};

/// Cases in order of seed until one breaks the property. Prints the seeds, and the line that
/// repeats them, before the first.
[[nodiscard]] Examined examine(const Property& property, scenarios::SeedRange seeds,
                               const Experiment& experiment);

/// Writes failure.json of the case that broke `property` below `out`, shrunk if it can be.
/// Requires that one did.
/// @return What happened, in words: the property, the seed, the violation, the lines that run the
///         case and the plan again.
[[nodiscard]] std::string report_failure(const Property& property, const Examined& examined,
                                         const scenarios::Runner& runner, const std::string& out);

/// Where tests leave failures: "out/properties" in the folder of the build.
[[nodiscard]] std::string failures_folder();

/// "LOCKSTEP_PROPERTY_SEEDS=100@0 scenario_properties_test --gtest_filter='*.sentence'"
[[nodiscard]] std::string repeat_line(const Property& property, scenarios::SeedRange seeds);

}  // namespace lockstep::properties
