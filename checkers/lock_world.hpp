// Makes long histories of a correct lock under faults, for tests and benches: clients that ask,
// renew, write and release; a store with one commit point whose clock drifts; messages that are
// slow, lost or late; clients that crash. What clients never learn is resolved.
//
// Not modelled: any lock of impl; more than one store. It is the specification at play, as small as
// it can be, so that a checker can be tried on histories that are valid by construction.
#pragma once

#include <cstdint>

#include "checkers/history.hpp"

namespace lockstep::checkers {

struct LockWorldOptions {
  std::uint64_t seed = 1;
  std::uint64_t operations = 1'000;  ///< about; the run ends when so many were sent
  std::uint32_t clients = 5;
  std::uint32_t keys = 2;
  Nanos ttl = milliseconds(10);
  std::int64_t drift_ppm = 0;  ///< of the store's clock: drawn from [-drift_ppm, drift_ppm]
  Nanos eps{};                 ///< how much later than its ttl the store may notice an expiry
  // Of 1,000 messages, requests and answers alike:
  std::uint32_t lost = 0;
  std::uint32_t late = 0;  ///< up to ten ttls
  // Of 1,000 client steps:
  std::uint32_t crashes = 0;
  std::uint32_t stalls = 0;  ///< up to two ttls between looking at the clock and acting
  bool fenced = true;
  bool liveness = false;  ///< ends with a heal, faultless time, and a final mark
  Order order = Order::total;
};

/// A function of the options alone.
[[nodiscard]] History run_lock_world(const LockWorldOptions& options);

}  // namespace lockstep::checkers
