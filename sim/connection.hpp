// Connections as TCP users see them: two directions of ordered bytes, each with latency, a window
// and the faults of its link.
//
// Modelled: order, latency, bandwidth, flow control, end of stream, reset, loss without a sign,
// late delivery after a cut. Not modelled: segments, congestion control, keep-alive, half-close,
// lost acknowledgements (a cut of the way back does not stall the sender).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "sim/event_queue.hpp"
#include "sim/verbs.hpp"

namespace lockstep::sim {

class World;
class NodeRun;
class Connection;
struct Link;

struct Chunk {
  enum class Kind : std::uint8_t { data, accept, accept_tls, end, reset };
  Kind kind = Kind::data;
  std::string bytes;
};

/// Who uses one end: a coroutine's stream or a service's Peer.
class EndUser {
 public:
  virtual ~EndUser() = default;
  virtual void on_data(std::string bytes) = 0;
  /// End of stream or reset: nothing further arrives.
  virtual void on_lost() = 0;
  /// The window has room again after send_some() took less than it was given.
  virtual void on_room() = 0;
};

/// One direction of a connection; the bytes on their way.
struct Half {
  Connection* connection = nullptr;
  std::uint8_t to = 0;  ///< index of the receiving end
  std::deque<Chunk> flying;
  Nanos last_arrival{0};
  std::uint32_t messages = 0;    ///< numbers the latency draws
  std::size_t unread_bytes = 0;  ///< sent and not yet consumed
  std::uint32_t withheld = 0;    ///< chunks at the tail of `flying` that a cut keeps back
  std::uint32_t clogged = 0;     ///< arrivals that a clog keeps back
  Link* link = nullptr;
  bool silent = false;  ///< lost bytes for good: nothing further arrives
  bool writer_blocked = false;
};

/// One end of a connection, on one incarnation of a node.
class End {
 public:
  /// How many bytes may be unread by the receiver: 256 KiB, a common socket buffer.
  static constexpr std::size_t window_bytes = 256U << 10U;

  /// From now on `user` is told of everything, first of what arrived before it came.
  void attach(EndUser* user);
  [[nodiscard]] bool usable() const { return !closed_ && !lost_; }
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] NodeRun& run() { return *run_; }
  [[nodiscard]] Connection& connection() { return *connection_; }

  /// Sends up to the window's room; returns how much. `limited` false sends everything.
  std::size_t send_some(std::string_view bytes, bool limited);
  /// The user took `bytes` that were delivered: the sender's window opens by as many.
  void consumed(std::size_t bytes);
  /// This end is done; the other sees end of stream after what was sent. Idempotent.
  void close();
  void own(std::unique_ptr<EndUser> user) {
    owned_ = std::move(user);
    user_ = owned_.get();
  }

 private:
  friend class Connection;
  friend class Network;
  Connection* connection_ = nullptr;
  NodeRun* run_ = nullptr;
  EndUser* user_ = nullptr;
  std::string early_;               ///< arrived before there was a user; at most a window
  std::unique_ptr<EndUser> owned_;  ///< a service's Peer
  void lose();

  std::function<void(Result<End*>)> opening_;  ///< the client's, until the handshake is over
  std::uint8_t index_ = 0;
  bool closed_ = false;
  bool lost_ = false;
};

struct Parties {
  std::uint64_t id = 0;       ///< unique in the world
  std::uint64_t ordinal = 0;  ///< the how-manieth from this client to this server
  NodeRun* client = nullptr;
  NodeRun* server = nullptr;
  std::uint16_t port = 0;
};

/// Both ends and both directions. Lives as long as its world.
class Connection {
 public:
  Connection(World& world, const Parties& parties);

  [[nodiscard]] End& end(std::size_t index) { return ends_[index]; }
  [[nodiscard]] Half& half_to(std::size_t index) { return halves_[index]; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::uint64_t ordinal() const { return ordinal_; }
  [[nodiscard]] Direction direction(const Half& half);
  /// Both ends are closed or lost: nothing can happen here any more.
  [[nodiscard]] bool over() const { return !ends_[0].usable() && !ends_[1].usable(); }

  void send(Half& half, Chunk chunk);
  void schedule_arrival(Half& half, Nanos when);
  void schedule_credit(Half& half);
  /// A deliver event of `half` fired.
  void deliver(Half& half);
  /// A credit event of `half` fired: its sender learns that there is room.
  void credit(Half& half);
  /// Drops what flies towards `index` and lets it see a reset after `delay`. @return bytes dropped.
  std::size_t reset_end(std::size_t index, Nanos delay);

 private:
  void arrive(End& end, Chunk chunk);
  void open(End& end, Chunk::Kind kind);

  World& world_;
  std::uint64_t id_;
  std::uint64_t ordinal_;
  std::uint16_t port_;
  std::array<End, 2> ends_;     ///< 0: who connected, 1: who accepted
  std::array<Half, 2> halves_;  ///< by the receiving end
};

}  // namespace lockstep::sim
