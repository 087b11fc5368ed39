#include "impl/live/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lockstep::live {

namespace {

/// Received at a time: the replies of some thousands of pipelined commands. Per connection.
constexpr std::size_t buffer_bytes = 64U << 10U;
/// Encrypted at a time: four full TLS records leave in one send.
constexpr std::size_t encrypt_bytes_max = 64U << 10U;

using Kind = IoResult::Kind;

std::uint32_t count(std::size_t n) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(n, UINT32_MAX));
}

}  // namespace

Connection::Connection(std::shared_ptr<LiveWaits> waits)
    : waits_(std::move(waits)), socket_(waits_->loop().context()), buffer_(buffer_bytes) {}

void Connection::start_connect(const asio::ip::tcp::endpoint& to, MonoTime deadline,
                               env::PendingOp& op) {
  connecting_.push_back(op);
  waits_->suspend(op, deadline, Errc::unreachable);
  socket_.async_connect(to, [self = shared_from_this()](const boost::system::error_code& error) {
    if (self->connecting_.empty()) return;  // its caller has given up
    const LiveWaits::Turn turn(*self->waits_);
    self->connected(error);
  });
}

void Connection::connected(const boost::system::error_code& error) {
  boost::system::error_code failure = error;
  if (!failure) socket_.set_option(asio::ip::tcp::no_delay(true), failure);
  if (!failure && is_own_reflection()) failure = asio::error::connection_refused;
  Errc code = Errc::ok;
  if (failure) {
    detail_ = failure.message();
    code = failure == asio::error::connection_refused ? Errc::refused : Errc::unreachable;
  } else {
    phase_ = Phase::open;
  }
  waits_->wake(connecting_.front(), {code});
}

/// TCP lets a socket connect to itself when its own port is the one that nobody listens on.
bool Connection::is_own_reflection() const {
  boost::system::error_code ignored;
  return socket_.local_endpoint(ignored) == socket_.remote_endpoint(ignored);
}

void Connection::start_handshake(const TlsContext& context, const env::Endpoint& peer,
                                 MonoTime deadline, env::PendingOp& op) {
  ASSERT(phase_ == Phase::open && peer.tls);
  phase_ = Phase::handshake;
  tls_ = TlsSession::client(context, *peer.tls, peer.host, *this);
  reading_.push_back(op);
  waits_->suspend(op, deadline, Errc::unreachable);
  advance();
}

void Connection::start_read(std::span<std::byte> into, MonoTime deadline, env::PendingOp& op) {
  ASSERT(!into.empty());
  ASSERT(reading_.empty());  // one read at a time
  into_ = into;
  const Progress progress = try_read();
  if (progress.over) return end_at_once(op, progress.outcome);
  reading_.push_back(op);
  waits_->suspend(op, deadline, Errc::no_reply);
  arm_receive();
}

void Connection::start_write(std::span<const std::byte> from, MonoTime deadline,
                             env::PendingOp& op) {
  ASSERT(writing_.empty());  // one write at a time
  from_ = from;
  written_ = 0;
  const Progress progress = try_write();
  if (progress.over) return end_at_once(op, progress.outcome);
  writing_.push_back(op);
  waits_->suspend(op, deadline, Errc::no_reply);
  arm_writable();
}

void Connection::end_at_once(env::PendingOp& op, env::Outcome outcome) {
  waits_->suspend(op, never, Errc::ok);
  waits_->wake(op, outcome);
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  if (tls_ && phase_ == Phase::open) {
    tls_->farewell();
    static_cast<void>(tls_->flush());  // what does not fit is lost with the connection
  }
  phase_ = Phase::closed;
  for (env::OpQueue* list : {&connecting_, &reading_, &writing_}) {
    while (!list->empty()) {
      env::PendingOp& op = list->front();
      list->pop_front();
      waits_->wake(op, {Errc::closed});
    }
  }
  boost::system::error_code ignored;  // the descriptor is gone either way
  socket_.close(ignored);
}

/// Something changed: whoever waits tries again.
void Connection::advance() {
  if (!reading_.empty()) {
    const Progress progress = phase_ == Phase::handshake ? try_handshake() : try_read();
    progress.over ? waits_->wake(reading_.front(), progress.outcome) : arm_receive();
  }
  if (!writing_.empty()) {
    const Progress progress = try_write();
    progress.over ? waits_->wake(writing_.front(), progress.outcome) : arm_writable();
  } else if (tls_ && tls_->has_unsent()) {
    if (tls_->flush().kind == Kind::blocked) arm_writable();
  }
}

Connection::Progress Connection::try_handshake() {
  const TlsSession::Handshake step = tls_->handshake();
  const IoResult flushed = tls_->flush();
  if (flushed.kind == Kind::blocked) arm_writable();
  if (step == TlsSession::Handshake::blocked) return {};
  if (step == TlsSession::Handshake::failed) {
    detail_ = tls_->error().detail;
    return {true, {tls_->error().code}};
  }
  phase_ = Phase::open;
  return {true, {}};
}

Connection::Progress Connection::try_read() {
  if (phase_ == Phase::closed) return {true, {Errc::closed}};
  const IoResult got = tls_ ? tls_->read(into_) : receive(into_);
  if (got.kind == Kind::blocked) return {};
  if (got.kind == Kind::moved) return {true, {Errc::ok, count(got.n)}};
  return {true, {Errc::connection_lost}};
}

Connection::Progress Connection::try_write() {
  if (phase_ == Phase::closed) return {true, {Errc::closed}};
  const Kind kind = tls_ ? write_tls() : write_plain();
  if (kind == Kind::blocked) return {};
  if (kind == Kind::moved) return {true, {Errc::ok, count(written_)}};
  return {true, {Errc::connection_lost}};
}

/// `moved` when all of from_ is gone.
IoResult::Kind Connection::write_plain() {
  if (written_ == from_.size()) return Kind::moved;
  const IoResult gone = send(from_.subspan(written_));
  if (gone.kind != Kind::moved) return gone.kind;
  written_ += gone.n;
  return written_ == from_.size() ? Kind::moved : Kind::blocked;  // a short send: no room
}

IoResult::Kind Connection::write_tls() {
  while (true) {
    const IoResult flushed = tls_->flush();
    if (flushed.kind != Kind::moved || written_ == from_.size()) return flushed.kind;
    const std::size_t n = std::min(encrypt_bytes_max, from_.size() - written_);
    if (!tls_->encrypt(from_.subspan(written_, n))) return Kind::failed;
    written_ += n;
  }
}

IoResult Connection::receive(std::span<std::byte> into) {
  if (begin_ == end_) {
    if (receive_over_) return {*receive_over_, 0};
    if (receiving_ || !more_waits_ || !refill()) return {Kind::blocked, 0};
  }
  const std::size_t n = std::min(into.size(), end_ - begin_);
  std::memcpy(into.data(), buffer_.data() + begin_, n);
  begin_ += n;
  return {Kind::moved, n};
}

/// Takes what the kernel still holds after a receive that filled the buffer.
bool Connection::refill() {
  more_waits_ = false;
  const ssize_t n = ::recv(socket_.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (n <= 0) return false;  // errors and the end are found again by the next receive
  filled(static_cast<std::size_t>(n));
  return true;
}

void Connection::filled(std::size_t n) {
  begin_ = 0;
  end_ = n;
  more_waits_ = n == buffer_.size();
}

IoResult Connection::send(std::span<const std::byte> from) {
  ssize_t n = -1;
  do {
    n = ::send(socket_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  if (n >= 0) return {Kind::moved, static_cast<std::size_t>(n)};
  const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
  return {blocked ? Kind::blocked : Kind::failed, 0};
}

void Connection::arm_receive() {
  if (receiving_ || phase_ == Phase::closed) return;
  receiving_ = true;
  socket_.async_receive(
      asio::buffer(buffer_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t n) {
        if (self->phase_ == Phase::closed) return;
        const LiveWaits::Turn turn(*self->waits_);
        self->receiving_ = false;
        self->filled(n);
        if (error) self->receive_over_ = error == asio::error::eof ? Kind::ended : Kind::failed;
        self->advance();
      });
}

void Connection::arm_writable() {
  if (awaiting_room_ || phase_ == Phase::closed) return;
  awaiting_room_ = true;
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       if (self->phase_ == Phase::closed) return;
                       const LiveWaits::Turn turn(*self->waits_);
                       self->awaiting_room_ = false;
                       self->advance();
                     });
}

}  // namespace lockstep::live
