// How stream commands write ids, intervals and trimming, word for word as redis-server 7.0 reads
// them. Not modelled: words with a zero byte inside, except in ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/services/redis/call.hpp"
#include "sim/services/redis/stream.hpp"

namespace lockstep::sim::redis {

/// "ms-seq" or "ms"; not "-" and "+".
[[nodiscard]] OrReply<StreamId> parse_stream_id(std::string_view text,
                                                std::uint64_t missing_seq = 0);
/// The same, and "-" and "+" for the first and last of all.
[[nodiscard]] OrReply<StreamId> parse_stream_end(std::string_view text,
                                                 std::uint64_t missing_seq = 0);
/// What XADD is given: "ms-*" leaves the sequence open.
struct WantedId {
  StreamId id;
  bool seq_given = true;
};
[[nodiscard]] OrReply<WantedId> parse_wanted_id(std::string_view text);

/// The ends of an interval, both inclusive once read: "(1-0" begins at 1-1, or ends at 0-max.
[[nodiscard]] OrReply<StreamId> parse_interval_start(std::string_view text);
[[nodiscard]] OrReply<StreamId> parse_interval_end(std::string_view text);

/// The arguments of XADD and XTRIM before the fields.
struct StreamAddOptions {
  std::optional<WantedId> id;  ///< nullopt: "*", or XTRIM
  std::size_t id_at = 0;       ///< where XADD's id stands; the number of arguments if it is missing
  bool may_create = true;      ///< no NOMKSTREAM
  StreamTrim trim;
  std::size_t trim_at = 0;  ///< where the threshold stands
};
[[nodiscard]] OrReply<StreamAddOptions> parse_add_options(const Call& call, bool is_add);

}  // namespace lockstep::sim::redis
