// What the scripts of the Redis Streams queue answer, read. Internal to redis_stream_queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/queue/types.hpp"
#include "impl/resp/numbers.hpp"

namespace lockstep::queue {

using resp::number_of;

/// An answer that none of our scripts gives: protocol, indefinite.
[[nodiscard]] Error strange_answer(const resp::Reply& reply);
/// An error of the client, as this queue tells it: a group that is not there was lost.
[[nodiscard]] Error told(Error error);
[[nodiscard]] Error queue_lost();
[[nodiscard]] Error closed_error();

/// "0-7"
[[nodiscard]] std::optional<EventId> id_of(const resp::Reply& reply);
/// Errors: as told(); protocol, indefinite.
[[nodiscard]] Result<std::int64_t> integer_of(Result<resp::Reply> reply);
/// An array with at least `least` items. Errors: as integer_of().
[[nodiscard]] Result<std::vector<resp::Reply>> items_of(Result<resp::Reply> reply,
                                                        std::size_t least);
/// "7:3:nacked"
[[nodiscard]] std::optional<DeadLetter> letter_of(std::string_view text);

}  // namespace lockstep::queue
