#include "scenarios/conformance/live_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace lockstep::conformance {

namespace {

using Does = PeerScript::Does;

constexpr std::size_t echo_bytes_max = 1U << 20U;  // an echo reads no further while it holds more
constexpr int backlog_fillers = 4;  // a backlog of 0 holds one or two, depending on the kernel

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr* as_sockaddr(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

void make_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

void reset_connection(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

LivePeer::LivePeer(const PeerScript& script) : script_(script) {
  open_listener();
  if (script_.does == Does::absent) close(std::exchange(listener_, -1));
  if (script_.does == Does::deaf) fill_backlog();
  if (script_.does == Does::absent || script_.does == Does::deaf) return;
  int ends[2];
  ASSERT(pipe2(ends, O_CLOEXEC) == 0);
  stop_reading_ = ends[0];
  stop_writing_ = ends[1];
  thread_ = std::thread([this] { serve(); });
}

LivePeer::~LivePeer() {
  if (thread_.joinable()) {
    close(stop_writing_);
    thread_.join();
    close(stop_reading_);
  }
  for (const auto& [fd, connection] : connections_) close(fd);
  for (const int fd : fillers_) close(fd);
  if (listener_ >= 0) close(listener_);
}

void LivePeer::open_listener() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ASSERT(bind(listener_, as_sockaddr(address), size) == 0);
  ASSERT(listen(listener_, script_.does == Does::deaf ? 0 : 128) == 0);
  ASSERT(getsockname(listener_, as_sockaddr(address), &size) == 0);
  port_ = ntohs(address.sin_port);
}

/// Linux answers no further SYN while nobody accepts and the backlog is full.
void LivePeer::fill_backlog() {
  for (int i = 0; i < backlog_fillers; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address = loopback(port_);
    ASSERT(connect(fd, as_sockaddr(address), sizeof address) == 0 || errno == EINPROGRESS);
    fillers_.push_back(fd);
  }
}

env::Endpoint LivePeer::endpoint() const { return {"127.0.0.1", port_, std::nullopt}; }

PeerLog LivePeer::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

void LivePeer::serve() {
  for (;;) {
    std::vector<pollfd> polled = {{stop_reading_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& [fd, connection] : connections_) {
      polled.push_back({fd, interest(connection), 0});
    }
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    for (std::size_t i = 2; i < polled.size(); ++i) {
      const int fd = polled[i].fd;
      if (polled[i].revents == 0) continue;
      if (serve_one(fd, connections_[fd], polled[i].revents)) continue;
      connections_.erase(fd);
      close(fd);
    }
    if (polled[1].revents != 0) accept_one();
  }
}

short LivePeer::interest(const Connection& connection) const {
  const bool reads = script_.does != Does::stall && connection.to_send.size() < echo_bytes_max;
  const bool writes = !connection.to_send.empty();
  return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

void LivePeer::accept_one() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  make_nonblocking(fd);
  connections_[fd].to_send = script_.says;
  const std::lock_guard lock(mutex_);
  ++log_.accepted;
}

/// False when the connection is over.
bool LivePeer::serve_one(int fd, Connection& connection, short events) {
  if ((events & POLLOUT) != 0 && !write_to(fd, connection)) return false;
  const bool leaves = script_.does == Does::hang_up || script_.does == Does::reset;
  const bool said_all = connection.to_send.empty();
  if (leaves && said_all && connection.arrived >= script_.after_bytes) return false;
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) return read_from(fd, connection);
  return true;
}

bool LivePeer::write_to(int fd, Connection& connection) {
  const ssize_t n = ::send(fd, connection.to_send.data(), connection.to_send.size(), MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN;
  connection.to_send.erase(0, static_cast<std::size_t>(n));
  return true;
}

bool LivePeer::read_from(int fd, Connection& connection) {
  if (script_.does == Does::dawdle) poll(nullptr, 0, 1);
  std::array<char, 64U << 10U> chunk{};
  const ssize_t n = recv(fd, chunk.data(), chunk.size(), 0);
  if (n < 0 && errno == EAGAIN) return true;
  const std::lock_guard lock(mutex_);
  if (n <= 0) {
    ++log_.ended;
    return false;
  }
  const std::string_view bytes(chunk.data(), static_cast<std::size_t>(n));
  connection.arrived += bytes.size();
  if (script_.does == Does::echo) {
    connection.to_send += bytes;
  } else {
    log_.received += bytes;
  }
  const bool enough = connection.arrived >= script_.after_bytes;
  if (script_.does == Does::reset && enough) reset_connection(fd);
  return !(enough && (script_.does == Does::reset || script_.does == Does::hang_up));
}

}  // namespace lockstep::conformance
