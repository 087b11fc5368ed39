// A service's end of a connection: callbacks instead of coroutines, because a simulated service is
// a state machine that is fed bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep::sim {

class Peer;

class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  /// Bytes arrived, in order. `bytes` is valid during the call only.
  virtual void on_bytes(Peer& peer, std::string_view bytes) = 0;
  /// The other end closed or the connection was reset. Called at most once, and never after
  /// close().
  virtual void on_closed(Peer& peer) = 0;
};

/// Valid until its service dies; after close() or on_closed() sends are ignored.
class Peer {
 public:
  virtual ~Peer() = default;
  /// Who is told; set it before returning from on_accept() or dial()'s callback. nullptr: nobody.
  virtual void set_handler(PeerHandler* handler) = 0;
  /// Hands bytes to the network. Unbounded: a service answers at most what it was asked.
  virtual void send(std::string_view bytes) = 0;
  /// Sends what was handed over, then ends the connection. Idempotent.
  virtual void close() = 0;
  /// Unique in the world, in order of creation.
  [[nodiscard]] virtual std::uint64_t id() const = 0;
};

class Acceptor {
 public:
  virtual ~Acceptor() = default;
  virtual void on_accept(Peer& peer) = 0;
};

}  // namespace lockstep::sim
