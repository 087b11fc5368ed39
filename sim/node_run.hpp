// One incarnation of a node: what the world supplies to it (impl/env), everything it waits for, and
// its end. A restart makes a new NodeRun; the old one stays, dead, until the world ends, so that no
// stale reference dangles.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "impl/env/env.hpp"
#include "sim/event_queue.hpp"
#include "sim/executor.hpp"
#include "sim/peer.hpp"

namespace lockstep::sim {

class World;
class Node;
class NodeRun;
class End;

/// Everything that a program builds on its node; destroyed after the node's coroutines.
class Incarnation {
 public:
  virtual ~Incarnation() = default;
};

using OpList =
    boost::intrusive::list<env::PendingOp,
                           boost::intrusive::member_hook<env::PendingOp, env::PendingOp::Hook,
                                                         &env::PendingOp::owner_hook>,
                           boost::intrusive::constant_time_size<false>>;

class NodeRun final : public env::Waits {
 public:
  NodeRun(World& world, Node& node, std::uint32_t incarnation);
  ~NodeRun() override;

  // ---- for programs
  // -------------------------------------------------------------------------------
  [[nodiscard]] env::Env& env();
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] Node& node() { return node_; }
  [[nodiscard]] NodeId id() const;

  /// Runs `f` on this node when its monotonic clock has advanced by `d`; dropped if it dies before.
  void after(Nanos d, std::function<void()> f);
  /// Accepts connections to `port`; replaces what listened there.
  void listen(std::uint16_t port, Acceptor& acceptor);
  /// As above, for coroutines: `on_stream` gets each connection as a stream, and spawns who uses
  /// it. Its reader holds its writer back, which a Peer does not.
  using OnStream = std::function<void(std::unique_ptr<env::Stream>)>;
  void listen(std::uint16_t port, OnStream on_stream);
  /// Connects to host:port as a service does, without coroutines; exactly one call of `done`, with
  /// `refused` or `unreachable` (after `timeout`) on failure; none if this node dies before. A
  /// connection that comes about after `timeout` is closed again.
  void dial(std::string_view host, std::uint16_t port, Nanos timeout,
            std::function<void(Result<Peer*>)> done);
  /// Registers a verb for Verbs::service(). The function counts the keys or connections it touched.
  using Verb = std::function<std::uint64_t(std::string_view argument)>;
  void on_verb(std::string name, Verb verb);

  // ---- env::Waits
  // ---------------------------------------------------------------------------------
  void suspend(env::PendingOp& op, MonoTime deadline, Errc at_deadline) override;
  /// As suspend() and wake() at once: `op` waits for nothing but its turn.
  void suspend_ended(env::PendingOp& op, env::Outcome outcome) { end_at(world_now(), op, outcome); }
  void wake(env::PendingOp& op, env::Outcome outcome) override;
  void cancel(env::PendingOp& op) override { wake(op, {Errc::cancelled}); }
  [[nodiscard]] bool alive() const override { return alive_; }

  // ---- for the world
  // ------------------------------------------------------------------------------
  void post(env::PendingOp& op) { suspend_ended(op, {}); }
  /// Runs `f` on this node after `d` of true time: what others do to it, not a timer of its own.
  /// Dropped if it dies before.
  void after_true(Nanos d, std::function<void()> f);
  /// Builds the program.
  void start();
  /// From here on every operation of the seam is swallowed.
  void begin_death() { alive_ = false; }
  /// Destroys every suspended continuation in order of creation, then what the program built.
  /// @return how many continuations it destroyed.
  std::uint64_t kill();
  /// Arms every timer that is not yet due anew after a change of the clock's rate. @return how
  /// many.
  std::uint64_t remap_timers();
  /// Resumes `op` with `outcome`.
  static void resume(env::PendingOp& op, env::Outcome outcome);
  /// Resumes an op that was suspended and not woken from inside an event of this node, without an
  /// event of its own.
  void finish_now(env::PendingOp& op, env::Outcome outcome);
  /// The event that will end `op` is now `ref`.
  static void set_event(env::PendingOp& op, EventRef ref);
  [[nodiscard]] bool listens(std::uint16_t port) const { return listeners_.contains(port); }
  /// Hands an opened connection to who listens on `port`; false if nobody does.
  bool accept(std::uint16_t port, End& end);
  [[nodiscard]] const Verb* verb(std::string_view name) const;
  [[nodiscard]] bool waits_for_anything() const { return !ops_.empty(); }
  [[nodiscard]] std::uint32_t incarnation() const { return incarnation_; }

 private:
  struct Suppliers;

  struct Dial;
  using Listener = std::function<void(End&)>;
  static void answer_dial(Dial& dial, Result<End*> end);

  [[nodiscard]] Nanos world_now() const;
  env::PendingOp& timer(Nanos d, std::function<void()> f);
  void drop(env::PendingOp& op);
  void end_at(Nanos when, env::PendingOp& op, env::Outcome outcome);
  void queue_timer(env::PendingOp& op);
  std::uint64_t destroy_ops();

  World& world_;
  Node& node_;
  std::uint32_t incarnation_;
  bool alive_ = true;
  OpList ops_;
  std::map<std::uint16_t, Listener> listeners_;
  std::map<std::string, Verb, std::less<>> verbs_;
  std::unique_ptr<Suppliers> suppliers_;
  std::unique_ptr<Incarnation> program_;
};

}  // namespace lockstep::sim
