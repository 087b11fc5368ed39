#include "sim/network.hpp"

#include <algorithm>
#include <utility>

#include "sim/exponential.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

std::uint64_t link_key(Direction d) {
  return (static_cast<std::uint64_t>(d.from.value) << 32U) | d.to.value;
}

void take_out(std::vector<FaultId>& faults, FaultId fault) {
  const auto found = std::find(faults.begin(), faults.end(), fault);
  if (found != faults.end()) faults.erase(found);
}

}  // namespace

struct Network::Handshake {
  NodeRun* client = nullptr;
  Direction direction;  ///< client to server
  ConnectRequest request;
  std::function<void(Result<End*>)> done;
  std::uint64_t ordinal = 0;
};

const NodeId* Network::resolve(std::string_view host) const {
  const auto found = names_.find(host);
  return found == names_.end() ? nullptr : &found->second;
}

Nanos Network::latency(Direction direction, std::uint64_t ordinal, std::uint64_t message,
                       std::size_t bytes) {
  const std::uint64_t bits =
      draw(world_.seed(), DrawStream::net_latency, link_key(direction), ordinal, message);
  const std::uint64_t rate = options_.bytes_per_second;
  const auto transfer = rate == 0 ? 0 : static_cast<std::int64_t>(bytes * 1'000'000'000 / rate);
  const Link& link = links_[direction];
  if (link.slow_extra > Nanos(0)) world_.effective(link.slowed_by);
  return options_.latency_min + exponential(bits, options_.latency_mean) + Nanos(transfer) +
         link.slow_extra;
}

void Network::connect(NodeRun& client, const ConnectRequest& request,
                      std::function<void(Result<End*>)> done) {
  const NodeId* server = resolve(request.host);
  if (server == nullptr) {
    return client.after(Nanos(0), [done = std::move(done)] {
      done(fail(definite(Errc::refused, "the name does not resolve")));
    });
  }
  auto handshake = std::make_shared<Handshake>();
  handshake->client = &client;
  handshake->direction = {client.id(), *server};
  handshake->request = request;
  handshake->done = std::move(done);
  handshake->ordinal = ordinals_[handshake->direction]++;
  if (lost_now(handshake->direction)) return;
  const Nanos delay = latency(handshake->direction, handshake->ordinal * 2 + 1, ~0ULL, 0);
  world_.at(world_.now() + delay, [this, handshake] { syn_arrived(*handshake); });
}

/// A packet of a handshake sent in `direction` now is lost; nothing retransmits it.
bool Network::lost_now(Direction direction) {
  const Link& link = links_[direction];
  for (const FaultId fault : link.cuts) world_.effective(fault);
  for (const FaultId fault : link.clogs) world_.effective(fault);
  return !link.cuts.empty() || !link.clogs.empty();
}

void Network::syn_arrived(Handshake& handshake) {
  NodeRun& client = *handshake.client;
  const Direction back{handshake.direction.to, handshake.direction.from};
  if (!client.alive() || lost_now(back)) return;
  Node& server = world_.node(handshake.direction.to);
  const auto refused = refused_.find(server.id);
  if (refused != refused_.end()) world_.effective(refused->second);
  const bool open = server.up() && refused == refused_.end() &&
                    server.run->acceptor(handshake.request.port) != nullptr;
  if (!open) {
    const Nanos delay = latency(back, handshake.ordinal * 2, ~0ULL, 0);
    return client.after(delay, [done = handshake.done] { done(fail(definite(Errc::refused))); });
  }
  establish(handshake, *server.run);
}

void Network::establish(Handshake& handshake, NodeRun& server) {
  const Parties parties{next_id_++, handshake.ordinal, handshake.client, &server,
                        handshake.request.port};
  auto& made = connections_.emplace_back(std::make_unique<Connection>(world_, parties));
  Connection& connection = *made;
  connection.end(0).opening_ = std::move(handshake.done);
  const bool tls = handshake.request.tls;
  connection.half_to(1).flying.push_back({tls ? Chunk::Kind::accept_tls : Chunk::Kind::accept, {}});
  connection.schedule_arrival(connection.half_to(1), world_.now());
  if (!tls) connection.send(connection.half_to(0), {Chunk::Kind::accept, {}});
}

bool Network::finish_tls(Connection& connection) {
  const NodeId server = connection.end(1).run().id();
  const auto bad = bad_certificates_.find(server);
  if (bad == bad_certificates_.end()) {
    const Direction back = connection.direction(connection.half_to(0));
    const Nanos round_trip = 2 * latency(back, connection.ordinal() * 2, ~1ULL, 2000);
    connection.half_to(0).last_arrival = world_.now() + round_trip;
    connection.send(connection.half_to(0), {Chunk::Kind::accept, {}});
    return true;
  }
  world_.effective(bad->second);
  End& client = connection.end(0);
  connection.end(1).closed_ = true;
  client.closed_ = true;
  const Nanos delay =
      latency(connection.direction(connection.half_to(0)), connection.ordinal() * 2, ~1ULL, 0);
  client.run().after(delay, [done = std::exchange(client.opening_, nullptr)] {
    if (done) done(fail(definite(Errc::bad_certificate)));
  });
  return false;
}

template <class F>
void Network::for_each_half(Direction direction, F f) {
  while (first_open_ < connections_.size() && connections_[first_open_]->over()) ++first_open_;
  for (std::size_t i = first_open_; i < connections_.size(); ++i) {
    Connection& connection = *connections_[i];
    for (std::size_t to = 0; to < 2; ++to) {
      Half& half = connection.half_to(to);
      if (connection.direction(half) == direction) f(half);
    }
  }
}

void Network::cut(FaultId fault, Direction direction) { links_[direction].cuts.push_back(fault); }

void Network::heal(FaultId fault, Direction direction) {
  Link& link = links_[direction];
  take_out(link.cuts, fault);
  if (!link.cuts.empty()) return;
  for_each_half(direction, [this](Half& half) { retransmit(half); });
}

/// After a cut: half of the connections retransmit what they lost, late; the others gave up.
void Network::retransmit(Half& half) {
  if (half.withheld == 0 || half.silent) return;
  Connection& connection = *half.connection;
  const std::uint64_t bits =
      draw(world_.seed(), DrawStream::net_latency, link_key(connection.direction(half)),
           connection.ordinal() * 2 + half.to, ~2ULL - half.messages);
  if ((bits & 1U) != 0) {
    half.silent = true;
    return;
  }
  const Nanos timeout = between(mix64(bits), milliseconds(200), seconds(1));
  for (; half.withheld > 0; --half.withheld) {
    connection.schedule_arrival(half, world_.now() + timeout);
  }
}

void Network::clog(FaultId fault, Direction direction) { links_[direction].clogs.push_back(fault); }

void Network::unclog(FaultId fault, Direction direction) {
  Link& link = links_[direction];
  take_out(link.clogs, fault);
  if (!link.clogs.empty()) return;
  for_each_half(direction, [this](Half& half) {
    for (; half.clogged > 0; --half.clogged) {
      half.connection->schedule_arrival(half, world_.now());
    }
  });
}

void Network::slow(FaultId fault, Direction direction, Nanos extra) {
  ASSERT(extra >= Nanos(0));
  Link& link = links_[direction];
  link.slowed_by = fault;
  link.slow_extra = extra;
}

void Network::refuse(FaultId fault, NodeId node, bool refused) {
  refused ? refused_[node] = fault : (refused_.erase(node), fault);
}

void Network::bad_certificate(FaultId fault, NodeId node, bool bad) {
  bad ? bad_certificates_[node] = fault : (bad_certificates_.erase(node), fault);
}

void Network::reset(FaultId fault, NodeId a, NodeId b) {
  for_each_half({a, b}, [this, fault](Half& half) {
    Connection& connection = *half.connection;
    if (connection.over()) return;
    connection.reset_end(0, Nanos(0));
    connection.reset_end(1, Nanos(0));
    world_.effective(fault);
  });
}

void Network::heal_all() {
  refused_.clear();
  bad_certificates_.clear();
  for (auto& [direction, link] : links_) {
    link.slow_extra = Nanos(0);
    while (!link.cuts.empty()) heal(link.cuts.back(), direction);
    while (!link.clogs.empty()) unclog(link.clogs.back(), direction);
  }
}

std::uint64_t Network::process_died(NodeRun& run) {
  std::uint64_t ended = 0;
  for (std::size_t i = first_open_; i < connections_.size(); ++i) {
    Connection& connection = *connections_[i];
    for (std::size_t e = 0; e < 2; ++e) {
      End& end = connection.end(e);
      if (&end.run() != &run || !end.usable()) continue;
      end.closed_ = true;
      end.user_ = nullptr;
      end.opening_ = nullptr;
      ++ended;
      if (connection.end(1 - e).usable()) {
        connection.send(connection.half_to(1 - e), {Chunk::Kind::reset, {}});
      }
    }
  }
  return ended;
}

}  // namespace lockstep::sim
