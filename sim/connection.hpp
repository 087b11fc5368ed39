// Connections as TCP users see them: two directions of ordered bytes, each with latency, a window
// and the faults of its link.
//
// Modelled: order, latency, bandwidth, flow control, end of stream, reset, loss without a sign,
// late delivery after a cut. Not modelled: segments, congestion control, keep-alive, half-close,
// lost acknowledgements (a cut or clog of the way back does not stall the sender).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "sim/chunk_queue.hpp"
#include "sim/event_queue.hpp"
#include "sim/verbs.hpp"

namespace lockstep::sim {

class World;
class NodeRun;
class Connection;
struct Link;

/// Who uses one end: a coroutine's stream or a service's Peer.
class EndUser {
 public:
  virtual ~EndUser() = default;
  /// `bytes` is valid during the call only.
  virtual void on_data(std::string_view bytes) = 0;
  /// End of stream or reset: nothing further arrives.
  virtual void on_lost() = 0;
  /// The window has room again after send_some() took less than it was given.
  virtual void on_room() = 0;
};

/// One direction of a connection; the bytes on their way.
struct Half {
  Connection* connection = nullptr;
  Link* link = nullptr;
  ChunkQueue flying;
  Nanos last_arrival{0};
  std::size_t unread_bytes = 0;  ///< sent and not yet consumed
  std::uint64_t messages = 0;    ///< numbers the latency draws
  std::uint32_t withheld = 0;    ///< chunks at the tail of `flying` that a cut keeps back
  std::uint32_t clogged = 0;     ///< arrivals that a clog keeps back
  std::uint8_t to = 0;           ///< index of the receiving end
  bool silent = false;           ///< lost bytes for good: nothing further arrives
  bool aborted = false;          ///< a reset is all that still arrives, whatever the link does
  bool writer_blocked = false;
};

/// One end of a connection, on one incarnation of a node.
class End {
 public:
  /// How many bytes may be unread by the receiver: 256 KiB, a common socket buffer.
  static constexpr std::size_t window_bytes = 256U << 10U;
  /// A blocked writer hears of room only when there is so much: a reader of single bytes would
  /// else make messages of single bytes (the silly window of RFC 9293, 3.8.6.2).
  static constexpr std::size_t credit_min_bytes = window_bytes / 4;

  /// From now on `user` is told of everything. A connection has its users from the moment it is
  /// open: what arrives without one is dropped.
  void attach(EndUser* user) { user_ = user; }
  [[nodiscard]] bool usable() const { return !closed_ && !lost_; }
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] NodeRun& run() { return *run_; }
  [[nodiscard]] Connection& connection() { return *connection_; }

  /// Sends up to the window's room; returns how much. `limited` false sends everything. A dead node
  /// sends nothing.
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
  using Opened = std::function<void(Result<End*>)>;

  void lose(Errc code_if_opening);
  /// Its process is gone.
  void die();

  Connection* connection_ = nullptr;
  NodeRun* run_ = nullptr;
  EndUser* user_ = nullptr;
  std::unique_ptr<EndUser> owned_;  ///< a service's Peer
  Opened opening_;                  ///< the client's, until the handshake is over
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
  bool tls = false;
  bool verify = true;  ///< the client minds a bad certificate
};

/// Both ends and both directions. Lives as long as its world, which a Peer may outlast its
/// connection for; retire() leaves little of it.
class Connection {
 public:
  Connection(World& world, const Parties& parties);

  [[nodiscard]] End& end(std::size_t index) { return ends_[index]; }
  [[nodiscard]] Half& half_to(std::size_t index) { return halves_[index]; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] const Parties& parties() const { return parties_; }
  [[nodiscard]] std::uint64_t id() const { return parties_.id; }
  /// Both ends are closed or lost: nothing can happen here any more.
  [[nodiscard]] bool over() const { return !ends_[0].usable() && !ends_[1].usable(); }
  /// Numbers the draws of `half` within its link.
  [[nodiscard]] std::uint64_t key(const Half& half) const { return parties_.ordinal * 2 + half.to; }

  void send(Half& half, Chunk::Kind kind, std::string_view bytes = {});
  /// The next chunk arrives at `when`, or together with the one before it if that is later.
  void schedule_arrival(Half& half, Nanos when);
  /// As many chunks arrive now, whatever flies behind them.
  void burst(Half& half, std::uint32_t chunks);
  /// A deliver event of `half` fired.
  void deliver(Half& half);
  /// A credit event of `half` fired: its sender learns that there is room.
  void credit(Half& half);
  /// What a cut kept back is lost for good, and so is all that follows.
  void silence(Half& half);
  /// Both ends see a reset now, through cuts and clogs; what flies is dropped.
  void reset();
  /// Gives back what a connection that is over() still holds.
  void retire();

 private:
  friend class End;
  void schedule_credit(Half& half);
  [[nodiscard]] bool clogged(const Half& half) const;
  void abort(Half& half);
  void arrive(End& end, const Chunk& chunk);
  void open(End& end, Chunk::Kind kind);

  World& world_;
  Parties parties_;
  std::array<End, 2> ends_;     ///< 0: who connected, 1: who accepted
  std::array<Half, 2> halves_;  ///< by the receiving end
};

}  // namespace lockstep::sim
