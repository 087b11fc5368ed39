// Acquiring with patience: wait for a lock, take several at once, run a body under one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"

namespace lockstep::lock {

/// Pause between attempts: uniform in [delay, delay + jitter], drawn anew each time.
struct RetryPolicy {
  Nanos delay = milliseconds(200);
  Nanos jitter = milliseconds(50);
};

/// What to take, and as whom.
struct LockName {
  std::string key;
  std::string owner;
  Nanos ttl{};
};

/// Acquires; retries on contention and on every error except `invalid_argument`, until `deadline`.
/// Ends at most one operation timeout after it. Before it gives up with an attempt of unknown end
/// it sends a release of that token, so that no lease is stranded.
/// @return Acquired; Contended when the last attempt was; else the last attempt's error.
[[nodiscard]] Task<Result<AcquireOutcome>> acquire_within(env::Env& env,
                                                          DistributedLockBackend& backend,
                                                          LockName name, RetryPolicy retry,
                                                          MonoTime deadline);

/// All of `names` or none; one attempt each, in order of key, so that two callers never wait for
/// each other. On the first that cannot be had everything taken is released again.
/// @return The leases, in order of key; an empty vector when one was contended.
/// Errors: of the attempt that failed. What a failed release left behind expires by its ttl.
[[nodiscard]] Task<Result<std::vector<Lease>>> acquire_all(DistributedLockBackend& backend,
                                                           std::vector<LockName> names);

/// Tries once; runs `body` under the lease and releases it, also when the body throws or is
/// cancelled (then the release still runs, and the exception goes on). It does not renew: for
/// bodies that are shorter than the ttl. See LeaseKeeper for others.
/// @return true: the body ran (whatever came of the release: a lease left behind expires by its
///         ttl). false: contended.
/// Errors: of the acquire; the body did not run.
[[nodiscard]] Task<Result<bool>> with_lease(DistributedLockBackend& backend, LockName name,
                                            std::function<Task<void>(const Lease&)> body);

}  // namespace lockstep::lock
