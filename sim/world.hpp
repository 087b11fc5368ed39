// The deterministic world: nodes with clocks of their own, a network, faults, and one loop over one
// queue of events. A run is a function of its seed and of what was built in it.
//
// Single-threaded; worlds share nothing, so any number may run side by side.
// Not modelled: CPU time (code between two waits takes none), memory limits of nodes.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/op_pool.hpp"
#include "sim/executor.hpp"
#include "sim/network.hpp"
#include "sim/node.hpp"
#include "sim/strategy.hpp"
#include "sim/trace.hpp"
#include "sim/verbs.hpp"

namespace lockstep::sim {

struct WorldOptions {
  Seed seed;
  StrategyKind strategy = StrategyKind::fifo;
  /// Change points of pct, delays of delay-bounded; at most Strategy::depth_max.
  std::uint64_t strategy_depth = Strategy::default_depth;
  LinkOptions link{};
  /// A run beyond this is a livelock: the longest scenario stays two orders of magnitude below. It
  /// bounds whatever grows in a world, since nothing grows without an event: 2 bytes of path per
  /// event, about 0.5 KiB per connection that was ever made, 1 KiB per restart of a node.
  std::uint64_t events_max = 200'000'000;
  /// So many events without time passing are a livelock too: a loop that never sleeps.
  std::uint64_t events_per_instant_max = 1'000'000;
};

/// Why run_until() returned.
enum class Stop : std::uint8_t {
  time_reached,   ///< every event up to the limit happened; now() is the limit, or time_max
  asked,          ///< stop() was called
  event_reached,  ///< the event of set_stop_at() is the next one
  deadlock,       ///< nothing is left to happen, and a coroutine still waits: sim/deadlock
  livelock,       ///< events_max or events_per_instant_max: sim/livelock. Every further call, too
};

class World final : public Verbs {
 public:
  explicit World(const WorldOptions& options);
  ~World() override;

  /// No event happens beyond it (73 years): the arithmetic of clocks needs some room.
  static constexpr Nanos time_max{1LL << 61U};
  /// FaultIds below it are counted: far more than a plan can hold.
  static constexpr std::uint32_t faults_max = 1U << 20U;

  /// Adds a node and starts its program at once. Its name is role/N, its host name role-N.
  NodeId add_node(NodeSpec spec);

  Stop run_until(Nanos limit);
  void stop() { stopped_ = true; }
  /// run_until() stops before the event with this number.
  void set_stop_at(std::uint64_t event) { stop_at_ = event; }

  /// See Trace::set_events_begun().
  void set_events_begun(std::atomic<std::uint64_t>* events_begun) {
    trace_.set_events_begun(events_begun);
  }

  [[nodiscard]] Nanos now() const { return now_; }
  [[nodiscard]] Seed seed() const { return options_.seed; }
  [[nodiscard]] Trace& trace() { return trace_; }
  [[nodiscard]] Network& network() { return network_; }
  [[nodiscard]] Node& node(NodeId id);
  [[nodiscard]] const Node& node(NodeId id) const;
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] env::OpPool& pool() { return pool_; }
  [[nodiscard]] EventQueue& queue() { return queue_; }

  /// Queues an event of `node` at true time `when`.
  EventRef schedule(Nanos when, Node& node, const Event& event);
  /// Counts for `fault`: it touched something.
  void effective(FaultId fault, std::uint64_t times = 1);

  // ---- Verbs
  // --------------------------------------------------------------------------------------
  [[nodiscard]] std::vector<NodeId> matching(std::string_view selector) const override;
  [[nodiscard]] std::string name_of(NodeId node) const override;
  void label(NodeId node, std::string_view name, bool present) override;
  [[nodiscard]] Nanos true_now() const override { return now_; }
  void at(Nanos when, std::function<void()> act) override;
  void crash(FaultId fault, NodeId node) override;
  void restart(FaultId fault, NodeId node) override;
  void pause(FaultId fault, NodeId node) override;
  void resume(FaultId fault, NodeId node) override;
  void cut(FaultId fault, Direction direction) override;
  void heal(FaultId fault, Direction direction) override;
  void reset(FaultId fault, NodeId a, NodeId b) override;
  void clog(FaultId fault, Direction direction) override;
  void unclog(FaultId fault, Direction direction) override;
  void slow(FaultId fault, Direction direction, Nanos extra) override;
  void refuse(FaultId fault, NodeId node, bool refused) override;
  void bad_certificate(FaultId fault, NodeId node, bool bad) override;
  void step_wall(FaultId fault, NodeId node, Nanos delta) override;
  void drift(FaultId fault, NodeId node, PartsPerMillion rate) override;
  void slew_wall(FaultId fault, NodeId node) override;
  Result<void> disk(FaultId fault, NodeId node, std::string_view verb,
                    std::int64_t amount) override;
  Result<void> service(FaultId fault, NodeId node, std::string_view verb,
                       std::string_view argument) override;
  [[nodiscard]] FaultCount count(FaultId fault) const override;
  void heal_all() override;

  /// A verb without a fault, such as those of heal_all(); it is not counted.
  static constexpr FaultId no_fault{0xffffffff};

 private:
  /// Whose code is on the stack, innermost first. A node that ends itself is buried only when its
  /// own code has returned.
  class Inside;

  void step(const EventQueue::Fired& fired);
  void hold(Node& node, const Event& event);
  void act(const Event& event);
  [[nodiscard]] bool deadlocked() const;
  [[nodiscard]] bool livelocked() const;
  void fired(FaultId fault);
  FaultCount& counted(FaultId fault);
  void bury(Node& node);
  void bury_doomed();
  [[nodiscard]] bool on_stack(const Node& node) const;
  void start(Node& node);
  void release_held(Node& node);
  void clock_fault(Node& node, const UnseenClockFault& unseen);
  std::uint64_t run_verb(Node& target, const NodeRun::Verb& verb, std::string_view argument);

  WorldOptions options_;
  env::OpPool pool_;
  Context context_;
  EventQueue queue_;
  Trace trace_;
  Strategy strategy_;
  Nanos now_{0};
  Network network_;
  Node system_;  ///< carries what belongs to no node: the nemesis, handshakes
  std::deque<Node> nodes_;
  std::map<std::string, std::uint32_t, std::less<>> role_counts_;
  std::vector<FaultCount> counts_;
  std::vector<NodeId> doomed_;  ///< crashed by their own code; to be buried when it has returned
  const Inside* running_ = nullptr;
  bool stopped_ = false;
  std::uint64_t stop_at_ = ~0ULL;
  std::uint64_t instant_events_ = 0;
};

}  // namespace lockstep::sim
