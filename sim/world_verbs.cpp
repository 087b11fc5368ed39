// The verbs of a world: how faults act on its nodes, clocks, disks and services. Those on links are
// passed on to the network.
#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

void take_out(std::vector<FaultId>& faults, FaultId fault) {
  const auto found = std::find(faults.begin(), faults.end(), fault);
  if (found != faults.end()) faults.erase(found);
}

}  // namespace

void World::effective(FaultId fault, std::uint64_t times) {
  if (fault == no_fault) return;
  if (fault.value >= counts_.size()) counts_.resize(fault.value + 1);
  counts_[fault.value].effective += times;
}

void World::fired(FaultId fault) {
  if (fault == no_fault) return;
  if (fault.value >= counts_.size()) counts_.resize(fault.value + 1);
  ++counts_[fault.value].fired;
}

FaultCount World::count(FaultId fault) const {
  FaultCount count = fault.value < counts_.size() ? counts_[fault.value] : FaultCount{};
  for (const Node& node : nodes_) {
    if (node.spec.disk) count.effective += node.spec.disk->effective(fault);
  }
  return count;
}

std::vector<NodeId> World::matching(std::string_view selector) const {
  std::vector<NodeId> found;
  for (const Node& node : nodes_) {
    if (selector == "any" || selector == node.spec.role || selector == node.name ||
        node.labels.contains(selector)) {
      found.push_back(node.id);
    }
  }
  return found;
}

std::string World::name_of(NodeId id) const { return node(id).name; }

void World::label(NodeId id, std::string_view name, bool present) {
  auto& labels = node(id).labels;
  if (present) {
    labels.emplace(name);
  } else if (const auto found = labels.find(name); found != labels.end()) {
    labels.erase(found);
  }
}

void World::at(Nanos when, std::function<void()> act) {
  ASSERT(when >= now_);
  auto& op = FunctionOp<std::function<void()>>::make(pool_, std::move(act));
  const MonoTime deadline(system_.clock.mono(now_) + (when - now_));
  system_.run->suspend(op, deadline, Errc::ok);
}

void World::crash(FaultId fault, NodeId id) {
  Node& target = node(id);
  if (!target.up()) return;
  fired(fault);
  target.crashed_by = fault;
  target.run->begin_death();
  if (running_ == &target) {
    doomed_.push_back(id);  // its own code is on the stack
  } else {
    bury(target);
  }
}

void World::restart(FaultId fault, NodeId id) {
  Node& target = node(id);
  const bool dying = std::find(doomed_.begin(), doomed_.end(), id) != doomed_.end();
  if (target.up() || dying) return;
  fired(fault);
  start(target);
  effective(fault);
}

void World::pause(FaultId fault, NodeId id) {
  fired(fault);
  node(id).pauses.push_back(fault);
}

void World::resume(FaultId fault, NodeId id) {
  Node& target = node(id);
  take_out(target.pauses, fault);
  if (target.pauses.empty()) release_held(target);
}

void World::release_held(Node& target) {
  const std::vector<EventQueue::Fired> held = std::move(target.held);
  target.held.clear();
  for (const EventQueue::Fired& fired : held) {  // before whatever else happens at this instant
    queue_.push(now_, 0, fired.event);
  }
}

void World::cut(FaultId fault, Direction direction) {
  fired(fault);
  network_.cut(fault, direction);
}
void World::heal(FaultId fault, Direction direction) { network_.heal(fault, direction); }
void World::clog(FaultId fault, Direction direction) {
  fired(fault);
  network_.clog(fault, direction);
}
void World::unclog(FaultId fault, Direction direction) { network_.unclog(fault, direction); }
void World::slow(FaultId fault, Direction direction, Nanos extra) {
  if (extra > Nanos(0)) fired(fault);
  network_.slow(fault, direction, extra);
}
void World::refuse(FaultId fault, NodeId node, bool refused) {
  if (refused) fired(fault);
  network_.refuse(fault, node, refused);
}
void World::bad_certificate(FaultId fault, NodeId node, bool bad) {
  if (bad) fired(fault);
  network_.bad_certificate(fault, node, bad);
}
void World::reset(FaultId fault, NodeId a, NodeId b) {
  fired(fault);
  network_.reset(fault, a, b);
}

void World::step_wall(FaultId fault, NodeId id, Nanos delta) {
  fired(fault);
  node(id).clock.step_wall(delta, now_);
  node(id).unseen_clock_faults.push_back(fault);
}

void World::drift(FaultId fault, NodeId id, PartsPerMillion rate) {
  fired(fault);
  Node& target = node(id);
  target.clock.set_rate(rate, now_);
  const std::uint64_t moved = target.up() ? target.run->remap_timers() : 0;
  if (moved > 0) effective(fault, moved);
  if (moved == 0) target.unseen_clock_faults.push_back(fault);
}

void World::slew_wall(FaultId fault, NodeId id) {
  fired(fault);
  node(id).clock.slew_wall(now_);
  node(id).unseen_clock_faults.push_back(fault);
}

Result<void> World::disk(FaultId fault, NodeId id, std::string_view verb, std::int64_t amount) {
  Node& target = node(id);
  if (!target.spec.disk) {
    return fail(definite(Errc::invalid_argument, target.name + " has no disk"));
  }
  fired(fault);
  return target.spec.disk->apply(fault, verb, amount);
}

Result<void> World::service(FaultId fault, NodeId id, std::string_view verb,
                            std::string_view argument) {
  Node& target = node(id);
  if (!target.up()) return fail(definite(Errc::refused, target.name + " is down"));
  const NodeRun::Verb* act = target.run->verb(verb);
  if (act == nullptr) {
    return fail(definite(Errc::invalid_argument,
                         target.name + " knows no verb '" + std::string(verb) + "'"));
  }
  fired(fault);
  const NodeRun::Verb copy = *act;
  Node* const before = std::exchange(running_, &target);  // the verb may crash its own service
  effective(fault, copy(argument));
  running_ = before;
  return {};
}

void World::heal_all() {
  network_.heal_all();
  for (Node& node : nodes_) {
    if (node.spec.disk) node.spec.disk->heal();
    const bool held = !node.pauses.empty();
    node.pauses.clear();
    if (held) release_held(node);
    if (!node.up()) restart(no_fault, node.id);
    if (node.clock.rate().value != 0) drift(no_fault, node.id, PartsPerMillion{0});
    slew_wall(no_fault, node.id);
  }
}

}  // namespace lockstep::sim
