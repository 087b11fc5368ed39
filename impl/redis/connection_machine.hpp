// ConnectionMachine: when to connect, when to wait, and which failures reach those who wait.
// A plain state machine: time, demand and random bits come in, one thing to do goes out.
//
// It connects on demand only: an idle client makes no noise. A connection that dies before it
// brought a single reply counts as a failed attempt, so that a server which accepts and resets is
// not hammered.
#pragma once

#include <cstdint>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::redis {

class ConnectionMachine {
 public:
  struct Backoff {
    Nanos min{};
    Nanos max{};
  };
  explicit ConnectionMachine(Backoff backoff) : backoff_(backoff) {}

  struct Input {
    enum class Kind : std::uint8_t {
      look,         ///< nothing new: time passed, or a command was queued
      connected,    ///< the connection is greeted and ready
      failed,       ///< the attempt failed
      lost,         ///< the ready connection is gone
      turned_away,  ///< as lost, and the server was the wrong one: a replica
    };
    Kind kind = Kind::look;
    bool wanted = false;            ///< commands wait
    std::uint64_t jitter_bits = 0;  ///< uniform; read by the three that end a connection
  };

  struct Action {
    enum class Kind : std::uint8_t {
      wait,     ///< look again at `until` or when a command is queued
      connect,  ///< try now; report connected or failed
      serve,    ///< use the connection; report lost
    };
    Kind kind = Kind::wait;
    MonoTime until = never;
  };

  [[nodiscard]] Action step(MonoTime now, Input input);

  /// The present connection brought a proper reply: failures are forgotten.
  void prove() {
    proved_ = true;
    failures_ = 0;
  }
  [[nodiscard]] bool proved() const { return proved_; }

  /// Failed attempts since the last proper reply.
  [[nodiscard]] std::uint32_t failures() const { return failures_; }

 private:
  enum class State : std::uint8_t { down, connecting, up };
  void count_failure(MonoTime now, std::uint64_t jitter_bits);

  Backoff backoff_;
  State state_ = State::down;
  bool proved_ = false;
  std::uint32_t failures_ = 0;
  MonoTime not_before_{MonoTime::min()};
};

/// The k-th pause (k from 1): uniform in [d/2, d] with d = min(max, min * 2^(k-1)), d >= 1 ns.
/// Source: Brooker 2015, "Exponential backoff and jitter" (equal jitter).
[[nodiscard]] Nanos backoff_pause(ConnectionMachine::Backoff backoff, std::uint32_t k,
                                  std::uint64_t jitter_bits);

/// Whether a failed attempt ends the commands that wait at once, because waiting cannot help:
/// `denied`, `bad_certificate`, `protocol`, `invalid_argument`. Others wait for their deadline.
[[nodiscard]] bool fails_waiters(Errc code);

}  // namespace lockstep::redis
