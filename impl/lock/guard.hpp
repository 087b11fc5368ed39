// LeaseGuard: a worker's view of the lease it works under.
#pragma once

#include <algorithm>
#include <memory>

#include "impl/env/clock.hpp"
#include "impl/lock/lease.hpp"
#include "impl/lock/stop_token.hpp"

namespace lockstep::lock {

/// Copyable; all copies see the same lease, and its deadline moves with every renewal.
/// Ask check() before and again after each guarded call: the process may have stood still between.
class LeaseGuard {
 public:
  /// Whether the lease is held as far as this node can know: false from its local deadline on, and
  /// for ever once it was lost or released.
  [[nodiscard]] bool check() const {
    return !state_->ended && state_->clock.now() < state_->lease.deadline;
  }
  [[nodiscard]] const Lease& lease() const { return state_->lease; }
  /// To be presented to every sink. 0 where locking is disabled.
  [[nodiscard]] FencingToken fence() const { return state_->lease.fence; }
  /// Fires at stop_at, on loss, and on shutdown; return soon after, in any case by the deadline.
  [[nodiscard]] const StopToken& stop() const { return state_->stop; }

  /// A sink refused this lease's fencing token because it had `seen` a higher one: the next
  /// acquisition asks for one above it.
  void note_refused(FencingToken seen) const { state_->floor = std::max(state_->floor, seen); }

 private:
  friend class LeaseKeeper;
  struct State {
    env::Clock& clock;
    Lease lease;
    StopToken stop;
    FencingToken floor{};
    bool ended = false;
  };
  explicit LeaseGuard(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace lockstep::lock
