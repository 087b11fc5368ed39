// A node's two clocks. Nodes disagree; a holder that compares its clock with a server's is wrong.
#pragma once

#include "impl/base/time.hpp"

namespace lockstep::env {

class Clock {
 public:
  virtual ~Clock() = default;

  /// This node's monotonic clock. Never goes back; its rate may be off by the node's drift.
  [[nodiscard]] virtual MonoTime now() const = 0;

  /// This node's wall clock, ns since 1970. May jump in both directions; never decide a lease by
  /// it.
  [[nodiscard]] virtual WallTime wall() const = 0;
};

}  // namespace lockstep::env
