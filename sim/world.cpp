#include "sim/world.hpp"

#include <utility>

namespace lockstep::sim {

namespace {

/// What a chunk or an outcome contributes to the trace hash.
std::uint64_t payload_of(const Event& event) {
  if (event.kind == EventKind::deliver) {
    const Half& half = *static_cast<const Half*>(event.target);
    if (half.flying.empty()) return 0;
    const Chunk& chunk = half.flying.front();
    return digest(chunk.bytes, half.connection->id() * 8 + static_cast<std::uint64_t>(chunk.kind));
  }
  return (static_cast<std::uint64_t>(event.outcome.code) << 32U) | event.outcome.n;
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      strategy_(options.strategy, options.seed, Strategy::default_horizon, options.strategy_depth),
      network_(*this, options.link),
      system_(no_node, "world", NodeSpec{}) {
  system_.run = std::make_unique<NodeRun>(*this, system_, 0);
}

World::~World() {
  for (Node& node : nodes_) {
    if (!node.run) continue;
    node.run->begin_death();
    node.run->kill();
  }
  system_.run->begin_death();
  system_.run->kill();
}

Node& World::node(NodeId id) {
  if (id == no_node) return system_;
  ASSERT(id.value < nodes_.size());
  return nodes_[id.value];
}

const Node& World::node(NodeId id) const { return const_cast<World*>(this)->node(id); }

NodeId World::add_node(NodeSpec spec) {
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  const std::string number = std::to_string(role_counts_[spec.role]++);
  network_.bind_name(spec.role + "-" + number, id);
  std::string name = spec.role + "/" + number;
  start(nodes_.emplace_back(id, std::move(name), std::move(spec)));
  return id;
}

void World::start(Node& node) {
  if (node.run) node.graves.push_back(std::move(node.run));
  node.run = std::make_unique<NodeRun>(*this, node, static_cast<std::uint32_t>(node.crashes));
  node.run->start();
}

EventRef World::schedule(Nanos when, Node& node, const Event& event) {
  ASSERT(when >= now_);
  return queue_.push(when, strategy_.next(node.id, node.event_number++), event);
}

Stop World::run_until(Nanos limit) {
  stopped_ = false;
  while (!stopped_) {
    if (trace_.events() >= stop_at_) return Stop::event_reached;
    const auto fired = queue_.pop(limit);
    if (!fired) {
      if (queue_.size() == 0 && deadlocked()) return Stop::deadlock;
      now_ = std::max(now_, limit);
      return Stop::time_reached;
    }
    if (over_limits(fired->time)) return Stop::livelock;
    step(*fired);
  }
  return Stop::asked;
}

bool World::over_limits(Nanos next) {
  instant_events_ = next == now_ ? instant_events_ + 1 : 0;
  return instant_events_ >= options_.events_per_instant_max ||
         trace_.events() >= options_.events_max;
}

bool World::deadlocked() const {
  bool waits = false;
  for (const Node& node : nodes_) {
    if (!node.pauses.empty()) return false;  // it will go on when it is resumed
    waits |= node.up() && node.run->waits_for_anything();
  }
  return waits;
}

void World::step(const EventQueue::Fired& fired) {
  now_ = fired.time;
  Node& owner = node(fired.event.node);
  if (!owner.pauses.empty()) return hold(owner, fired);
  trace_.add(now_, fired.event.node, fired.event.kind, payload_of(fired.event));
  running_ = &owner;
  act(fired.event);
  running_ = nullptr;
  while (!doomed_.empty()) {
    Node& dead = node(doomed_.back());
    doomed_.pop_back();
    bury(dead);
  }
}

void World::hold(Node& owner, const EventQueue::Fired& fired) {
  if (fired.event.kind == EventKind::resume) {  // its wait is over: nothing else may wake it
    NodeRun::mark_woken(*static_cast<env::PendingOp*>(fired.event.target));
  }
  if (owner.held.empty()) {
    for (const FaultId fault : owner.pauses) effective(fault);
  }
  owner.held.push_back(fired);
}

void World::act(const Event& event) {
  switch (event.kind) {
    case EventKind::resume: {
      auto& op = *static_cast<env::PendingOp*>(event.target);
      return NodeRun::resume(op, event.outcome);
    }
    case EventKind::deliver: {
      Half& half = *static_cast<Half*>(event.target);
      return half.connection->deliver(half);
    }
    case EventKind::credit: {
      Half& half = *static_cast<Half*>(event.target);
      return half.connection->credit(half);
    }
  }
  ASSERT(false);
}

void World::bury(Node& dead) {
  dead.held.clear();
  dead.pauses.clear();
  std::uint64_t touched = network_.process_died(*dead.run);
  touched += dead.run->kill();
  if (dead.spec.disk) touched += dead.spec.disk->power_cut(dead.crashes);
  ++dead.crashes;
  dead.labels.clear();
  if (touched > 0) effective(dead.crashed_by);
}

}  // namespace lockstep::sim
