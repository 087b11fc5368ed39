// What the implementation reports about itself. impl never logs: a logger reads the clock of the
// operating system and would differ between two runs of one seed.
#pragma once

#include <cstddef>
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

  fence_refused,    ///< a store knows a newer leader; key: the fence; number: the token it knows
  tick_was_taken,   ///< a period or tick that somebody claimed before; key: the task
  relay_began,      ///< a relay works, with a lease or without; number: fencing token
  publish_unknown,  ///< entries may have been published; number: how many
  republished,      ///< of these, now for certain; number: how many
  entry_blocked,    ///< an entry was parked, and its aggregate with it

  queue_opened,   ///< number: the generation
  queue_trimmed,  ///< the opening cut off a torn end; number: bytes
  queue_damaged,  ///< messages are reported lost; number: ranges
  writes_shared,  ///< changes that were one write; number: how many
  write_refused,  ///< only the reserve of the disk is left: nothing was written
  write_failed,   ///< error says why; it may become durable yet
  receipt_stale,  ///< a receipt of an older delivery came back
  event_buried,   ///< an event became a dead letter
};
/// As many as there are; their numbers are dense from 0.
inline constexpr std::size_t signal_count = 26;

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
