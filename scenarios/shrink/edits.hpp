// Plans made from plans: one thing taken away or changed, everything else as it was, and the result
// again a plan that a file may hold. Internal to scenarios/shrink.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "scenarios/format/plan.hpp"

namespace lockstep::shrink {

/// `keep` has an entry for each fault.
[[nodiscard]] scenarios::Plan with_faults(scenarios::Plan plan, const std::vector<bool>& keep);

/// What becomes of the time of an operation that is taken away: it stays, as thinking before the
/// client's next one, so that what is left meets the faults it met before; or it goes as well.
enum class TimeOf : std::uint8_t { stays, goes };
/// `keep` has an entry for each operation.
[[nodiscard]] scenarios::Plan with_operations(scenarios::Plan plan, const std::vector<bool>& keep,
                                              TimeOf time);

/// Without one client: its operations and the faults aimed at it go, those behind it move up.
/// Requires two clients at least.
[[nodiscard]] scenarios::Plan without_client(scenarios::Plan plan, std::uint32_t client);

/// With so many lock servers, 1 at least: the last ones go, and the faults aimed at them.
[[nodiscard]] scenarios::Plan with_servers(scenarios::Plan plan, std::int64_t count);

/// With only the keys that operations name, numbered from 0; unchanged if there are no operations.
[[nodiscard]] scenarios::Plan with_used_keys(scenarios::Plan plan);

/// Healed at `duration`; faults that would begin later go, and operations that by their thinking
/// and holding alone begin after `operations_until`.
[[nodiscard]] scenarios::Plan with_horizon(scenarios::Plan plan, Nanos duration,
                                           Nanos operations_until);

/// Everything `by` earlier: faults and heal, and the first operation of each client, but that none
/// begins before 0. Requires that no fault begins before `by`, and a duration above it.
[[nodiscard]] scenarios::Plan advanced(scenarios::Plan plan, Nanos by);
/// The most that it can be advanced by, leaving 1 ms of it.
[[nodiscard]] Nanos advance_max(const scenarios::Plan& plan);

}  // namespace lockstep::shrink
