#include "faults/effects.hpp"

#include <algorithm>
#include <iterator>

#include "faults/shapes.hpp"
#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::faults {

namespace {

using Nodes = std::vector<NodeId>;

std::int64_t parameter(const PlannedFault& fault, std::string_view name) {
  const auto index = parameter_index(fault.kind, name);
  ASSERT(index.has_value());
  ASSERT(*index < fault.parameters.size());
  return fault.parameters[*index];
}

Flow flow_of(const PlannedFault& fault) { return static_cast<Flow>(parameter(fault, "direction")); }

Nodes one_of(const Nodes& nodes, std::uint32_t pick) {
  if (nodes.empty()) return {};
  return {nodes[below(mix64(std::uint64_t{pick} + 1), nodes.size())]};
}

Nodes without(const Nodes& nodes, const Nodes& taken) {
  Nodes rest;
  std::ranges::copy_if(nodes, std::back_inserter(rest), [&taken](NodeId node) {
    return std::ranges::find(taken, node) == taken.end();
  });
  return rest;
}

void hold_each(Effects& effects, const std::vector<sim::Direction>& directions, Grip::What what,
               std::int64_t amount = 0) {
  for (const sim::Direction& d : directions) {
    effects.grips.push_back({what, d.from, d.to, amount, {}});
  }
}

// Every node at an end of a lost direction.
Nodes ends_of(const std::vector<sim::Direction>& directions) {
  Nodes nodes;
  for (const sim::Direction& d : directions) {
    nodes.push_back(d.from);
    nodes.push_back(d.to);
  }
  std::ranges::sort(nodes);
  const auto repeats = std::ranges::unique(nodes);
  nodes.erase(repeats.begin(), repeats.end());
  return nodes;
}

std::vector<sim::Direction> lost_by(const PlannedFault& fault, const sim::Verbs& verbs) {
  const auto shape = static_cast<Shape>(parameter(fault, "shape"));
  const Nodes targets = verbs.matching(fault.target);
  switch (shape) {
    case Shape::halves:
    case Shape::majority_minority:
    case Shape::bridge:
    case Shape::ring: return split(shape, targets, fault.pick);
    case Shape::isolate_one:
      return across(one_of(targets, fault.pick), verbs.matching(fault.peer), Flow::both);
    case Shape::one_way:
      return across(one_of(targets, fault.pick), verbs.matching(fault.peer), flow_of(fault));
    case Shape::clients_from_servers: {
      const Nodes clients = verbs.matching("client");
      return across(clients, without(verbs.matching(fault.peer), clients), Flow::both);
    }
  }
  ASSERT(false);  // no shape
  return {};
}

Effects partition(const PlannedFault& fault, const sim::Verbs& verbs) {
  const std::vector<sim::Direction> lost = lost_by(fault, verbs);
  Effects effects{.nodes = ends_of(lost)};
  hold_each(effects, lost, Grip::What::cut);
  return effects;
}

Effects on_links(const PlannedFault& fault, const sim::Verbs& verbs) {
  Effects effects{.nodes = one_of(verbs.matching(fault.target), fault.pick)};
  const Nodes peers = without(verbs.matching(fault.peer), effects.nodes);
  if (effects.nodes.empty() || peers.empty()) return {};
  if (fault.kind == Kind::reset) {
    for (const NodeId peer : peers) {
      effects.blows.push_back({Blow::What::reset, effects.nodes.front(), peer, 0, {}, {}});
    }
    return effects;
  }
  const auto directions = across(effects.nodes, peers, flow_of(fault));
  if (fault.kind == Kind::blackhole) hold_each(effects, directions, Grip::What::cut);
  if (fault.kind == Kind::clog) hold_each(effects, directions, Grip::What::clogged);
  if (fault.kind == Kind::latency) {
    hold_each(effects, directions, Grip::What::slowed, parameter(fault, "extra"));
  }
  return effects;
}

// The grip of a kind that holds one node. The node is filled in by the caller.
Grip grip_of(const PlannedFault& fault) {
  Grip grip;
  switch (fault.kind) {
    case Kind::crash:
    case Kind::redis_restart: grip.what = Grip::What::down; break;
    case Kind::pause: grip.what = Grip::What::paused; break;
    case Kind::refuse: grip.what = Grip::What::refused; break;
    case Kind::bad_certificate: grip.what = Grip::What::bad_certificate; break;
    case Kind::clock_skew:
      grip.what = Grip::What::skewed;
      grip.amount = parameter(fault, "by");
      break;
    case Kind::clock_drift:
      grip.what = Grip::What::drifting;
      grip.amount = parameter(fault, "ppm");
      break;
    case Kind::fsync_error:
      return {Grip::What::disk, {}, {}, parameter(fault, "calls"), "fail-sync"};
    case Kind::io_error:
      return {Grip::What::disk,
              {},
              {},
              parameter(fault, "calls"),
              parameter(fault, "operation") == 0 ? "fail-read" : "fail-write"};
    case Kind::disk_full: return {Grip::What::disk, {}, {}, parameter(fault, "free"), "full"};
    case Kind::slow_disk: return {Grip::What::disk, {}, {}, parameter(fault, "per_call"), "slow"};
    default: ASSERT(false);  // no kind that holds one node
  }
  return grip;
}

Blow blow_of(const PlannedFault& fault) {
  Blow blow{.what = Blow::What::service};
  switch (fault.kind) {
    case Kind::clock_step:
      blow.what = Blow::What::step;
      blow.amount = parameter(fault, "by");
      break;
    case Kind::redis_restart_empty: blow.verb = "restart-empty"; break;
    case Kind::failover: blow.verb = "failover"; break;
    case Kind::script_flush: blow.verb = "script-flush"; break;
    case Kind::evict:
      blow.verb = "evict";
      blow.argument = std::to_string(parameter(fault, "keys"));
      break;
    case Kind::bit_rot:
      blow.what = Blow::What::disk;
      blow.verb = "rot";
      blow.amount = parameter(fault, "flips");
      break;
    case Kind::lose_unsynced:
    case Kind::torn_write:
      blow.what = Blow::What::disk;
      blow.verb = name_of(fault.kind);
      break;
    default: ASSERT(false);  // no kind that strikes one node
  }
  return blow;
}

Effects on_node(const PlannedFault& fault, const sim::Verbs& verbs) {
  Effects effects{.nodes = one_of(verbs.matching(fault.target), fault.pick)};
  if (effects.nodes.empty()) return {};
  if (spec_of(fault.kind).lasts) {
    effects.grips.push_back(grip_of(fault));
    effects.grips.back().node = effects.nodes.front();
  } else {
    effects.blows.push_back(blow_of(fault));
    effects.blows.back().node = effects.nodes.front();
  }
  return effects;
}

}  // namespace

Effects effects_of(const PlannedFault& fault, const sim::Verbs& verbs) {
  if (fault.kind == Kind::partition) return partition(fault, verbs);
  if (spec_of(fault.kind).has_peer) return on_links(fault, verbs);
  return on_node(fault, verbs);
}

Result<void> strike(FaultId fault, const Blow& blow, sim::Verbs& verbs) {
  switch (blow.what) {
    case Blow::What::reset: verbs.reset(fault, blow.node, blow.other); return {};
    case Blow::What::step: verbs.step_wall(fault, blow.node, Nanos(blow.amount)); return {};
    case Blow::What::service: return verbs.service(fault, blow.node, blow.verb, blow.argument);
    case Blow::What::disk: return verbs.disk(fault, blow.node, blow.verb, blow.amount);
  }
  ASSERT(false);  // no blow
  return {};
}

}  // namespace lockstep::faults
