// The operating system's clocks as a node's.
#pragma once

#include <chrono>

#include "impl/env/clock.hpp"

namespace lockstep::live {

class OsClock final : public env::Clock {
 public:
  /// The steady clock, read anew by every call; runs on while the process is stopped.
  [[nodiscard]] MonoTime now() const override {
    return MonoTime(std::chrono::steady_clock::now().time_since_epoch());
  }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::system_clock::now().time_since_epoch());
  }
};

}  // namespace lockstep::live
