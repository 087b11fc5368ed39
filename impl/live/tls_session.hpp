// The client side of TLS over a byte transport that never blocks: OpenSSL without its sockets.
//
// Not done: client certificates, session resumption, ALPN, revocation checks.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/env/stream.hpp"

namespace lockstep::live {

/// What an attempt to move bytes without waiting came to.
struct IoResult {
  enum class Kind : std::uint8_t {
    moved,    ///< n > 0 bytes
    blocked,  ///< none now; try again when the socket is ready
    ended,    ///< the peer ended the stream in order
    failed,   ///< reset, or broken TLS; nothing further
  };
  Kind kind = Kind::blocked;
  std::size_t n = 0;
};

/// Where ciphertext comes from and goes to.
class TlsTransport {
 public:
  [[nodiscard]] virtual IoResult receive(std::span<std::byte> into) = 0;
  [[nodiscard]] virtual IoResult send(std::span<const std::byte> from) = 0;

 protected:
  ~TlsTransport() = default;
};

struct SslFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsContext = std::shared_ptr<SSL_CTX>;

/// Certificates to trust: those of a PEM file, or the system's if `ca_file` is empty. TLS 1.2 or
/// later. Reads files. Errors, definite: `bad_certificate` (the file cannot be loaded).
[[nodiscard]] Result<TlsContext> make_tls_context(const std::string& ca_file);

class TlsSession {
 public:
  /// @param host  Whom to expect: the name or address that the certificate must carry, unless
  ///              `tls.sni` names somebody else; sent as SNI unless it is an address.
  /// @param transport  Outlives the session.
  [[nodiscard]] static std::unique_ptr<TlsSession> client(const TlsContext& context,
                                                          const env::Tls& tls,
                                                          const std::string& host,
                                                          TlsTransport& transport);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Handshake : std::uint8_t { done, blocked, failed };
  /// One attempt. After `failed`, error() says why: `bad_certificate`, `protocol` or `refused` (the
  /// peer hung up), all definite.
  [[nodiscard]] Handshake handshake();
  [[nodiscard]] const Error& error() const { return error_; }

  /// Takes decrypted bytes.
  [[nodiscard]] IoResult read(std::span<std::byte> into);
  /// Encrypts all of `from` into the session's own memory; false when TLS is broken. Call flush().
  [[nodiscard]] bool encrypt(std::span<const std::byte> from);
  /// Hands encrypted bytes to the transport; `moved` when none are left.
  [[nodiscard]] IoResult flush();
  [[nodiscard]] bool has_unsent() const { return !out_.empty(); }
  /// Says farewell to the peer; call flush().
  void farewell();

 private:
  TlsSession(SSL* ssl, TlsTransport& transport);
  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* from, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);
  static const BIO_METHOD* bio_method();
  [[nodiscard]] Error handshake_error() const;

  std::unique_ptr<SSL, SslFree> ssl_;
  TlsTransport& transport_;
  std::vector<std::byte> out_;  ///< ciphertext; bounded by one encrypt() plus a few records
  std::size_t sent_ = 0;        ///< of out_
  bool transport_ended_ = false;
  Error error_;
};

}  // namespace lockstep::live
