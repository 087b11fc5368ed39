// A TCP connection of one node, plain or with TLS: what is behind a live Stream.
//
// The buffers of callers are never lent to Asio. Bytes are received into a buffer of the
// connection's own and sent by a direct call, so an operation may end at any moment, by deadline or
// cancellation, and nothing touches its buffer afterwards; bytes that arrive meanwhile wait for the
// next read.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impl/live/tls_session.hpp"
#include "impl/live/waits.hpp"

namespace lockstep::live {

/// Loop thread only. Handlers of the io_context share ownership; after close() they do nothing.
class Connection final : public std::enable_shared_from_this<Connection>, private TlsTransport {
 public:
  explicit Connection(std::shared_ptr<LiveWaits> waits);

  /// Connects; `op` ends with `ok`, `refused`, `unreachable` (also at `deadline`) or `cancelled`;
  /// detail() says more.
  void start_connect(const asio::ip::tcp::endpoint& to, MonoTime deadline, env::PendingOp& op);
  /// TLS with the connected peer; `op` ends with `ok`, `bad_certificate`, `protocol`, `refused` (it
  /// hung up), `unreachable` (at `deadline`) or `cancelled`. Requires `peer.tls`.
  void start_handshake(const TlsContext& context, const env::Endpoint& peer, MonoTime deadline,
                       env::PendingOp& op);

  /// As env::Stream's.
  void start_read(std::span<std::byte> into, MonoTime deadline, env::PendingOp& op);
  void start_write(std::span<const std::byte> from, MonoTime deadline, env::PendingOp& op);
  void close();

  [[nodiscard]] LiveWaits& waits() { return *waits_; }
  /// One line about the last failure of connecting or of the handshake.
  [[nodiscard]] const std::string& detail() const { return detail_; }

 private:
  // How far an attempt to move bytes got without waiting.
  struct Progress {
    bool over = false;  ///< the operation ends, with `outcome`
    env::Outcome outcome{};
  };
  [[nodiscard]] Progress try_handshake();
  [[nodiscard]] Progress try_read();
  [[nodiscard]] Progress try_write();
  [[nodiscard]] IoResult::Kind write_plain();
  [[nodiscard]] IoResult::Kind write_tls();
  void end_at_once(env::PendingOp& op, env::Outcome outcome);

  // What the socket carries: plain bytes, or the ciphertext of tls_. Never blocks.
  [[nodiscard]] IoResult receive(std::span<std::byte> into) override;
  [[nodiscard]] IoResult send(std::span<const std::byte> from) override;
  [[nodiscard]] bool refill();
  void filled(std::size_t n);

  void connected(const boost::system::error_code& error);
  [[nodiscard]] bool is_own_reflection() const;
  void advance();
  void arm_receive();
  void arm_writable();

  std::shared_ptr<LiveWaits> waits_;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string detail_;

  enum class Phase : std::uint8_t { connecting, handshake, open, closed };
  Phase phase_ = Phase::connecting;
  bool receiving_ = false;   ///< Asio holds buffer_
  bool more_waits_ = false;  ///< the last receive filled buffer_: the kernel may hold more
  bool awaiting_room_ = false;
  std::optional<IoResult::Kind> receive_over_;  ///< reported once buffer_ is empty

  env::OpQueue connecting_;  ///< each list holds at most one
  env::OpQueue reading_;
  env::OpQueue writing_;
  std::span<std::byte> into_;
  std::span<const std::byte> from_;
  std::size_t written_ = 0;  ///< of from_

  std::vector<std::byte> buffer_;  ///< received, not yet taken: [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lockstep::live
