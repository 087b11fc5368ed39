// The zoo's queues: the reference with one thing made wrong, each a flaw of a public queue.
#pragma once

#include <string>

#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

/// Acks return before they are synced: a power cut brings acked events back.
[[nodiscard]] env::Task<QueueResult> open_ack_before_fsync(env::Env& env, std::string name,
                                                           queue::QueueOptions options);
/// Pushes return before they are synced: a power cut loses acknowledged events.
[[nodiscard]] env::Task<QueueResult> open_push_without_sync(env::Env& env, std::string name,
                                                            queue::QueueOptions options);
/// A pop deletes: what its consumer had not finished when it died is lost.
[[nodiscard]] env::Task<QueueResult> open_ack_on_pop(env::Env& env, std::string name,
                                                     queue::QueueOptions options);
/// An ack names the event only: a late one deletes what was handed out to somebody else.
[[nodiscard]] env::Task<QueueResult> open_late_ack_deletes_new(env::Env& env, std::string name,
                                                               queue::QueueOptions options);
/// The next id after an opening is one above the greatest that is there: those of the last events,
/// acked since, are given again.
[[nodiscard]] env::Task<QueueResult> open_id_from_max_key(env::Env& env, std::string name,
                                                          queue::QueueOptions options);
/// Opens as RocksDB does by default: behind a flipped bit of its log everything is dropped, and it
/// says OK.
[[nodiscard]] env::Task<QueueResult> open_point_in_time_recovery(env::Env& env, std::string name,
                                                                 queue::QueueOptions options);

}  // namespace lockstep::scenarios
