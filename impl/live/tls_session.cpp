#include "impl/live/tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

namespace lockstep::live {

namespace {

/// The oldest of OpenSSL's queued errors, as text; clears the queue.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

/// Whom the certificate must name. ASSERTs on running out of memory only.
void expect_peer(SSL* ssl, const std::string& host) {
  if (is_address(host)) {
    ASSERT(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1);
    return;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  ASSERT(SSL_set1_host(ssl, host.c_str()) == 1);
}

void announce_name(SSL* ssl, const std::string& host) {
  if (is_address(host)) return;  // RFC 6066: no addresses in SNI
  ASSERT(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1);
}

}  // namespace

Result<TlsContext> make_tls_context(const std::string& ca_file) {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SslFree{});
  ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);  // so that writes never wait to read
  const bool loaded = ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                          : SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1;
  if (loaded) return context;
  return fail(definite(Errc::bad_certificate,
                       "cannot load CA certificates of '" + ca_file + "': " + openssl_reason()));
}

std::unique_ptr<TlsSession> TlsSession::client(const TlsContext& context, const env::Tls& tls,
                                               const std::string& host, TlsTransport& transport) {
  SSL* ssl = SSL_new(context.get());
  ASSERT(ssl != nullptr);
  std::unique_ptr<TlsSession> session(new TlsSession(ssl, transport));
  const std::string& peer = tls.sni.empty() ? host : tls.sni;
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, tls.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (tls.verify) expect_peer(ssl, peer);
  announce_name(ssl, peer);
  return session;
}

TlsSession::TlsSession(SSL* ssl, TlsTransport& transport) : ssl_(ssl), transport_(transport) {
  BIO* bio = BIO_new(bio_method());
  ASSERT(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);  // the session owns it now
}

TlsSession::~TlsSession() = default;

const BIO_METHOD* TlsSession::bio_method() {
  struct Method {
    Method() : method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lockstep")) {
      ASSERT(method != nullptr);
      BIO_meth_set_read(method, &TlsSession::bio_read);
      BIO_meth_set_write(method, &TlsSession::bio_write);
      BIO_meth_set_ctrl(method, &TlsSession::bio_control);
    }
    Method(const Method&) = delete;
    Method& operator=(const Method&) = delete;
    ~Method() { BIO_meth_free(method); }
    BIO_METHOD* method;
  };
  static const Method shared;
  return shared.method;
}

int TlsSession::bio_read(BIO* bio, char* into, int size) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const IoResult got = self->transport_.receive(
      std::as_writable_bytes(std::span(into, static_cast<std::size_t>(size))));
  if (got.kind == IoResult::Kind::moved) return static_cast<int>(got.n);
  if (got.kind == IoResult::Kind::blocked) {
    BIO_set_retry_read(bio);
    return -1;
  }
  self->transport_ended_ = true;
  return 0;
}

int TlsSession::bio_write(BIO* bio, const char* from, int size) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto bytes = std::as_bytes(std::span(from, static_cast<std::size_t>(size)));
  self->out_.insert(self->out_.end(), bytes.begin(), bytes.end());
  return size;
}

long TlsSession::bio_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;  // there is nothing else to control
}

TlsSession::Handshake TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Handshake::done;
  const int reason = SSL_get_error(ssl_.get(), result);
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return Handshake::blocked;
  error_ = handshake_error();
  return Handshake::failed;
}

Error TlsSession::handshake_error() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  const std::string reason = openssl_reason();
  if (verdict != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE) {
    return definite(Errc::bad_certificate, X509_verify_cert_error_string(verdict));
  }
  if (transport_ended_) return definite(Errc::refused, "the peer hung up in the TLS handshake");
  return definite(Errc::protocol, "TLS handshake: " + reason);
}

IoResult TlsSession::read(std::span<std::byte> into) {
  ERR_clear_error();
  std::size_t n = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &n);
  if (result == 1) return {IoResult::Kind::moved, n};
  const int reason = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  if (reason == SSL_ERROR_WANT_READ) return {IoResult::Kind::blocked, 0};
  return {reason == SSL_ERROR_ZERO_RETURN ? IoResult::Kind::ended : IoResult::Kind::failed, 0};
}

bool TlsSession::encrypt(std::span<const std::byte> from) {
  ERR_clear_error();
  std::size_t n = 0;
  const bool done = SSL_write_ex(ssl_.get(), from.data(), from.size(), &n) == 1;
  ERR_clear_error();
  return done && n == from.size();
}

IoResult TlsSession::flush() {
  while (sent_ < out_.size()) {
    const IoResult gone = transport_.send(std::span(out_).subspan(sent_));
    if (gone.kind != IoResult::Kind::moved) return gone;
    sent_ += gone.n;
  }
  out_.clear();
  sent_ = 0;
  return {IoResult::Kind::moved, 0};
}

void TlsSession::farewell() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace lockstep::live
