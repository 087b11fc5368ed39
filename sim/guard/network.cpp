// Sockets and pipes of the machine, its resolver, and waiting for any of them.
#include <netdb.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/guard/pass.hpp"

using lockstep::sim::guard::pass;

namespace {
constexpr const char* a_stream = "env::Network, the node's own streams";
}  // namespace

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  return pass<"socket", decltype(::socket)>(a_stream, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int* ends) noexcept {
  return pass<"socketpair", decltype(::socketpair)>(a_stream, domain, type, protocol, ends);
}

int connect(int socket, const sockaddr* address, socklen_t size) {
  return pass<"connect", decltype(::connect)>(a_stream, socket, address, size);
}

int bind(int socket, const sockaddr* address, socklen_t size) noexcept {
  return pass<"bind", decltype(::bind)>(a_stream, socket, address, size);
}

int listen(int socket, int backlog) noexcept {
  return pass<"listen", decltype(::listen)>(a_stream, socket, backlog);
}

int accept(int socket, sockaddr* address, socklen_t* size) {
  return pass<"accept", decltype(::accept)>(a_stream, socket, address, size);
}

int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  return pass<"accept4", decltype(::accept4)>(a_stream, socket, address, size, flags);
}

ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  return pass<"send", decltype(::send)>(a_stream, socket, bytes, size, flags);
}

ssize_t sendto(int socket, const void* bytes, size_t size, int flags, const sockaddr* address,
               socklen_t address_size) {
  return pass<"sendto", decltype(::sendto)>(a_stream, socket, bytes, size, flags, address,
                                            address_size);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  return pass<"sendmsg", decltype(::sendmsg)>(a_stream, socket, message, flags);
}

ssize_t recv(int socket, void* into, size_t size, int flags) {
  return pass<"recv", decltype(::recv)>(a_stream, socket, into, size, flags);
}

ssize_t recvfrom(int socket, void* into, size_t size, int flags, sockaddr* address,
                 socklen_t* address_size) {
  return pass<"recvfrom", decltype(::recvfrom)>(a_stream, socket, into, size, flags, address,
                                                address_size);
}

ssize_t recvmsg(int socket, msghdr* message, int flags) {
  return pass<"recvmsg", decltype(::recvmsg)>(a_stream, socket, message, flags);
}

int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** out) {
  return pass<"getaddrinfo", decltype(::getaddrinfo)>(a_stream, host, service, hints, out);
}

hostent* gethostbyname(const char* host) {
  return pass<"gethostbyname", decltype(::gethostbyname)>(a_stream, host);
}

int pipe(int* ends) noexcept { return pass<"pipe", decltype(::pipe)>(a_stream, ends); }

int pipe2(int* ends, int flags) noexcept {
  return pass<"pipe2", decltype(::pipe2)>(a_stream, ends, flags);
}

int eventfd(unsigned int value, int flags) noexcept {
  return pass<"eventfd", decltype(::eventfd)>(a_stream, value, flags);
}

int poll(pollfd* files, nfds_t count, int timeout_ms) {
  return pass<"poll", decltype(::poll)>(a_stream, files, count, timeout_ms);
}

int select(int count, fd_set* in, fd_set* out, fd_set* failed, timeval* timeout) {
  return pass<"select", decltype(::select)>(a_stream, count, in, out, failed, timeout);
}

int epoll_create1(int flags) noexcept {
  return pass<"epoll_create1", decltype(::epoll_create1)>(a_stream, flags);
}

int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) {
  return pass<"epoll_wait", decltype(::epoll_wait)>(a_stream, epoll, events, count, timeout_ms);
}

}  // extern "C"
