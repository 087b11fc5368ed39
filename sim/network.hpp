// The network of a world: names, links with their faults, and connections between nodes.
//
// Not modelled: lost names, address translation, backlogs, a retried SYN (one that meets a cut is
// gone, and its connect ends at its deadline), a peer that speaks no TLS.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"
#include "sim/connection.hpp"
#include "sim/verbs.hpp"

namespace lockstep::sim {

/// Latency of one message = min + exponential(mean) + its turn and its share of the bandwidth.
struct LinkOptions {
  Nanos latency_min = microseconds(100);
  Nanos latency_mean = microseconds(150);  ///< of the exponential part
  /// Of one direction between two nodes, shared by their connections; 1 Gbit/s. 0: unlimited.
  std::uint64_t bytes_per_second = 125'000'000;
};

struct ConnectRequest {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  bool verify = true;  ///< mind a bad certificate
};

/// One direction between two nodes, and the faults that act on it now, in order of onset.
struct Link {
  Direction direction;
  std::vector<FaultId> cuts;
  std::vector<FaultId> clogs;
  FaultId slowed_by{};
  Nanos slow_extra{0};
  Nanos busy_until{0};  ///< what was sent before takes the bandwidth until then
};

class Network {
 public:
  Network(World& world, const LinkOptions& options) : world_(world), options_(options) {}

  /// `host` now means `node`; an earlier meaning is replaced (failover moves names so).
  void bind_name(std::string host, NodeId node) { names_[std::move(host)] = node; }
  [[nodiscard]] const NodeId* resolve(std::string_view host) const;

  /// Begins a connection; `done` runs at most once, later, on the client's node: an End that must
  /// get its user during the call, or refused or bad_certificate. A lost handshake never answers;
  /// the caller's deadline ends it. Nothing happens on a dead node.
  void connect(NodeRun& client, const ConnectRequest& request,
               std::function<void(Result<End*>)> done);

  void cut(FaultId fault, Direction direction);
  void heal(FaultId fault, Direction direction);
  void clog(FaultId fault, Direction direction);
  void unclog(FaultId fault, Direction direction);
  void slow(FaultId fault, Direction direction, Nanos extra);
  void refuse(FaultId fault, NodeId node, bool refused);
  void bad_certificate(FaultId fault, NodeId node, bool bad);
  void reset(FaultId fault, NodeId a, NodeId b);
  void heal_all();
  /// The process of `run` is gone: its peers see resets. @return how many connections it had.
  std::uint64_t process_died(NodeRun& run);

  /// The latency of one message sent now; keyed by (link, connection and half, message). Occupies
  /// the link for as long as `bytes` take.
  [[nodiscard]] Nanos latency(Link& link, std::uint64_t key, std::uint64_t message,
                              std::size_t bytes);
  [[nodiscard]] Link& link(Direction direction);
  [[nodiscard]] const LinkOptions& options() const { return options_; }
  /// The server's side of a TLS handshake; false if its certificate does not verify.
  bool finish_tls(Connection& connection);
  /// Connections that are not over; a leak test reads it.
  [[nodiscard]] std::size_t open_connections();

 private:
  struct Handshake;
  using Holders = std::map<NodeId, std::vector<FaultId>>;

  static void hold(Holders& holders, FaultId fault, NodeId node, bool held);
  [[nodiscard]] bool touched(const Holders& holders, NodeId node);
  bool cut_off(const Link& link);
  void syn_arrived(Handshake& handshake);
  void refuse_handshake(const Handshake& handshake, Link& back);
  void establish(Handshake& handshake, NodeRun& server);
  void retransmit(Half& half);
  void sweep();
  template <class F>
  void for_each_half(const Link& link, F f);

  World& world_;
  LinkOptions options_;
  std::map<std::string, NodeId, std::less<>> names_;
  std::map<Direction, Link> links_;  ///< stable addresses: each Half points at its own
  Holders refused_;
  Holders bad_certificates_;
  std::map<Direction, std::uint64_t> ordinals_;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< all; see Connection
  std::vector<Connection*> open_;  ///< in order of creation; some may be over by now
  std::size_t sweep_at_ = 64;      ///< when open_ has grown so far, those are taken out
};

}  // namespace lockstep::sim
