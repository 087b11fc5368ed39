#include "checkers/lease_marks.hpp"

#include <algorithm>
#include <tuple>

namespace lockstep::checkers {

Marks marks_of(const History& history) {
  Marks marks;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.process != nemesis) continue;
    if (event.f == name::crash) marks.crashes.push_back({event.time_ns, i, event.node, 0});
    if (event.f == name::clock_step && event.value < 0) {
      marks.back_steps.push_back({event.time_ns, i, event.node, event.value});
    }
    if (event.f == name::heal) marks.heal = i;
    if (event.f == name::heal) marks.heal_ns = event.time_ns;
    if (event.f == name::final_mark) marks.final_ns = event.time_ns;
  }
  std::sort(marks.crashes.begin(), marks.crashes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.node, a.time_ns, a.event) < std::tie(b.node, b.time_ns, b.event);
  });
  std::sort(marks.back_steps.begin(), marks.back_steps.end(), [](const auto& a, const auto& b) {
    return std::tie(a.time_ns, a.event) < std::tie(b.time_ns, b.event);
  });
  return marks;
}

const Marks::Mark* first_crash(const Marks& marks, NameId node, std::int64_t from_ns) {
  const auto crash = std::partition_point(
      marks.crashes.begin(), marks.crashes.end(), [&](const Marks::Mark& mark) {
        return std::tie(mark.node, mark.time_ns) < std::tie(node, from_ns);
      });
  return crash != marks.crashes.end() && crash->node == node ? &*crash : nullptr;
}

std::int64_t completed_ns(const Context& context, std::uint32_t at) {
  const EventIndex pair = context.invocation(at).pair;
  return pair == no_event ? endless : context.history.events[pair.value].time_ns;
}

}  // namespace lockstep::checkers
