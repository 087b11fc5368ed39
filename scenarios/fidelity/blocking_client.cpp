#include "scenarios/fidelity/blocking_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace lockstep::scenarios {

Result<BlockingClient> BlockingClient::connect(std::uint16_t port) {
  BlockingClient client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (client.socket_ < 0 || ::connect(client.socket_, reinterpret_cast<const sockaddr*>(&address),
                                      sizeof(address)) != 0) {
    return fail(definite(Errc::refused, "nobody listens on port " + std::to_string(port)));
  }
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  const int on = 1;
  ::setsockopt(client.socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(client.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return client;
}

BlockingClient::BlockingClient(BlockingClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), reader_(std::move(other.reader_)) {}

BlockingClient& BlockingClient::operator=(BlockingClient&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(reader_, other.reader_);
  return *this;
}

BlockingClient::~BlockingClient() {
  if (socket_ >= 0) ::close(socket_);
}

Result<resp::Reply> BlockingClient::run(const std::vector<std::string>& words) {
  resp::RespWriter writer;
  writer.begin_command(words.size());
  for (const std::string& word : words) writer.bulk(word);
  if (auto sent = send(writer.bytes()); !sent) return fail(sent.error());
  while (true) {
    auto next = reader_.next();
    if (!next) return fail(indefinite(Errc::protocol, next.error().detail));
    if (*next) return std::move(**next);
    std::array<char, 16'384> buffer;
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return fail(indefinite(Errc::connection_lost, "no reply came"));
    reader_.feed(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  }
}

Result<void> BlockingClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return fail(indefinite(Errc::connection_lost, "the command was not sent"));
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace lockstep::scenarios
