#include "scenarios/shrink/nodes_hit.hpp"

#include <string_view>

namespace lockstep::shrink {

namespace {

/// Whatever makes a process end is recorded as a crash.
bool is_recorded_as_crash(faults::Kind kind) {
  return kind == faults::Kind::crash || kind == faults::Kind::redis_restart ||
         kind == faults::Kind::redis_restart_empty;
}

}  // namespace

std::vector<std::string> nodes_hit(const faults::PlannedFault& fault,
                                   const checkers::History& history) {
  const std::string_view wanted =
      is_recorded_as_crash(fault.kind) ? "crash" : faults::name_of(fault.kind);
  std::vector<std::string> nodes;
  for (const checkers::Event& event : history.events) {
    const bool is_its_time =
        event.process == checkers::nemesis && event.time_ns == fault.at.count();
    if (!is_its_time || event.node == checkers::name::none) continue;
    if (history.text(event.f) == wanted) nodes.emplace_back(history.text(event.node));
  }
  return nodes;
}

}  // namespace lockstep::shrink
