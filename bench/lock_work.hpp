// What the benchmarks of locks do with a lock, and how they know that it was one: fencing tokens
// grow, nobody is inside beside a holder, and at the end nothing is held. A wrong lock ends the
// program.
#pragma once

#include <functional>
#include <string>

#include "bench/measure.hpp"
#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"

namespace lockstep::bench {

using LockOf = std::function<lock::DistributedLockBackend&(std::size_t worker)>;

struct LockWork {
  std::size_t workers = 1;
  std::uint64_t rounds_each = 1;
  LockOf lock_of;
};

/// Every worker acquires and releases a key of its own. Rounds are pairs.
[[nodiscard]] env::Task<void> pairs(env::Env& env, const LockWork& work, Latencies& ns);
/// Every worker renews a lease of its own.
[[nodiscard]] env::Task<void> renewals(env::Env& env, const LockWork& work, Latencies& ns);

struct Contest {
  std::uint64_t granted = 0;
  std::uint64_t refused = 0;
};
/// All workers try to take one key, hold it for a turn of the loop, and give it back. Rounds are
/// attempts.
[[nodiscard]] env::Task<Contest> contest(env::Env& env, const LockWork& work, Latencies& ns);

/// How long a waiter takes over after a release, and after an expiry: from the moment at which the
/// holder called release, or its local deadline, to the waiter's grant. `rounds_each` times.
struct Handover {
  bool by_release = true;
  Nanos ttl = seconds(10);
  Nanos retry = milliseconds(10);
};
[[nodiscard]] env::Task<void> handovers(env::Env& env, const LockWork& work, Handover how,
                                        Latencies& ns);

}  // namespace lockstep::bench
