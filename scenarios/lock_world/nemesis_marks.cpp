#include "scenarios/lock_world/nemesis_marks.hpp"

#include "checkers/names.hpp"

namespace lockstep::scenarios {

namespace {

std::string_view text_of(checkers::NameId known) { return checkers::name::known[known.value]; }

void mark_node(const faults::PlannedFault& fault, bool begins, const std::string& node,
               const MarkWriter& writer) {
  namespace name = checkers::name;
  switch (fault.kind) {
    case faults::Kind::crash:
    case faults::Kind::redis_restart:
    case faults::Kind::redis_restart_empty:
      return writer.mark(text_of(begins ? name::crash : name::restart), node, {});
    case faults::Kind::clock_step:
      return writer.mark(text_of(name::clock_step), node, fault.parameters.at(0));
    default: {
      const std::string kind(faults::name_of(fault.kind));
      writer.mark(begins ? kind : kind + "-end", node, {});
    }
  }
}

}  // namespace

void mark_step(const faults::NemesisEvent& event, const MarkWriter& writer) {
  using What = faults::NemesisEvent::What;
  if (event.what == What::heal_all) return writer.mark(text_of(checkers::name::heal), {}, {});
  if (event.what != What::begin && event.what != What::end) return;
  for (const NodeId node : event.nodes) {
    mark_node(*event.fault, event.what == What::begin, writer.name_of(node), writer);
  }
}

}  // namespace lockstep::scenarios
