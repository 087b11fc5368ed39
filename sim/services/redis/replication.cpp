// How a simulated Redis feeds its replica, and how the replica takes over.
//
// Asynchronous: the master answers its clients without waiting, and sends what it did after a drawn
// delay. What was not sent when the roles change is lost. Not modelled: partial resynchronisation
// (a replica that lost its link is sent everything), chains of replicas, WAIT.
#include <utility>

#include "impl/base/draw.hpp"
#include "sim/services/redis/server_connection.hpp"
#include "sim/world.hpp"

namespace lockstep::sim::redis {

namespace {

/// "redis/1" is reached as "redis-1".
std::string host_of(const World& world, NodeId node) {
  std::string host = world.name_of(node);
  host[host.find('/')] = '-';
  return host;
}

}  // namespace

void Server::become_master() {
  replica_.reset();
  engine_.set_replica(false);
  run_.world().network().bind_name(state_.group->host, run_.id());
}

void Server::become_replica() {
  engine_.set_replica(true);
  replica_ = std::make_unique<ReplicaLink>(*this, host_of(run_.world(), state_.group->master));
}

void Server::begin_replication(Connection& connection) {
  if (!std::exchange(connection.is_replica_, true)) ++feeding_;
  connection.db_.reset();
  resp::RespWriter writer;
  write_effects(writer, connection.db_, engine_.snapshot());
  connection.peer_.send(writer.bytes());
}

void Server::feed_replicas(const std::vector<Effect>& effects) {
  if (effects.empty() || feeding_ == 0) return;
  for (auto& [id, connection] : connections_) {
    if (!connection->is_replica_) continue;
    resp::RespWriter writer;
    write_effects(writer, connection->db_, effects);
    const Nanos delay = between(run_.env().random.next(), state_.options.replication_delay_min,
                                state_.options.replication_delay_max);
    connection->outgoing_ready_ = std::max(connection->outgoing_ready_, run_.world().now() + delay);
    run_.after(connection->outgoing_ready_ - run_.world().now(), [this, id, bytes = writer.take()] {
      const auto found = connections_.find(id);
      if (found != connections_.end()) found->second->peer_.send(bytes);
    });
  }
}

std::uint64_t Server::fail_over() {
  Group& group = *state_.group;
  for (const auto& [node, candidate] : group.running) {
    if (node == group.master || candidate->dying_) continue;
    Server* const old =
        group.running.contains(group.master) ? group.running[group.master] : nullptr;
    group.master = node;
    candidate->become_master();
    const std::uint64_t moved = old != nullptr ? old->step_down() : 0;
    return moved + 1;
  }
  return 0;  // there is no replica that could take over
}

/// The former master: its clients are disconnected, and it follows the new one.
std::uint64_t Server::step_down() {
  std::uint64_t ended = 0;
  for (auto& [id, connection] : connections_) {
    connection->closing_ = true;
    answering_.push_back(id);
    ++ended;
  }
  if (!flushing_) send_replies();
  become_replica();
  return ended;
}

void Server::ReplicaLink::dial() {
  NodeRun& run = server_.run_;
  run.dial(master_, server_.state_.options.port, dial_timeout,
           [this, alive = alive_](Result<Peer*> peer) {
             if (!*alive) {
               if (peer) (*peer)->close();
               return;
             }
             if (!peer) return dial_again();
             peer_ = *peer;
             reader_.reset();
             effects_ = EffectReader();
             server_.engine_.apply({0, {"FLUSHALL"}}, server_.wall());
             peer_->set_handler(this);
             resp::RespWriter hello;
             hello.command({feed_command});
             peer_->send(hello.bytes());
           });
}

void Server::ReplicaLink::dial_again() {
  server_.run_.after(retry_after, [this, alive = alive_] {
    if (*alive) dial();
  });
}

void Server::ReplicaLink::on_bytes(Peer&, std::string_view bytes) {
  reader_.feed(bytes);
  for (;;) {
    const auto words = reader_.next();
    ASSERT(words.has_value());  // our own master wrote it
    if (words->empty()) break;
    const auto effects = effects_.next(*words);
    ASSERT(effects.has_value());
    for (const Effect& effect : *effects) server_.engine_.apply(effect, server_.wall());
  }
  if (!server_.flushing_) server_.finish_turn();
}

void Server::ReplicaLink::on_closed(Peer&) {
  peer_ = nullptr;
  dial_again();
}

}  // namespace lockstep::sim::redis
