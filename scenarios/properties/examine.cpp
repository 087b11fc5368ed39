#include "scenarios/properties/examine.hpp"

#include <iostream>

#include "impl/base/test_seeds.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/campaign/run_slot.hpp"

namespace lockstep::properties {

namespace {

/// While it lives, an ASSERT or a fatal signal says which case it was, and leaves its plan.
class Guarded {
 public:
  Guarded(const Property& property, const Case& tried, const std::string& out) {
    const Seed seed = tried.plan.config.seed;
    identity_.scenario = property.sentence;
    identity_.rerun = repeat_line(property, {.count = 1, .first = seed});
    if (!out.empty()) identity_.folder = campaign::run_folder(out, identity_.scenario, seed);
    identity_.plan = &tried.plan;
    running_.emplace(slot_, identity_, Nanos(0));
  }

 private:
  campaign::RunIdentity identity_;
  campaign::RunSlot slot_;
  std::optional<campaign::RunningSeed> running_;
};

void announce(const Property& property, scenarios::SeedRange seeds,
              std::string_view implementation) {
  std::cout << "property " << property.sentence << ", " << implementation << ": seeds "
            << seeds.first.value << " to " << seeds.first.value + seeds.count - 1
            << "\n  again: " << repeat_line(property, seeds) << std::endl;
}

}  // namespace

scenarios::Input<scenarios::SeedRange> cases_of(std::uint64_t full) {
  const std::string_view wanted = test_property_seeds();
  if (!wanted.empty()) return scenarios::parse_seeds(wanted);
  return scenarios::SeedRange{.count = test_seeds(full), .first = Seed{0}};
}

std::string repeat_line(const Property& property, scenarios::SeedRange seeds) {
  return "LOCKSTEP_PROPERTY_SEEDS=" + std::to_string(seeds.count) + "@" +
         std::to_string(seeds.first.value) + " scenario_properties_test --gtest_filter='*." +
         std::string(property.sentence) + "'";
}

Examined examine(const Property& property, scenarios::SeedRange seeds,
                 const Experiment& experiment) {
  announce(property, seeds, experiment.implementation);
  Examined examined;
  for (; examined.tried < seeds.count && !examined.seed; ++examined.tried) {
    const Seed seed{seeds.first.value + examined.tried};
    const Case drawn = generate(property.sentence, property.terms, seed, experiment.implementation);
    const Guarded guarded(property, drawn, experiment.out);
    Tried tried = property.law(drawn, experiment.runner);
    examined.unknown += tried.verdict == checkers::Verdict::unknown ? 1U : 0U;
    examined.exercised.merge(tried.exercised);
    if (tried.broken.empty()) continue;
    examined.seed = seed;
    examined.broken = std::move(tried);
  }
  return examined;
}

}  // namespace lockstep::properties
