// The zoo: wrong locks on purpose, each with one real flaw of a public implementation. A checker is
// trusted only after it was seen to find each of them.
#pragma once

#include <span>

#include "scenarios/lock_world/implementation.hpp"

namespace lockstep::scenarios {

/// By name: "zoo/plain_delete". What is wrong, and what it breaks, in `about`.
[[nodiscard]] std::span<const Implementation> zoo_implementations();

}  // namespace lockstep::scenarios
