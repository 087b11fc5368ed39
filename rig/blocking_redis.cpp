#include "rig/blocking_redis.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "impl/base/draw.hpp"

namespace lockstep::rig {

namespace {

constexpr std::size_t reply_bytes_max = 16 << 20;  // an INFO has 5 kB; bounds a broken server

/// A socket that closes itself.
class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The one place that needs the cast which the socket API wants.
const sockaddr* as_sockaddr(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

void limit_waits(int fd, Nanos limit) {
  const auto us = std::chrono::duration_cast<microseconds>(limit).count();
  timeval wait{};
  wait.tv_sec = us / 1'000'000;
  wait.tv_usec = us % 1'000'000;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

std::string encode(const std::vector<std::string>& command) {
  std::string out = "*" + std::to_string(command.size()) + "\r\n";
  for (const std::string& part : command) {
    out += "$" + std::to_string(part.size()) + "\r\n" + part + "\r\n";
  }
  return out;
}

Result<void> send_all(int fd, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0) {
      const bool late = errno == EAGAIN || errno == EWOULDBLOCK;
      return fail(indefinite(late ? Errc::no_reply : Errc::connection_lost, std::strerror(errno)));
    }
    sent += static_cast<std::size_t>(n);
  }
  return {};
}

/// Reads replies from a blocking socket, byte-exact.
class ReplyReader {
 public:
  explicit ReplyReader(int fd) : fd_(fd) {}

  Result<std::string> read() {
    auto head = line();
    if (!head) return head;
    if (head->empty()) return fail(indefinite(Errc::protocol, "empty reply"));
    const char kind = head->front();
    const std::string rest = head->substr(1);
    if (kind == '+' || kind == ':') return rest;
    if (kind == '-') return fail(definite(Errc::server_error, rest));
    if (kind == '$') return bulk(rest);
    return fail(indefinite(Errc::protocol, "not a simple reply: " + *head));
  }

 private:
  Result<std::string> line() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (auto more = fill(); !more) return fail(more.error());
    }
    return take(end);
  }

  Result<std::string> bulk(const std::string& length) {
    if (length == "-1") return std::string("(nil)");
    std::size_t n = 0;
    const auto parsed = std::from_chars(length.data(), length.data() + length.size(), n);
    if (parsed.ec != std::errc{} || n > reply_bytes_max) {
      return fail(indefinite(Errc::protocol, "bad bulk length: " + length));
    }
    while (buffer_.size() < n + 2) {
      if (auto more = fill(); !more) return fail(more.error());
    }
    return take(n);
  }

  std::string take(std::size_t n) {
    std::string taken = buffer_.substr(0, n);
    buffer_.erase(0, n + 2);
    return taken;
  }

  Result<void> fill() {
    if (buffer_.size() > reply_bytes_max) return fail(indefinite(Errc::protocol, "reply too long"));
    char chunk[4096];
    const ssize_t n = recv(fd_, chunk, sizeof chunk, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return fail(indefinite(Errc::no_reply));
    if (n <= 0) return fail(indefinite(Errc::connection_lost));
    buffer_.append(chunk, static_cast<std::size_t>(n));
    return {};
  }

  int fd_;
  std::string buffer_;
};

Result<std::string> exchange(const Socket& socket, const RedisAddress& address,
                             const std::vector<std::string>& command) {
  ReplyReader replies(socket.fd());
  if (!address.password.empty()) {
    const auto sent = send_all(socket.fd(), encode({"AUTH", address.password}));
    if (!sent) return fail(sent.error());
    if (auto welcome = replies.read(); !welcome) return welcome;
  }
  const auto sent = send_all(socket.fd(), encode(command));
  if (!sent) return fail(sent.error());
  return replies.read();
}

}  // namespace

Result<std::string> ask_redis(const RedisAddress& address, const std::vector<std::string>& command,
                              Nanos limit) {
  const Socket socket;
  limit_waits(socket.fd(), limit);
  const sockaddr_in to = loopback(address.port);
  if (connect(socket.fd(), as_sockaddr(to), sizeof to) != 0) {
    return fail(definite(Errc::refused, std::strerror(errno)));
  }
  return exchange(socket, address, command);
}

Result<std::uint16_t> free_port() {
  constexpr std::uint64_t first = 20'000;  // Linux gives out 32,768 and up to clients
  constexpr std::uint64_t count = 12'000;
  static std::atomic<std::uint64_t> calls{0};
  for (int tries = 0; tries < 100; ++tries) {
    const std::uint64_t bits =
        draw(Seed{static_cast<std::uint64_t>(getpid())}, DrawStream::test, calls.fetch_add(1));
    const auto port = static_cast<std::uint16_t>(first + below(bits, count));
    const Socket socket;
    const sockaddr_in address = loopback(port);
    if (bind(socket.fd(), as_sockaddr(address), sizeof address) == 0) return port;
  }
  return fail(definite(Errc::limit, "no free port"));
}

}  // namespace lockstep::rig
