// What a beat scheduler hands tasks to, and where it records that it did.
//
// Errors: definite - it did not happen; indefinite - it may have happened or may yet. References
// stay valid until the task ended.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "impl/work/collections.hpp"

namespace lockstep::work {

/// From now on the period is this caller's to dispatch, and nobody else's ever.
struct Claimed {};
/// It, or a later one, was claimed before: perhaps by a claim of one's own whose answer was lost.
struct AlreadyClaimed {
  std::int64_t last = 0;
};
using ClaimOutcome = std::variant<Claimed, AlreadyClaimed, Refused>;

/// The last period claimed of each task, under the fence rule. Must outlive every scheduler, and
/// lose nothing.
class DispatchLedger {
 public:
  virtual ~DispatchLedger() = default;
  /// Compare and set: claims period `number` of `task` if the last one claimed is below it.
  [[nodiscard]] virtual Task<Result<ClaimOutcome>> claim(const std::string& task,
                                                         std::int64_t number,
                                                         const Fence& fence) = 0;
};

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  /// Starts `task` for period `number`. Called at most once for each, in the whole fleet.
  [[nodiscard]] virtual Task<Result<void>> dispatch(const std::string& task, std::int64_t number,
                                                    const Fence& fence) = 0;
};

}  // namespace lockstep::work
