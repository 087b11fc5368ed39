// A client's or replica's connection to the server. Private to the server.
#pragma once

#include <string>
#include <utility>

#include "sim/services/redis/server.hpp"

namespace lockstep::sim::redis {

class Server::Connection final : public PeerHandler {
 public:
  Connection(Server& server, Peer& peer)
      : server_(server), peer_(peer), session_(server.engine_.open_session()) {
    peer.set_handler(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override { server_.engine_.close_session(session_); }

  void on_bytes(Peer&, std::string_view bytes) override {
    reader_.feed(bytes);
    server_.ready_.push_back(peer_.id());
    server_.serve_all();
  }
  void on_closed(Peer&) override { server_.forget(*this); }

  Server& server_;
  Peer& peer_;
  Session& session_;
  resp::CommandReader reader_;
  resp::RespWriter replies_;
  bool closing_ = false;
  bool is_replica_ = false;        ///< it asked for the effects of every write
  std::optional<std::size_t> db_;  ///< of a replica: what was selected last
  Nanos outgoing_ready_{0};        ///< of a replica: when what is on its way was sent
};

/// A replica's link to its master: connects, asks for everything, applies what comes, and begins
/// anew when it is lost.
class Server::ReplicaLink final : public PeerHandler {
 public:
  ReplicaLink(Server& server, std::string master) : server_(server), master_(std::move(master)) {
    dial();
  }
  ReplicaLink(const ReplicaLink&) = delete;
  ReplicaLink& operator=(const ReplicaLink&) = delete;
  ~ReplicaLink() override {
    *alive_ = false;
    if (peer_ != nullptr) peer_->close();
  }

  void on_bytes(Peer&, std::string_view bytes) override;
  void on_closed(Peer&) override;

 private:
  static constexpr Nanos dial_timeout = seconds(1);
  static constexpr Nanos retry_after = seconds(1);

  void dial();
  void dial_again();

  Server& server_;
  std::string master_;
  Peer* peer_ = nullptr;
  resp::CommandReader reader_;
  EffectReader effects_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// What a replica sends to be fed; the answer is every key, then every write. Ours, not Redis's
/// PSYNC: both ends are simulated.
inline constexpr std::string_view feed_command = "LOCKSTEP.FEED";

}  // namespace lockstep::sim::redis
