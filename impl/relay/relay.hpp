// Relay: publishes what business transactions left in an outbox, at least once, in order within
// each aggregate. With a leader lock one relay of a fleet works at a time; the others wait for its
// lease to end.
//
// Story. It waits for the lock (LeaseKeeper). With it, it presents its fencing token to the
// publisher, then to the store, then fetches: from then on a relay that held the lock before can
// neither publish nor mark. The steps are RelayMachine's (relay_machine.hpp); no step begins later
// than stop_grace before the lease's deadline. On loss it stops where it is; on stop() it claims
// nothing more, waits for what is on its way, and marks what was published, while the lease is
// renewed.
//
// An entry is published again after a crash or loss of the lock between its publication and its
// mark, or after a call of unknown end, and never for another reason; consumers know it by its
// idempotency key (inbox.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "impl/env/env.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/publisher.hpp"
#include "impl/relay/relay_metrics.hpp"

namespace lockstep::relay {

struct LeaderConfig {
  lock::DistributedLockConfig lock;
  std::string key;    ///< of the lock, and of the fence that is presented
  std::string owner;  ///< label of this instance
};

struct RelayConfig {
  std::size_t batch_max = 32;               ///< entries published by one call, 1 to 10,000
  std::size_t batch_bytes_max = 4U << 20U;  ///< payloads of these; one entry at least
  std::size_t in_flight_max = 4;   ///< calls of the publisher at once, never two of one aggregate
  Nanos poll = milliseconds(500);  ///< between looks at a store that says nothing new
  Nanos backoff_base = milliseconds(500);  ///< after an entry failed; doubled each time
  Nanos backoff_max = seconds(30);
  std::uint32_t failures_max = 10;  ///< of one entry, until it is blocked; 0: never
  Nanos step_timeout =
      milliseconds(1'500);  ///< longest call of store or publisher, as they promise
  /// How long stop() waits for what is on its way to be published and marked.
  Nanos drain_max = seconds(10);
  /// Empty: no election; every relay of the outbox then publishes everything.
  std::optional<LeaderConfig> leader;
};

class Relay {
 public:
  /// All outlive the relay. `backend` is needed for a leader only.
  Relay(env::Env& env, OutboxStore& store, Publisher& publisher, RelayConfig config,
        lock::DistributedLockBackend* backend = nullptr);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Works until stop(); returns when all that was published is marked, or the lease gone, and the
  /// lock is released. Call once. Cancelling it acts as stop().
  /// Errors, definite: `invalid_argument` - the configuration: a bound, no backend for a leader,
  /// step_timeout above stop_grace, what lock::validate demands.
  [[nodiscard]] Task<Result<void>> run();
  void stop();

  [[nodiscard]] const RelayMetrics& metrics() const;
  /// Of the leader lock.
  [[nodiscard]] lock::LockMetrics lock_metrics() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::relay
