// Generated command sequences for the twins about streams, sorted sets and lists.
#pragma once

#include <rapidcheck.h>

#include <vector>

#include "scenarios/fidelity/twin_redis.hpp"

namespace lockstep::scenarios {

/// Streams: entries, trimming, consumer groups, everything that XINFO shows.
[[nodiscard]] rc::Gen<std::vector<TwinStep>> stream_sequences();
/// The same without transactions, and now and then `reload_word`.
[[nodiscard]] rc::Gen<std::vector<TwinStep>> stream_sequences_with_reloads();
/// Sorted sets and lists.
[[nodiscard]] rc::Gen<std::vector<TwinStep>> sorted_set_sequences();

}  // namespace lockstep::scenarios
