// The slow judge that the lease-lock checker is compared with: tries every way to place the commit
// points of a small history of one key, and every expiry that drift allows, on a grid of whole
// units. For tests only.
//
// It shares no code with the checker: it reads events. A grid of units is enough because all
// bounds are whole units, and a system of difference constraints with whole bounds has a whole
// solution if it has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checkers/history.hpp"

namespace lockstep::checkers {

struct BruteForceOptions {
  std::int64_t unit_ns = 1;      ///< all times are multiples of it
  std::int64_t least_units = 0;  ///< how long a grant lasts at least
  std::int64_t most_units = 0;
  /// Whether a refused acquire needs somebody else's lease at the lock at its commit point.
  bool refusals_matter = false;
  bool use_resolutions = false;  ///< pin what the history resolves
};

/// Most operations and time units that are searched: the search is exponential in both.
inline constexpr std::size_t brute_operations_max = 12;
inline constexpr std::int64_t brute_units_max = 96;

/// Whether one store with one commit point can have given these answers. Requires a history of one
/// key within the bounds above, with at most 7 leases.
[[nodiscard]] bool is_explainable(const History& history, const BruteForceOptions& options);

}  // namespace lockstep::checkers
