// The verbs of a world: how faults act on its nodes, clocks, disks and services. Those on links are
// passed on to the network.
#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/world.hpp"

namespace lockstep::sim {

FaultCount& World::counted(FaultId fault) {
  ASSERT(fault.value < faults_max);
  if (fault.value >= counts_.size()) counts_.resize(fault.value + 1);
  return counts_[fault.value];
}

void World::effective(FaultId fault, std::uint64_t times) {
  if (fault != no_fault) counted(fault).effective += times;
}

void World::fired(FaultId fault) {
  if (fault != no_fault) ++counted(fault).fired;
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
  if (target.spec.disk) target.spec.disk->power_off();
  if (on_stack(target)) {
    doomed_.push_back(id);
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
  Node& target = node(id);
  if (!target.up()) return;
  fired(fault);
  target.pauses.push_back({fault});
}

void World::resume(FaultId fault, NodeId id) {
  Node& target = node(id);
  const auto own = std::find_if(target.pauses.begin(), target.pauses.end(),
                                [fault](const Pause& pause) { return pause.fault == fault; });
  if (own == target.pauses.end()) return;
  target.pauses.erase(own);
  if (target.pauses.empty()) release_held(target);
}

void World::release_held(Node& target) {
  for (const EventRef ref : std::exchange(target.held, {})) queue_.unpark(ref, now_);
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

void World::clock_fault(Node& target, const UnseenClockFault& unseen) {
  auto& all = target.unseen_clock_faults;
  const bool known = std::any_of(all.begin(), all.end(), [&unseen](const UnseenClockFault& u) {
    return u.fault == unseen.fault && u.of_rate == unseen.of_rate;
  });
  if (!known && unseen.fault != no_fault) all.push_back(unseen);
}

void World::step_wall(FaultId fault, NodeId id, Nanos delta) {
  Node& target = node(id);
  fired(fault);
  target.clock.step_wall(delta, now_);
  if (delta != Nanos(0)) clock_fault(target, {fault, false});
}

void World::drift(FaultId fault, NodeId id, PartsPerMillion rate) {
  Node& target = node(id);
  fired(fault);
  if (rate.value == target.clock.rate().value) return;
  target.clock.set_rate(rate, now_);
  const std::uint64_t moved = target.up() ? target.run->remap_timers() : 0;
  if (moved > 0) {
    effective(fault, moved);
  } else {
    clock_fault(target, {fault, true});
  }
}

void World::slew_wall(FaultId fault, NodeId id) {
  Node& target = node(id);
  fired(fault);
  target.clock.slew_wall(now_);
  clock_fault(target, {fault, false});
}

Result<void> World::disk(FaultId fault, NodeId id, std::string_view verb, std::int64_t amount) {
  Node& target = node(id);
  if (!target.spec.disk) {
    return fail(definite(Errc::invalid_argument, target.name + " has no disk"));
  }
  auto applied = target.spec.disk->apply(fault, verb, amount);
  if (applied && amount >= 0) fired(fault);
  return applied;
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
  const NodeRun::Verb copy = *act;  // the verb may end its own service, and what that registered
  effective(fault, run_verb(target, copy, argument));
  return {};
}

void World::heal_all() {
  network_.heal_all();
  for (Node& node : nodes_) {
    if (node.spec.disk) node.spec.disk->heal();
    node.pauses.clear();
    release_held(node);
    if (!node.up()) restart(no_fault, node.id);
    drift(no_fault, node.id, PartsPerMillion{0});
    slew_wall(no_fault, node.id);
  }
}

}  // namespace lockstep::sim
