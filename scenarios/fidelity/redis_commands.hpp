// Generated command sequences for the twins: templates of commands, filled with words that are
// right, odd or wrong, now and then with a word too few or too many.
#pragma once

#include <rapidcheck.h>

#include <vector>

#include "scenarios/fidelity/twin_redis.hpp"

namespace lockstep::scenarios {

/// Strings, hashes, keys, expiries, connections, transactions of two clients.
[[nodiscard]] rc::Gen<std::vector<TwinStep>> command_sequences();
/// Scripts among them: of every kind of result and error, and those that locks are made of.
[[nodiscard]] rc::Gen<std::vector<TwinStep>> script_sequences();

}  // namespace lockstep::scenarios
