// Histories for the benchmarks of checkers, recorded in the deterministic world: the real queue,
// outbox and workers under faults.
#pragma once

#include <cstdint>
#include <string_view>

#include "checkers/history.hpp"

namespace lockstep::bench {

enum class Recorded : std::uint8_t { queue, outbox, pipeline };

/// About so many operations, in a run as long as that takes; a function of both. Ends the program
/// if the run is not valid.
[[nodiscard]] checkers::History simulated_history(Recorded what, std::uint64_t operations);

}  // namespace lockstep::bench
