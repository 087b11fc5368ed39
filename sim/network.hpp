// The network of a world: names, links with their faults, and connections between nodes.
#pragma once

#include <deque>
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

/// Latency of one message = min + exponential(mean) + its share of the bandwidth.
struct LinkOptions {
  Nanos latency_min = microseconds(100);
  Nanos latency_mean = microseconds(150);        ///< of the exponential part
  std::uint64_t bytes_per_second = 125'000'000;  ///< 1 Gbit/s; 0: unlimited
};

/// The faults that act on one direction now, each list in order of onset.
struct Link {
  std::vector<FaultId> cuts;
  std::vector<FaultId> clogs;
  FaultId slowed_by{};
  Nanos slow_extra{0};
};

struct ConnectRequest {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
};

class Network {
 public:
  Network(World& world, const LinkOptions& options) : world_(world), options_(options) {}

  /// `host` now means `node`; an earlier meaning is replaced (failover moves names so).
  void bind_name(std::string host, NodeId node) { names_[std::move(host)] = node; }
  [[nodiscard]] const NodeId* resolve(std::string_view host) const;

  /// Begins a connection; `done` runs once, on the client's node: an End, or refused or
  /// bad_certificate. A lost handshake never answers; the caller's deadline ends it.
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

  /// One message's latency in `direction`; keyed by (link, connection ordinal, message).
  [[nodiscard]] Nanos latency(Direction direction, std::uint64_t ordinal, std::uint64_t message,
                              std::size_t bytes);
  [[nodiscard]] Link& link(Direction direction) { return links_[direction]; }
  [[nodiscard]] const LinkOptions& options() const { return options_; }
  /// The server's side of a TLS handshake; false if its certificate does not verify.
  bool finish_tls(Connection& connection);

 private:
  struct Handshake;
  bool lost_now(Direction direction);
  void syn_arrived(Handshake& handshake);
  void establish(Handshake& handshake, NodeRun& server);
  void retransmit(Half& half);
  template <class F>
  void for_each_half(Direction direction, F f);

  World& world_;
  LinkOptions options_;
  std::map<std::string, NodeId, std::less<>> names_;
  std::map<Direction, Link> links_;  ///< stable addresses: each Half points at its own
  std::map<NodeId, FaultId> refused_;
  std::map<NodeId, FaultId> bad_certificates_;
  std::map<Direction, std::uint64_t> ordinals_;
  std::deque<std::unique_ptr<Connection>> connections_;
  std::size_t first_open_ = 0;  ///< connections before it are over
  std::uint64_t next_id_ = 0;
};

}  // namespace lockstep::sim
