// LeaseKeeper: holds one lock for as long as a worker needs it. It waits until the lock is free,
// runs the worker under the lease, renews it, stops the worker in time when the lease cannot be
// kept, and starts over; on shutdown it renews until the worker has drained, then releases.
//
// The decisions are in keeper_machine.hpp; this is the shell that performs them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/lock/guard.hpp"
#include "impl/lock/lock_config.hpp"
#include "impl/lock/metrics.hpp"

namespace lockstep::lock {

enum class LossReason : std::uint8_t {
  lost,              ///< the store says that the lease ended
  deadline_reached,  ///< no renewal got through in time; the store may still hold it
};

/// What the keeper knows of its lock.
enum class Standing : std::uint8_t {
  unknown,    ///< not asked yet, the last answer was an error, or the lease has just ended
  contended,  ///< the last answer was that somebody else holds it
  holding,    ///< until the local deadline, or the news that it was lost
};

class LeaseKeeper {
 public:
  /// Called anew for every lease. Its end, by itself, ends the keeper: a dead worker keeps no lock.
  /// May be a lambda with captures only if it is no coroutine itself (it returns one).
  using Worker = std::function<Task<void>(LeaseGuard guard)>;
  /// Called when a lease is lost, before the worker has stopped. Must not suspend or throw.
  using OnLost = std::function<void(const Lease& lease, LossReason reason)>;

  struct Job {
    std::string key;
    std::string owner;
    Worker worker;
    OnLost on_lost;  ///< may be empty
  };

  /// Both outlive the keeper.
  LeaseKeeper(env::Env& env, DistributedLockBackend& backend, DistributedLockConfig config);
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  /// Demands that run() has returned, unless the node is dead.
  ~LeaseKeeper();

  /// Keeps the lock for `job` until the worker ends by itself or stop() is called; call once at a
  /// time. The worker's stop token fires at stop_at = deadline - stop_grace without a successful
  /// renewal, on `Lost`, and on stop(); a worker that still runs at the deadline is cancelled; the
  /// keeper then tries to acquire again once the worker is gone. After a stop() the lease is
  /// renewed until the worker has drained, then released. Cancelling run() acts as stop(): it still
  /// takes as long as the worker takes to drain. An exception of the worker leaves run() after the
  /// lease was released.
  /// With config.enabled false the worker runs once, without a lease and with fence 0.
  /// Errors: `invalid_argument` - the configuration, key or owner (definite, nothing was sent).
  [[nodiscard]] Task<Result<void>> run(Job job);

  /// Asks run() to come to its end. Idempotent.
  void stop();

  [[nodiscard]] const LockMetrics& metrics() const;
  /// Now, by this node's clock.
  [[nodiscard]] Standing standing() const;

 private:
  class Shell;
  std::unique_ptr<Shell> shell_;
};

}  // namespace lockstep::lock
