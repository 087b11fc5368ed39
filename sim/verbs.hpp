// The verbs with which faults act on a world: nodes, links, clocks, disks, services. Supplied by
// the deterministic world (sim) and by the rig for live runs; faults/ knows nothing else of either.
//
// Every verb names the fault on whose behalf it acts. The supplier counts, per fault, how often it
// *fired* (the verb found its target and was applied) and was *effective* (it touched at least one
// byte, timer, event, key or unsynced range). A fault that never becomes effective is a rotten
// knob.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::sim {

/// One direction between two nodes.
struct Direction {
  NodeId from;
  NodeId to;
  friend auto operator<=>(const Direction&, const Direction&) = default;
};

struct FaultCount {
  std::uint64_t fired = 0;
  std::uint64_t effective = 0;
};

/// Distinct numbers with a unit of their own.
struct PartsPerMillion {
  std::int64_t value = 0;
};

class Verbs {
 public:
  virtual ~Verbs() = default;

  // ---- who is there -----------------------------------------------------------------------------
  /// Nodes of a role ("client", "redis", "sink"), one node ("client/2"), nodes that carry a label
  /// ("holder"), or "any". In order of id. Empty when nothing matches now.
  [[nodiscard]] virtual std::vector<NodeId> matching(std::string_view selector) const = 0;
  [[nodiscard]] virtual std::string name_of(NodeId node) const = 0;
  /// A workload marks what a node is doing, so that faults can aim: label(node, "holder", true).
  virtual void label(NodeId node, std::string_view name, bool present) = 0;

  // ---- true time --------------------------------------------------------------------------------
  /// Since the start of the run.
  [[nodiscard]] virtual Nanos true_now() const = 0;
  /// Runs `act` at true time `when` (>= true_now()), outside every node.
  virtual void at(Nanos when, std::function<void()> act) = 0;

  // ---- nodes ------------------------------------------------------------------------------------
  /// Ends the node at once, as kill -9 and a loss of power do together: nothing it still wanted to
  /// send leaves it, and its disk may lose what was not synced. Its peers see resets. No effect on
  /// a node that is down.
  virtual void crash(FaultId fault, NodeId node) = 0;
  /// Starts a crashed node again with its disk; no effect on one that runs.
  virtual void restart(FaultId fault, NodeId node) = 0;
  /// Holds everything the node would do while its clocks run on, as SIGSTOP does. Its kernel still
  /// accepts connections. Pauses count: resume() once per pause(). A crash ends them. No effect on
  /// a node that is down.
  virtual void pause(FaultId fault, NodeId node) = 0;
  virtual void resume(FaultId fault, NodeId node) = 0;

  // ---- links ------------------------------------------------------------------------------------
  /// Nothing passes in this direction; what is sent is lost without a sign to the sender, and new
  /// connections time out (a blackhole). Nested cuts count: heal() once per cut().
  virtual void cut(FaultId fault, Direction direction) = 0;
  /// Undoes one cut(). Of the connections that lost bytes a drawn half retransmits them, late, as
  /// TCP does; the others stay silent until they are reset or closed.
  virtual void heal(FaultId fault, Direction direction) = 0;
  /// Resets every connection between the two nodes: both ends see `connection_lost`, bytes in
  /// flight are lost, and cuts and clogs do not keep it back.
  virtual void reset(FaultId fault, NodeId a, NodeId b) = 0;
  /// Holds bytes in this direction until unclog(), which releases them in one burst. Connections
  /// still come about, TLS handshakes do not end. Nested clogs count, as cuts do.
  virtual void clog(FaultId fault, Direction direction) = 0;
  virtual void unclog(FaultId fault, Direction direction) = 0;
  /// Adds `extra` to the latency of everything sent in this direction from now on; the latest call
  /// holds, and 0 ends it.
  virtual void slow(FaultId fault, Direction direction, Nanos extra) = 0;
  /// New connections to `node` are refused (true) or accepted again (false).
  virtual void refuse(FaultId fault, NodeId node, bool refused) = 0;
  /// TLS handshakes with `node` fail verification (true) or succeed again (false).
  virtual void bad_certificate(FaultId fault, NodeId node, bool bad) = 0;

  // ---- clocks -----------------------------------------------------------------------------------
  /// The node's wall clock jumps by `delta`, either way.
  virtual void step_wall(FaultId fault, NodeId node, Nanos delta) = 0;
  /// The rate of both clocks of the node becomes 1 + ppm/10^6 from now on. |ppm| <= 500,000.
  virtual void drift(FaultId fault, NodeId node, PartsPerMillion rate) = 0;
  /// The node's wall clock returns to true time by running faster or slower, never by a jump.
  virtual void slew_wall(FaultId fault, NodeId node) = 0;

  // ---- disks and services -----------------------------------------------------------------------
  /// "fail-sync", "fail-read", "fail-write", "full", "slow", "rot", "lose-unsynced", "torn-write";
  /// `amount` in the fault's own unit (calls, bytes, ns per call), negative: the verb ends. Errors,
  /// definite: invalid_argument (no such verb or node).
  virtual Result<void> disk(FaultId fault, NodeId node, std::string_view verb,
                            std::int64_t amount) = 0;
  /// A verb the service on `node` registered: "failover", "script-flush", "evict",
  /// "restart-empty". Paused or not. Errors, definite: invalid_argument (no such verb), refused
  /// (the node is down).
  virtual Result<void> service(FaultId fault, NodeId node, std::string_view verb,
                               std::string_view argument) = 0;

  // ---- what came of it --------------------------------------------------------------------------
  [[nodiscard]] virtual FaultCount count(FaultId fault) const = 0;
  /// Ends every cut, clog, slow, refuse, bad certificate, drift and disk fault, resumes and
  /// restarts every node, slews every wall clock back. What was lost stays lost.
  virtual void heal_all() = 0;
};

}  // namespace lockstep::sim
