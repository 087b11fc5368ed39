// The ids of stream entries, "1526919030474-55": milliseconds and a number within them.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace lockstep::sim::redis {

struct StreamId {
  std::uint64_t ms = 0;
  std::uint64_t seq = 0;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

inline constexpr std::uint64_t seq_max = std::numeric_limits<std::uint64_t>::max();
inline constexpr StreamId last_of_all{seq_max, seq_max};

[[nodiscard]] std::string to_text(StreamId id);
/// nullopt: there is none, `id` is the last (the first) of all.
[[nodiscard]] std::optional<StreamId> id_after(StreamId id);
[[nodiscard]] std::optional<StreamId> id_before(StreamId id);

}  // namespace lockstep::sim::redis
