// The beginning of a history, as somebody would have found it who had looked then. For tests: what
// is wrong in it must be wrong in the whole.
#pragma once

#include <algorithm>
#include <cstddef>

#include "checkers/history.hpp"

namespace lockstep::checkers {

/// The first `events` events of `history`, at most all; operations that were not answered by then
/// are open. Without resolutions: what the services know is asked for at the end.
[[nodiscard]] inline History prefix_of(const History& history, std::size_t events) {
  History prefix;
  prefix.header = history.header;
  prefix.names = history.names;
  const std::size_t kept = std::min(events, history.events.size());
  prefix.events.assign(history.events.begin(),
                       history.events.begin() + static_cast<std::ptrdiff_t>(kept));
  for (Event& event : prefix.events) {
    if (event.pair != no_event && event.pair.value >= kept) event.pair = no_event;
  }
  return prefix;
}

}  // namespace lockstep::checkers
