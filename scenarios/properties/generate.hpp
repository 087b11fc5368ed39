// Draws scenarios within terms, and plans of them: what the properties are tried on.
//
// Everything that is drawn is right by construction where that is easy, and else is drawn and left
// out when check() refuses it; what comes out was accepted by check(). Small on purpose: few
// clients, few keys, some virtual seconds, so that a run is cheap and hits its faults.
//
// A case is a function of its seed (and the terms): rapidcheck generates, from an engine of this
// seed alone, so that one case is repeated without the ones before it.
#pragma once

#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario.hpp"
#include "scenarios/properties/terms.hpp"

namespace lockstep::properties {

struct Case {
  scenarios::Scenario scenario;
  scenarios::Plan plan;  ///< of the scenario and the seed, its operations mutated in half the cases
};

/// `name`: of the scenario, [a-z0-9_]+. `terms`: one is drawn; there is at least one.
/// `implementation`: what the scenario names.
[[nodiscard]] Case generate(std::string_view name, const std::vector<Terms>& terms, Seed seed,
                            std::string_view implementation);

// What generate() is made of; to be called inside rc::gen::exec.

[[nodiscard]] scenarios::Scenario drawn_scenario(const Terms& terms);
/// Adds entries that check() accepts.
void draw_faults(const Terms& terms, scenarios::Scenario& scenario);
/// Takes operations out, lets them follow at once, aims them all at one key, makes them short: what
/// an average of a scenario's ranges seldom is. Keeps (client, n) unique and in order.
void mutate_operations(scenarios::Plan& plan);

}  // namespace lockstep::properties
