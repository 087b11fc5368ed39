// What the nemesis did, as markers of a history: the same in a world and live.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "faults/nemesis.hpp"

namespace lockstep::scenarios {

struct MarkWriter {
  std::function<std::string(NodeId)> name_of;
  /// A marker of now; `node` may be empty.
  std::function<void(std::string_view f, std::string_view node, std::optional<std::int64_t> value)>
      mark;
};

/// Marks the healing, and the begin and end of a fault at each node that it hit.
void mark_step(const faults::NemesisEvent& event, const MarkWriter& writer);

}  // namespace lockstep::scenarios
