// The zoo's queues on Redis streams: the reference with one thing made wrong, each a flaw of public
// queues on streams.
#pragma once

#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

/// XACK and XDEL name the event only: a late ack deletes what was handed out to somebody else.
[[nodiscard]] env::Task<QueueResult> open_streams_ack_unchecked(env::Env& env,
                                                                redis::Client& client,
                                                                queue::RedisStreamOptions options);
/// Idle entries are claimed without regard to how long their consumer may take.
[[nodiscard]] env::Task<QueueResult> open_streams_claim_any(env::Env& env, redis::Client& client,
                                                            queue::RedisStreamOptions options);
/// XREADGROUP with NOACK: what its consumer had not finished when it died comes never again.
[[nodiscard]] env::Task<QueueResult> open_streams_noack(env::Env& env, redis::Client& client,
                                                        queue::RedisStreamOptions options);
/// An XADD without an answer is sent again as if it had not happened.
[[nodiscard]] env::Task<QueueResult> open_streams_push_repeated(env::Env& env,
                                                                redis::Client& client,
                                                                queue::RedisStreamOptions options);

}  // namespace lockstep::scenarios
