// A scripted TCP peer on 127.0.0.1 for the live side of the contract: one thread, plain sockets.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {

class LivePeer final : public Peer {
 public:
  explicit LivePeer(const PeerScript& script);
  LivePeer(const LivePeer&) = delete;
  LivePeer& operator=(const LivePeer&) = delete;
  ~LivePeer() override;

  [[nodiscard]] env::Endpoint endpoint() const override;
  [[nodiscard]] PeerLog log() const override;

 private:
  struct Connection {
    std::string to_send;
    std::size_t arrived = 0;
  };

  void open_listener();
  void fill_backlog();
  void serve();
  void accept_one();
  [[nodiscard]] bool serve_one(int fd, Connection& connection, short events);
  [[nodiscard]] bool read_from(int fd, Connection& connection);
  [[nodiscard]] bool write_to(int fd, Connection& connection);
  [[nodiscard]] short interest(const Connection& connection) const;

  PeerScript script_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int stop_reading_ = -1;  ///< a pipe: closing its other end stops the thread
  int stop_writing_ = -1;
  std::vector<int> fillers_;
  std::map<int, Connection> connections_;  ///< by descriptor; the thread's own
  mutable std::mutex mutex_;
  PeerLog log_;
  std::thread thread_;
};

}  // namespace lockstep::conformance
