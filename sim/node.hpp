// A node of a world: what stays when its incarnations come and go. Its name, clocks, disk and
// labels.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/disk_port.hpp"
#include "sim/node_clock.hpp"
#include "sim/node_run.hpp"

namespace lockstep::sim {

struct ClockSpec {
  Nanos mono_start = seconds(1000);  ///< what the monotonic clock reads at true time 0
  Nanos skew{0};                     ///< of the wall clock
  PartsPerMillion drift;             ///< of both
};

struct NodeSpec {
  std::string role;  ///< "client"; the node is then "client/0", "client/1", ... and host "client-0"
  ClockSpec clock;
  /// Builds what the node runs; called at each start. May spawn coroutines and listen.
  std::function<std::unique_ptr<Incarnation>(NodeRun&)> program;
  std::shared_ptr<DiskPort> disk;     ///< may be null
  env::Observer* observer = nullptr;  ///< outlives the world; may be null
};

/// A fault that holds a node.
struct Pause {
  FaultId fault;
  bool effective = false;  ///< it has kept back an event
};

/// A fault that changed a clock and awaits the first reading or timer that sees it.
struct UnseenClockFault {
  FaultId fault;
  bool of_rate;  ///< seen by every reading; otherwise by readings of the wall clock
};

class Node {
 public:
  Node(NodeId node_id, std::string node_name, NodeSpec node_spec)
      : id(node_id),
        name(std::move(node_name)),
        spec(std::move(node_spec)),
        clock(spec.clock.mono_start, spec.clock.skew, spec.clock.drift) {}

  const NodeId id;
  const std::string name;
  NodeSpec spec;
  NodeClock clock;
  std::set<std::string, std::less<>> labels;

  std::unique_ptr<NodeRun> run;                  ///< the present or last incarnation
  std::vector<std::unique_ptr<NodeRun>> graves;  ///< dead ones; stale references stay valid
  std::vector<Pause> pauses;                     ///< what holds it now
  std::vector<EventRef> held;                    ///< events that a pause keeps back, in order
  std::uint64_t event_number = 0;                ///< keys the strategy's draws
  std::uint64_t crashes = 0;
  FaultId crashed_by{0xffffffff};                     ///< the fault of the last crash
  std::vector<UnseenClockFault> unseen_clock_faults;  ///< each fault at most twice

  [[nodiscard]] bool up() const { return run && run->alive(); }
};

}  // namespace lockstep::sim
