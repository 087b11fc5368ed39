// The verbs of a live run: faults act on processes by signals, on links by proxies, on wall clocks
// by the clock shim, in real time. What they act on is made by the owner.
//
// Counted as effective: links, as the proxies say; everything else when it found its target. That
// an operating system did what it was told is not watched.
//
// Not there: verbs of disks, TLS, and links between servers, which have no proxy.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "impl/live/loop.hpp"
#include "rig/live_node.hpp"
#include "rig/proxy.hpp"
#include "sim/verbs.hpp"

namespace lockstep::rig {

class LiveVerbs final : public sim::Verbs {
 public:
  struct Options {
    /// A node could not be started again. May be empty.
    std::function<void(NodeId, const Error&)> on_trouble{};
  };
  /// `loop` outlives it; everything on the loop's thread.
  LiveVerbs(live::Loop& loop, Options options);
  LiveVerbs(const LiveVerbs&) = delete;
  LiveVerbs& operator=(const LiveVerbs&) = delete;
  /// What at() was told and has not happened yet will not.
  ~LiveVerbs() override;

  /// True time 0, before anything but add() and link().
  void begin(MonoTime start) { start_ = start; }
  [[nodiscard]] MonoTime start() const { return start_; }

  /// A node named "role/n", up. `node` outlives it. Clocks move from now on.
  NodeId add(const std::string& role, LiveNode& node);
  /// The only way between the two. `proxy` outlives it.
  void link(NodeId client, NodeId server, Proxy& proxy);
  /// What proxies are to tell of a fault that touched something.
  void touched(FaultId fault) { ++count_of(fault).effective; }

  /// A node whose process ended, and no fault ended it.
  [[nodiscard]] std::optional<NodeId> fallen() const;

  [[nodiscard]] std::vector<NodeId> matching(std::string_view selector) const override;
  [[nodiscard]] std::string name_of(NodeId node) const override;
  void label(NodeId node, std::string_view name, bool present) override;
  [[nodiscard]] Nanos true_now() const override;
  void at(Nanos when, std::function<void()> act) override;

  void crash(FaultId fault, NodeId node) override;
  void restart(FaultId fault, NodeId node) override;
  void pause(FaultId fault, NodeId node) override;
  void resume(FaultId fault, NodeId node) override;

  void cut(FaultId fault, sim::Direction direction) override;
  void heal(FaultId fault, sim::Direction direction) override;
  void reset(FaultId fault, NodeId a, NodeId b) override;
  void clog(FaultId fault, sim::Direction direction) override;
  void unclog(FaultId fault, sim::Direction direction) override;
  void slow(FaultId fault, sim::Direction direction, Nanos extra) override;
  void refuse(FaultId fault, NodeId node, bool refused) override;
  void bad_certificate(FaultId fault, NodeId node, bool bad) override;

  void step_wall(FaultId fault, NodeId node, Nanos delta) override;
  void drift(FaultId fault, NodeId node, sim::PartsPerMillion rate) override;
  void slew_wall(FaultId fault, NodeId node) override;

  Result<void> disk(FaultId fault, NodeId node, std::string_view verb,
                    std::int64_t amount) override;
  Result<void> service(FaultId fault, NodeId node, std::string_view verb,
                       std::string_view argument) override;

  [[nodiscard]] sim::FaultCount count(FaultId fault) const override;
  void heal_all() override;

 private:
  struct Node {
    std::string role;
    std::string name;
    LiveNode* node = nullptr;
    std::set<std::string, std::less<>> labels{};
    std::vector<FaultId> pauses{};
    bool is_refused = false;
    bool is_down = false;  ///< by a fault
  };
  struct Link {
    NodeId client;
    NodeId server;
    Proxy* proxy;
  };

  [[nodiscard]] Node& at_node(NodeId id) { return nodes_.at(id.value); }
  [[nodiscard]] sim::FaultCount& count_of(FaultId fault) { return counts_[fault]; }
  void fired(FaultId fault, bool is_effective);
  /// Calls `act` with the proxy of the direction, and the way that it is there.
  template <class Act>
  void on_link(sim::Direction direction, const Act& act);
  /// Whether clients can connect to the server: nobody listens for one that is down.
  void update_listening(NodeId server);
  void bring_up(NodeId id);
  void move_clocks();
  void arm_clocks();

  live::Loop& loop_;
  Options options_;
  MonoTime start_{};
  std::vector<Node> nodes_;
  std::vector<Link> links_;
  std::map<FaultId, sim::FaultCount> counts_;
  std::list<asio::steady_timer> acts_;
  asio::steady_timer clock_timer_;
};

}  // namespace lockstep::rig
