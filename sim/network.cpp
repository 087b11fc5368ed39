#include "sim/network.hpp"

#include <algorithm>
#include <utility>

#include "sim/exponential.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

// Message numbers of draws that belong to no message of a connection.
constexpr std::uint64_t syn_draw = ~0ULL;
constexpr std::uint64_t tls_draw = ~1ULL;
constexpr std::uint64_t retransmit_draw = 1ULL << 63U;  // ... minus the number of messages so far

constexpr std::size_t certificate_bytes = 2000;

std::uint64_t link_key(Direction d) {
  return (static_cast<std::uint64_t>(d.from.value) << 32U) | d.to.value;
}

void take_out(std::vector<FaultId>& faults, FaultId fault) {
  const auto found = std::find(faults.begin(), faults.end(), fault);
  if (found != faults.end()) faults.erase(found);
}

}  // namespace

/// A connection before both sides know of it.
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

Link& Network::link(Direction direction) {
  Link& link = links_[direction];
  link.direction = direction;
  return link;
}

Nanos Network::latency(Link& link, std::uint64_t key, std::uint64_t message, std::size_t bytes) {
  const std::uint64_t bits =
      draw(world_.seed(), DrawStream::net_latency, link_key(link.direction), key, message);
  Nanos latency = options_.latency_min + exponential(bits, options_.latency_mean);
  if (options_.bytes_per_second > 0) {
    const std::uint64_t transfer = bytes * 1'000'000'000 / options_.bytes_per_second;
    link.busy_until =
        std::max(link.busy_until, world_.now()) + Nanos(static_cast<std::int64_t>(transfer));
    latency += link.busy_until - world_.now();
  }
  if (link.slow_extra > Nanos(0)) world_.effective(link.slowed_by);
  return latency + link.slow_extra;
}

void Network::connect(NodeRun& client, const ConnectRequest& request,
                      std::function<void(Result<End*>)> done) {
  if (!client.alive()) return;
  const NodeId* server = resolve(request.host);
  if (server == nullptr) {
    return client.after_true(Nanos(0), [done = std::move(done)] {
      done(fail(definite(Errc::refused, "the name does not resolve")));
    });
  }
  const Direction direction{client.id(), *server};
  const auto handshake = std::make_shared<Handshake>(
      Handshake{&client, direction, request, std::move(done), ordinals_[direction]++});
  Link& there = link(direction);
  if (cut_off(there)) return;
  const Nanos delay = latency(there, handshake->ordinal * 2 + 1, syn_draw, 0);
  world_.at(world_.now() + delay, [this, handshake] { syn_arrived(*handshake); });
}

/// A packet of a handshake sent over `link` now is lost; nothing retransmits it.
bool Network::cut_off(const Link& link) {
  for (const FaultId fault : link.cuts) world_.effective(fault);
  return !link.cuts.empty();
}

/// The server's kernel answers; its process need not be awake. One that cannot answer now does not
/// learn of the connection either.
void Network::syn_arrived(Handshake& handshake) {
  const Direction there = handshake.direction;
  Link& back = link({there.to, there.from});
  if (!handshake.client->alive() || cut_off(back)) return;
  Node& server = world_.node(there.to);
  const bool listens = server.up() && server.run->listens(handshake.request.port);
  if (!listens || touched(refused_, server.id)) return refuse_handshake(handshake, back);
  establish(handshake, *server.run);
}

void Network::refuse_handshake(const Handshake& handshake, Link& back) {
  const Nanos delay = latency(back, handshake.ordinal * 2, syn_draw, 0);
  handshake.client->after_true(delay,
                               [done = handshake.done] { done(fail(definite(Errc::refused))); });
}

void Network::establish(Handshake& handshake, NodeRun& server) {
  if (open_.size() >= sweep_at_) sweep();
  const ConnectRequest& request = handshake.request;
  const Parties parties{.id = connections_.size(),
                        .ordinal = handshake.ordinal,
                        .client = handshake.client,
                        .server = &server,
                        .port = request.port,
                        .tls = request.tls,
                        .verify = request.verify};
  Connection& connection =
      *connections_.emplace_back(std::make_unique<Connection>(world_, parties));
  open_.push_back(&connection);
  connection.end(0).opening_ = std::move(handshake.done);
  Half& to_server = connection.half_to(1);
  to_server.flying.push(request.tls ? Chunk::Kind::accept_tls : Chunk::Kind::accept, {});
  connection.burst(to_server, 1);
  if (!request.tls) connection.send(connection.half_to(0), Chunk::Kind::accept);
}

bool Network::finish_tls(Connection& connection) {
  Half& back = connection.half_to(0);
  End& server = connection.end(1);
  const Nanos one_way = latency(*back.link, connection.key(back), tls_draw, certificate_bytes);
  back.last_arrival = std::max(back.last_arrival, world_.now() + 2 * one_way);
  if (connection.parties().verify && touched(bad_certificates_, server.run().id())) {
    connection.send(back, Chunk::Kind::bad_certificate);
    server.closed_ = true;
    return false;
  }
  connection.send(back, Chunk::Kind::accept);
  return true;
}

void Network::sweep() {
  std::erase_if(open_, [](Connection* connection) {
    if (!connection->over()) return false;
    connection->retire();
    return true;
  });
  sweep_at_ = std::max<std::size_t>(64, 2 * open_.size());
}

std::size_t Network::open_connections() {
  sweep();
  return open_.size();
}

template <class F>
void Network::for_each_half(const Link& link, F f) {
  sweep();
  for (Connection* connection : open_) {
    for (std::size_t to = 0; to < 2; ++to) {
      Half& half = connection->half_to(to);
      if (half.link == &link) f(half);
    }
  }
}

void Network::cut(FaultId fault, Direction direction) { link(direction).cuts.push_back(fault); }

void Network::heal(FaultId fault, Direction direction) {
  Link& healed = link(direction);
  take_out(healed.cuts, fault);
  if (!healed.cuts.empty()) return;
  for_each_half(healed, [this](Half& half) { retransmit(half); });
}

/// After a cut: half of the connections retransmit what they lost, late; the others gave up.
void Network::retransmit(Half& half) {
  if (half.withheld == 0) return;
  Connection& connection = *half.connection;
  const std::uint64_t bits =
      draw(world_.seed(), DrawStream::net_latency, link_key(half.link->direction),
           connection.key(half), retransmit_draw - half.messages);
  if ((bits & 1U) != 0) return connection.silence(half);
  const Nanos timeout = between(mix64(bits), milliseconds(200), seconds(1));
  for (; half.withheld > 0; --half.withheld) {
    connection.schedule_arrival(half, world_.now() + timeout);
  }
}

void Network::clog(FaultId fault, Direction direction) { link(direction).clogs.push_back(fault); }

void Network::unclog(FaultId fault, Direction direction) {
  Link& freed = link(direction);
  take_out(freed.clogs, fault);
  if (!freed.clogs.empty()) return;
  for_each_half(freed,
                [](Half& half) { half.connection->burst(half, std::exchange(half.clogged, 0)); });
}

void Network::slow(FaultId fault, Direction direction, Nanos extra) {
  ASSERT(extra >= Nanos(0));
  Link& slowed = link(direction);
  slowed.slowed_by = fault;
  slowed.slow_extra = extra;
}

void Network::hold(Holders& holders, FaultId fault, NodeId node, bool held) {
  if (held) {
    holders[node].push_back(fault);
  } else {
    holders.erase(node);
  }
}

/// Whether `node` is held; those who hold it have then been effective.
bool Network::touched(const Holders& holders, NodeId node) {
  const auto found = holders.find(node);
  if (found == holders.end()) return false;
  for (const FaultId fault : found->second) world_.effective(fault);
  return true;
}

void Network::refuse(FaultId fault, NodeId node, bool refused) {
  hold(refused_, fault, node, refused);
}

void Network::bad_certificate(FaultId fault, NodeId node, bool bad) {
  hold(bad_certificates_, fault, node, bad);
}

void Network::reset(FaultId fault, NodeId a, NodeId b) {
  Connection* last = nullptr;  // one from a node to itself has two halves on one link
  for_each_half(link({a, b}), [this, fault, &last](Half& half) {
    if (std::exchange(last, half.connection) == half.connection || half.aborted) return;
    half.connection->reset();
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
  sweep();
  std::uint64_t ended = 0;
  for (Connection* connection : open_) {
    for (std::size_t e = 0; e < 2; ++e) {
      if (&connection->end(e).run() != &run || !connection->end(e).usable()) continue;
      connection->end(e).die();
      ++ended;
      if (connection->end(1 - e).usable()) {
        connection->send(connection->half_to(1 - e), Chunk::Kind::reset);
      }
    }
  }
  return ended;
}

}  // namespace lockstep::sim
