#include "sim/world.hpp"

#include <algorithm>
#include <utility>

#include "sim/guard/in_world.hpp"

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

class World::Inside {
 public:
  Inside(World& world, const Node& node)
      : world_(world), node_(&node), outer_(std::exchange(world.running_, this)) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    world_.running_ = outer_;
    if (!world_.doomed_.empty()) world_.bury_doomed();
  }
  [[nodiscard]] const Node* node() const { return node_; }
  [[nodiscard]] const Inside* outer() const { return outer_; }

 private:
  World& world_;
  const Node* node_;
  const Inside* outer_;
};

World::World(const WorldOptions& options)
    : options_(options),
      strategy_(options.strategy, options.seed, Strategy::default_horizon, options.strategy_depth),
      network_(*this, options.link),
      system_(no_node, "world", NodeSpec{}) {
  system_.run = std::make_unique<NodeRun>(*this, system_, 0);
}

World::~World() {
  const InWorld here;  // destructors of frames are simulated code
  for (Node& node : nodes_) {
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
  const InWorld here;
  const Inside inside(*this, node);
  node.run->start();
}

EventRef World::schedule(Nanos when, Node& node, const Event& event) {
  ASSERT(when >= now_);
  return queue_.push(when, strategy_.next(node.id, node.event_number++), event);
}

Stop World::run_until(Nanos limit) {
  const Nanos last = std::min(limit, time_max);
  stopped_ = false;
  const InWorld here;
  while (!stopped_) {
    if (livelocked()) return Stop::livelock;
    if (trace_.events() >= stop_at_) return Stop::event_reached;
    const auto fired = queue_.pop(last);
    if (!fired) {
      if (queue_.size() == 0 && deadlocked()) return Stop::deadlock;
      now_ = std::max(now_, last);
      return Stop::time_reached;
    }
    step(*fired);
  }
  return Stop::asked;
}

bool World::livelocked() const {
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
  instant_events_ = fired.time == now_ ? instant_events_ + 1 : 0;
  now_ = fired.time;
  Node& owner = node(fired.event.node);
  if (!owner.pauses.empty()) return hold(owner, fired.event);
  trace_.add(now_, fired.event.node, fired.event.kind, payload_of(fired.event));
  const Inside inside(*this, owner);
  act(fired.event);
}

/// The event stays cancellable: when the node goes on, what is delivered first may end the wait
/// whose deadline has passed meanwhile, as it would in a process that wakes up late.
void World::hold(Node& owner, const Event& event) {
  const EventRef parked = queue_.park(event);
  if (event.kind == EventKind::resume) {
    NodeRun::set_event(*static_cast<env::PendingOp*>(event.target), parked);
  }
  owner.held.push_back(parked);
  for (Pause& pause : owner.pauses) {
    if (!std::exchange(pause.effective, true)) effective(pause.fault);
  }
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

std::uint64_t World::run_verb(Node& target, const NodeRun::Verb& verb, std::string_view argument) {
  const InWorld here;
  const Inside inside(*this, target);
  return verb(argument);
}

bool World::on_stack(const Node& node) const {
  for (const Inside* i = running_; i != nullptr; i = i->outer()) {
    if (i->node() == &node) return true;
  }
  return false;
}

void World::bury_doomed() {
  for (std::size_t i = 0; i < doomed_.size();) {
    Node& dead = node(doomed_[i]);
    if (on_stack(dead)) {
      ++i;
      continue;
    }
    doomed_.erase(doomed_.begin() + static_cast<std::ptrdiff_t>(i));
    bury(dead);
  }
}

void World::bury(Node& dead) {
  const InWorld here;
  for (const EventRef ref : std::exchange(dead.held, {})) queue_.cancel(ref);
  dead.pauses.clear();
  std::uint64_t touched = network_.process_died(*dead.run);
  touched += dead.run->kill();
  if (dead.spec.disk) touched += dead.spec.disk->power_cut(dead.crashes);
  ++dead.crashes;
  dead.labels.clear();
  if (touched > 0) effective(dead.crashed_by);
}

}  // namespace lockstep::sim
