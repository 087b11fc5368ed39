// The fence rule in words: whoever holds a lock presents its fencing token with everything it does,
// and what it does it to keeps, per lock key, the highest token presented; a lower one is refused,
// an equal one is taken. A new holder's first act is to present its token.
//
// Source: Kleppmann 2016, "How to do distributed locking" (fencing).
#pragma once

#include <string>
#include <variant>

#include "impl/base/ids.hpp"

namespace lockstep::lock {

/// What guards an effect: which lock, and the fencing token of the lease held on it. Token 0 where
/// locking is disabled.
struct Fence {
  std::string key;
  FencingToken token{};
};

/// It took effect.
struct Accepted {};
/// A higher token of that lock was presented before; nothing changed.
struct Refused {
  FencingToken seen{};
};
using GuardedOutcome = std::variant<Accepted, Refused>;

}  // namespace lockstep::lock
