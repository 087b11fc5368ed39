#include "rig/live_verbs.hpp"

#include <algorithm>
#include <utility>

#include "impl/live/os_clock.hpp"
#include "rig/clock_shim/steered_clock.hpp"

namespace lockstep::rig {

namespace {

constexpr Nanos clock_step_every = milliseconds(5);  // of a clock that runs wrong

std::chrono::steady_clock::time_point on_host(MonoTime time) {
  return std::chrono::steady_clock::time_point(time.time_since_epoch());
}

}  // namespace

LiveVerbs::LiveVerbs(live::Loop& loop, Options options)
    : loop_(loop), options_(std::move(options)), clock_timer_(loop.context()) {
  arm_clocks();
}

// Cancelled waits end with an error, and do nothing.
LiveVerbs::~LiveVerbs() = default;

NodeId LiveVerbs::add(const std::string& role, LiveNode& node) {
  const auto number = std::ranges::count(nodes_, role, &Node::role);
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back({.role = role, .name = role + "/" + std::to_string(number), .node = &node});
  return id;
}

void LiveVerbs::link(NodeId client, NodeId server, Proxy& proxy) {
  links_.push_back({client, server, &proxy});
}

// ---- who is there -------------------------------------------------------------------------------

std::vector<NodeId> LiveVerbs::matching(std::string_view selector) const {
  std::vector<NodeId> found;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (selector == "any" || selector == node.role || selector == node.name ||
        node.labels.contains(selector)) {
      found.push_back(NodeId{i});
    }
  }
  return found;
}

std::string LiveVerbs::name_of(NodeId node) const { return nodes_.at(node.value).name; }

std::optional<NodeId> LiveVerbs::fallen() const {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].is_down && !nodes_[i].node->up()) return NodeId{i};
  }
  return std::nullopt;
}

void LiveVerbs::label(NodeId node, std::string_view name, bool present) {
  auto& labels = at_node(node).labels;
  if (present) {
    labels.emplace(name);
  } else if (const auto found = labels.find(name); found != labels.end()) {
    labels.erase(found);
  }
}

// ---- true time ----------------------------------------------------------------------------------

Nanos LiveVerbs::true_now() const { return live::OsClock().now() - start_; }

void LiveVerbs::at(Nanos when, std::function<void()> act) {
  const auto timer = acts_.emplace(acts_.end(), loop_.context());
  timer->expires_at(on_host(saturating_add(start_, when)));
  timer->async_wait([this, timer, act = std::move(act)](const boost::system::error_code& error) {
    if (error) return;  // `this` may be gone
    acts_.erase(timer);
    act();
  });
}

// ---- nodes --------------------------------------------------------------------------------------

void LiveVerbs::fired(FaultId fault, bool is_effective) {
  ++count_of(fault).fired;
  if (is_effective) ++count_of(fault).effective;
}

void LiveVerbs::update_listening(NodeId server) {
  const Node& node = at_node(server);
  const bool refused = node.is_refused || !node.node->up();
  for (const Link& link : links_) {
    if (link.server == server) link.proxy->refuse(refused);
  }
}

void LiveVerbs::crash(FaultId fault, NodeId id) {
  Node& node = at_node(id);
  if (!node.node->up()) return;
  node.node->kill();
  node.is_down = true;
  node.labels.clear();
  node.pauses.clear();
  update_listening(id);
  fired(fault, true);
}

void LiveVerbs::bring_up(NodeId id) {
  if (at_node(id).node->up()) return;
  const Result<void> started = at_node(id).node->start();
  at_node(id).is_down = false;
  if (!started && options_.on_trouble) options_.on_trouble(id, started.error());
  update_listening(id);
}

void LiveVerbs::restart(FaultId fault, NodeId id) {
  if (at_node(id).node->up()) return;
  fired(fault, true);
  bring_up(id);
}

void LiveVerbs::pause(FaultId fault, NodeId id) {
  Node& node = at_node(id);
  if (!node.node->up()) return;
  if (node.pauses.empty()) node.node->pause();
  node.pauses.push_back(fault);
  fired(fault, true);
}

void LiveVerbs::resume(FaultId fault, NodeId id) {
  Node& node = at_node(id);
  const auto own = std::ranges::find(node.pauses, fault);
  if (own == node.pauses.end()) return;
  node.pauses.erase(own);
  if (node.pauses.empty()) node.node->resume();
}

// ---- links --------------------------------------------------------------------------------------

template <class Act>
void LiveVerbs::on_link(sim::Direction direction, const Act& act) {
  for (const Link& link : links_) {
    const sim::Direction up{link.client, link.server};
    const sim::Direction down{link.server, link.client};
    if (direction == up) act(*link.proxy, Way::up);
    if (direction == down) act(*link.proxy, Way::down);
  }
}

void LiveVerbs::cut(FaultId fault, sim::Direction direction) {
  fired(fault, false);
  on_link(direction, [fault](Proxy& proxy, Way way) { proxy.cut(fault, way); });
}

void LiveVerbs::heal(FaultId fault, sim::Direction direction) {
  on_link(direction, [fault](Proxy& proxy, Way way) { proxy.heal(fault, way); });
}

void LiveVerbs::reset(FaultId fault, NodeId a, NodeId b) {
  fired(fault, false);
  for (const sim::Direction direction : {sim::Direction{a, b}, sim::Direction{b, a}}) {
    on_link(direction, [fault](Proxy& proxy, Way way) {
      if (way == Way::up) proxy.reset(fault);
    });
  }
}

void LiveVerbs::clog(FaultId fault, sim::Direction direction) {
  fired(fault, false);
  on_link(direction, [fault](Proxy& proxy, Way way) { proxy.clog(fault, way); });
}

void LiveVerbs::unclog(FaultId fault, sim::Direction direction) {
  on_link(direction, [fault](Proxy& proxy, Way way) { proxy.unclog(fault, way); });
}

void LiveVerbs::slow(FaultId fault, sim::Direction direction, Nanos extra) {
  if (extra > Nanos(0)) fired(fault, false);
  on_link(direction, [&](Proxy& proxy, Way way) { proxy.slow(fault, way, extra); });
}

void LiveVerbs::refuse(FaultId fault, NodeId node, bool refused) {
  if (refused) fired(fault, true);
  at_node(node).is_refused = refused;
  update_listening(node);
}

void LiveVerbs::bad_certificate(FaultId, NodeId, bool) {}  // no plan gets here with one

// ---- clocks -------------------------------------------------------------------------------------

void LiveVerbs::step_wall(FaultId fault, NodeId id, Nanos delta) {
  SteeredClock* clock = at_node(id).node->clock();
  fired(fault, clock != nullptr);
  if (clock != nullptr) clock->step(delta);
}

void LiveVerbs::drift(FaultId fault, NodeId id, sim::PartsPerMillion rate) {
  SteeredClock* clock = at_node(id).node->clock();
  if (rate.value != 0) fired(fault, clock != nullptr);
  if (clock != nullptr) clock->set_rate(rate.value);
}

void LiveVerbs::slew_wall(FaultId, NodeId id) {
  SteeredClock* clock = at_node(id).node->clock();
  if (clock != nullptr) clock->slew();
}

void LiveVerbs::arm_clocks() {
  clock_timer_.expires_after(clock_step_every);
  clock_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) move_clocks();
  });
}

void LiveVerbs::move_clocks() {
  for (Node& node : nodes_) {
    SteeredClock* clock = node.node->clock();
    if (clock != nullptr) clock->advance(live::OsClock().now());
  }
  arm_clocks();
}

// ---- disks and services -------------------------------------------------------------------------

Result<void> LiveVerbs::disk(FaultId, NodeId, std::string_view verb, std::int64_t) {
  return fail(definite(Errc::invalid_argument, "no live disk can " + std::string(verb)));
}

Result<void> LiveVerbs::service(FaultId fault, NodeId id, std::string_view verb,
                                std::string_view argument) {
  Node& node = at_node(id);
  if (!node.node->up()) return fail(definite(Errc::refused, node.name + " is down"));
  const Result<std::uint64_t> touched = node.node->serve(verb, argument);
  update_listening(id);
  if (!touched) return fail(touched.error());
  fired(fault, *touched > 0);
  return {};
}

// ---- what came of it ----------------------------------------------------------------------------

sim::FaultCount LiveVerbs::count(FaultId fault) const {
  const auto found = counts_.find(fault);
  return found == counts_.end() ? sim::FaultCount{} : found->second;
}

void LiveVerbs::heal_all() {
  for (const Link& link : links_) link.proxy->heal_all();
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.is_refused = false;
    if (!std::exchange(node.pauses, {}).empty()) node.node->resume();
    bring_up(NodeId{i});
    update_listening(NodeId{i});
    if (SteeredClock* clock = node.node->clock(); clock != nullptr) {
      clock->set_rate(0);
      clock->slew();
    }
  }
}

}  // namespace lockstep::rig
