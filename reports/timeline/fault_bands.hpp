// What the nemesis did, as stretches of time: from the markers of a history, and in the words of
// its plan where there is one.
//
// Not here: which faults had an effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/timeline/run_record.hpp"

namespace lockstep::reports {

struct FaultBand {
  std::string kind;  ///< "pause"; of processes that end, whatever ended them, "crash"
  std::string node;  ///< empty: the world
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;    ///< equal to `from_ns`: it struck and was over
  std::string words;         ///< a sentence without its full stop
  std::uint32_t marker = 0;  ///< the event that began it
  friend bool operator==(const FaultBand&, const FaultBand&) = default;
};

/// By beginning. A fault whose end is not recorded ends with the healing, or with the history. Two
/// that overlap on one node end in the order in which they began.
[[nodiscard]] std::vector<FaultBand> fault_bands(const RunRecord& run);

}  // namespace lockstep::reports
