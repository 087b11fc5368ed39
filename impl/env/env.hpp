// Everything that one incarnation of a node may ask of the outside world, in one place.
// The supplier makes it, keeps it alive as long as the node's coroutines, and hands it by
// reference.
#pragma once

#include "impl/env/clock.hpp"
#include "impl/env/observer.hpp"
#include "impl/env/random.hpp"
#include "impl/env/storage.hpp"
#include "impl/env/stream.hpp"
#include "impl/env/wait.hpp"

namespace lockstep::env {

struct Env {
  asio::any_io_executor executor;  ///< runs this node's coroutines, one at a time
  Waits& waits;
  Clock& clock;
  Random& random;
  Network& network;
  Storage& storage;
  Observer& observer;
};

/// Tells the observer of this node.
inline void observe(Env& env, Signal signal, std::string_view key = {}, std::uint64_t number = 0,
                    Errc error = Errc::ok) {
  const Observation observation{signal, key, number, error};
  env.observer.on(observation);
}

/// Sleeps for at least `d` on this node's monotonic clock; d <= 0 still yields once.
[[nodiscard]] inline Task<Outcome> sleep_for(Env& env, Nanos d) {
  const MonoTime now = env.clock.now();
  return sleep_until(env.waits, d.count() > 0 ? saturating_add(now, d) : now);
}

}  // namespace lockstep::env
