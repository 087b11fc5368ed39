// A connected byte stream, and how to get one. What a TCP user sees, faults included.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "impl/env/wait.hpp"

namespace lockstep::env {

/// A byte stream to a peer. At most one read and one write may be pending at a time (ASSERTed).
/// Destruction closes; pending operations then end with `closed`.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Use read_some() and write_all() below; these take an operation that is already suspended.
  virtual void start_read(std::span<std::byte> into, MonoTime deadline, PendingOp& op) = 0;
  virtual void start_write(std::span<const std::byte> from, MonoTime deadline, PendingOp& op) = 0;

  /// Ends pending operations with `closed` and tells the peer, if it can still be reached. The peer
  /// may find bytes that were written before. Idempotent.
  virtual void close() = 0;

  [[nodiscard]] virtual Waits& waits() = 0;
};

/// Reads at least one and at most `into.size()` bytes (which must be > 0). `into` stays valid until
/// the operation ends.
/// @return `ok` with n > 0; `connection_lost` at end of stream or reset; `closed` by this end;
///         `no_reply` at the deadline (the stream is still usable); `cancelled`.
[[nodiscard]] inline Task<Outcome> read_some(Stream& stream, std::span<std::byte> into,
                                             MonoTime deadline = never) {
  return suspend_as(
      stream.waits(),
      [](PendingOp& op, Stream* s, std::span<std::byte> to, MonoTime t) {
        s->start_read(to, t, op);
      },
      &stream, into, deadline);
}

/// Hands all of `from` to the transport. `ok` says that it was taken, not that it arrived. `from`
/// stays valid until the operation ends.
/// Errors: `connection_lost`, `closed`, `no_reply` at the deadline, `cancelled`: a prefix of
/// unknown length may arrive at the peer; the stream is of no further use for framed data.
[[nodiscard]] inline Task<Outcome> write_all(Stream& stream, std::span<const std::byte> from,
                                             MonoTime deadline = never) {
  return suspend_as(
      stream.waits(),
      [](PendingOp& op, Stream* s, std::span<const std::byte> bytes, MonoTime t) {
        s->start_write(bytes, t, op);
      },
      &stream, from, deadline);
}

/// TLS of a connection. Live: OpenSSL; in a world: round trips and a bad-certificate fault.
struct Tls {
  std::string sni;      ///< empty: the endpoint's host
  std::string ca_file;  ///< PEM; empty: the system's certificates
  bool verify = true;   ///< false accepts any certificate
};

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::optional<Tls> tls;
};

class Network {
 public:
  virtual ~Network() = default;

  /// Connects, TLS handshake included.
  /// Errors, all definite: `refused`, `unreachable` (no answer by `deadline`), `bad_certificate`,
  /// `protocol` (the peer speaks no TLS), `cancelled`.
  [[nodiscard]] virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint,
                                                                      MonoTime deadline) = 0;
};

}  // namespace lockstep::env
