// A process of a live run that faults act on: a client's, or a server's.
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::rig {

class SteeredClock;

class LiveNode {
 public:
  virtual ~LiveNode() = default;

  /// Whether its process runs, paused or not.
  [[nodiscard]] virtual bool up() = 0;
  /// SIGKILL; gone when this returns. No effect if it is not up.
  virtual void kill() = 0;
  /// Starts it again with what it left on its disk. Errors, definite: not_found, io_error.
  [[nodiscard]] virtual Result<void> start() = 0;
  /// SIGSTOP, SIGCONT.
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// nullptr: it has the host's wall clock.
  [[nodiscard]] virtual SteeredClock* clock() = 0;
  /// As sim::Verbs::service(). Returns how many keys or connections it touched. Errors, definite:
  /// invalid_argument (no such verb); those of the server, which nobody waits for longer than
  /// serve_limit.
  [[nodiscard]] virtual Result<std::uint64_t> serve(std::string_view verb,
                                                    std::string_view argument) = 0;

  static constexpr Nanos serve_limit = milliseconds(200);
};

}  // namespace lockstep::rig
