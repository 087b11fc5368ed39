// What a scenario's "implementation" names: the lock backend under test, made anew for each
// incarnation of a client.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::scenarios {

struct Implementation {
  std::string_view name;   ///< "reference"
  std::string_view about;  ///< one line
  /// One client per lock server, at least one; they outlive the backend.
  std::unique_ptr<lock::DistributedLockBackend> (*make)(env::Env& env,
                                                        std::span<redis::Client* const> clients);
};

/// nullptr if there is none of that name.
[[nodiscard]] const Implementation* find_implementation(std::string_view name);

}  // namespace lockstep::scenarios
