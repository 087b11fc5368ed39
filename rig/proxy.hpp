// A TCP proxy between one client and one server, in this process: the link of a live run, on which
// faults act. Bytes pass unchanged; connections are made and ended as the two sides do.
//
//   cut     what arrives is held back. When the last cut ends, a drawn half of the connections that
//           lost bytes deliver them, late, as TCP's retransmissions do; the others stay silent
//           until they are closed or reset. A connection made during a cut stays silent.
//   clog    what arrives is held back, and delivered in one burst
//   slow    what arrives is delivered later
//   refuse  nobody listens; connections that are there live on
//
// Not modelled: loss and reordering of packets; bandwidth. A connection made during a cut comes
// about (the kernel accepts it) where a real one would not: its commands time out instead.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "impl/live/loop.hpp"

namespace lockstep::rig {

namespace asio = boost::asio;

/// From the client to the server, or back.
enum class Way : std::uint8_t { up, down };

/// The first address of a host, as the system resolves it; waits for that. Errors, definite:
/// refused.
[[nodiscard]] Result<asio::ip::tcp::endpoint> look_up(live::Loop& loop, const std::string& host,
                                                      std::uint16_t port);

struct ProxyOptions {
  asio::ip::tcp::endpoint server;
  /// Which of the connections of this proxy deliver what a cut held back.
  std::function<bool(std::uint64_t connection)> delivers_late;
  /// Told each time that a fault touched a byte or a connection.
  std::function<void(FaultId)> on_touched;
};

/// Loop thread only. `loop` outlives it.
class Proxy {
 public:
  /// Listens on a free port of 127.0.0.1. Errors, definite: `limit` (no port), `io_error`.
  [[nodiscard]] static Result<std::unique_ptr<Proxy>> open(live::Loop& loop, ProxyOptions options);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  /// Closes everything.
  ~Proxy();

  /// Where the client finds its server; stays the same.
  [[nodiscard]] std::uint16_t port() const;

  /// Cuts and clogs count: one heal() per cut(), one unclog() per clog().
  void cut(FaultId fault, Way way);
  void heal(FaultId fault, Way way);
  void clog(FaultId fault, Way way);
  void unclog(FaultId fault, Way way);
  /// From now on; the latest holds, and 0 ends it.
  void slow(FaultId fault, Way way, Nanos extra);
  /// Both sides of every connection see a reset.
  void reset(FaultId fault);
  /// Whether somebody listens.
  void refuse(bool refused);
  /// Another server from now on, for new connections.
  void turn_to(const asio::ip::tcp::endpoint& server);
  /// Ends what cut(), clog(), slow() and refuse() began.
  void heal_all();

 private:
  class Link;
  explicit Proxy(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  std::shared_ptr<Link> link_;
};

}  // namespace lockstep::rig
