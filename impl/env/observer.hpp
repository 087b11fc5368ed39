// What the implementation reports about itself. impl never logs: a logger reads the clock of the
// operating system and would differ between two runs of one seed.
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/base/result.hpp"

namespace lockstep::env {

enum class Signal : std::uint8_t {
  connected,           ///< key: host:port
  connect_failed,      ///< key: host:port; number: attempts in a row
  connection_lost,     ///< key: host:port; number: commands that were outstanding
  late_reply_dropped,  ///< key: host:port
  script_reloaded,     ///< key: the script's name
  lease_acquired,      ///< key: the lock; number: fencing token
  lease_contended,
  lease_renewed,       ///< number: fencing token
  lease_renew_failed,  ///< error says why; the lease may live on
  lease_lost,
  lease_released,
  stop_requested,  ///< the keeper fired its stop token
};

struct Observation {
  Signal signal{};
  std::string_view key;
  std::uint64_t number = 0;
  Errc error = Errc::ok;
};

/// Called from coroutines; must not suspend, throw or call back into the implementation.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on(const Observation& observation) = 0;
};

[[nodiscard]] std::string_view name_of(Signal signal);

}  // namespace lockstep::env
