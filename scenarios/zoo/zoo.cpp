#include "scenarios/zoo/zoo.hpp"

#include <array>

#include "scenarios/zoo/simple_pipeline.hpp"
#include "scenarios/zoo/simple_relay.hpp"
#include "scenarios/zoo/simple_scheduler.hpp"
#include "scenarios/zoo/specimen.hpp"
#include "scenarios/zoo/worded_lock.hpp"
#include "scenarios/zoo/wrong_queues.hpp"
#include "scenarios/zoo/wrong_stream_queues.hpp"

namespace lockstep::scenarios {

namespace {

/// Deletes without comparing: a late release frees whoever holds the lock now.
class PlainDelete final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     lock::LeaseToken) override {
    std::vector<std::string> words{"DEL", lease_key(key)};
    const auto reply = co_await client_.command(std::move(words));
    if (!reply) co_return fail(reply.error());
    if (reply->is_integer() && reply->integer() == 1) co_return ReleaseOutcome(lock::Released{});
    co_return ReleaseOutcome(lock::NotOwned{});
  }
};

/// Counts the ttl in whole seconds, rounded down: 1.9 s lasts 1 s on the server, and the holder
/// believes in 1.9.
class TtlSeconds final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override {
    auto outcome = co_await good_.acquire(request);
    if (!outcome || !std::holds_alternative<lock::Acquired>(*outcome)) co_return outcome;
    const Nanos truncated = std::chrono::floor<seconds>(request.ttl);
    std::vector<std::string> words{"PEXPIRE", lease_key(request.key), ms_of(truncated)};
    const auto reply = co_await client_.command(std::move(words));
    if (!reply) co_return fail(reply.error());
    co_return outcome;
  }
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    const MonoTime sent = env_.clock.now();
    auto outcome = co_await good_.renew(lease, std::chrono::floor<seconds>(ttl));
    const bool renewed = outcome && std::holds_alternative<lock::Renewed>(*outcome);
    if (renewed) co_return RenewOutcome(lock::Renewed{lock::local_deadline(sent, ttl)});
    co_return outcome;
  }
};

/// Renews by setting the ttl, whoever's lease it is by now.
class RenewAfterExpiry final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    const MonoTime sent = env_.clock.now();
    std::vector<std::string> words{"PEXPIRE", lease_key(lease.key), ms_of(ttl)};
    const auto reply = co_await client_.command(std::move(words));
    if (!reply) co_return fail(reply.error());
    const bool there = reply->is_integer() && reply->integer() == 1;
    if (there) co_return RenewOutcome(lock::Renewed{lock::local_deadline(sent, ttl)});
    co_return RenewOutcome(lock::Lost{});
  }
};

/// The heartbeat is a second acquire of the same owner: it looks who holds the key, and then sets
/// the ttl. In between the lease can end, and another's begin.
class GetThenPexpire final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    const MonoTime sent = env_.clock.now();
    std::vector<std::string> look{"GET", lease_key(lease.key)};
    const auto value = co_await client_.command(std::move(look));
    if (!value) co_return fail(value.error());
    const std::string mine = "H" + lock::to_text(lease.token) + ":";
    const bool is_mine = value->is_bulk() && value->text().starts_with(mine);
    if (!is_mine) co_return RenewOutcome(lock::Lost{});
    std::vector<std::string> extend{"PEXPIRE", lease_key(lease.key), ms_of(ttl)};
    const auto reply = co_await client_.command(std::move(extend));
    if (!reply) co_return fail(reply.error());
    const bool there = reply->is_integer() && reply->integer() == 1;
    if (there) co_return RenewOutcome(lock::Renewed{lock::local_deadline(sent, ttl)});
    co_return RenewOutcome(lock::Lost{});
  }
};

template <class Lock>
std::unique_ptr<lock::DistributedLockBackend> make(env::Env& env,
                                                   std::span<redis::Client* const> clients) {
  return std::make_unique<Lock>(env, *clients.front());
}

std::unique_ptr<Worker> make_leader_kept_on_error(SchedulerParts parts) {
  return std::make_unique<LeaderKeptOnError>(std::move(parts));
}

constexpr std::array<Implementation, 30> members{{
    {"zoo/ack_before_fsync",
     "a queue whose acks return before they are synced: a power cut brings acked events back "
     "(queue/redelivered-after-ack)",
     &make_reference, nullptr, nullptr, &open_ack_before_fsync},
    {"zoo/ack_on_pop",
     "a queue that deletes what it hands out: an event whose consumer dies is lost (queue/lost)",
     &make_reference, nullptr, nullptr, &open_ack_on_pop},
    {"zoo/client_clock_expiry",
     "the store keeps an expiry of the client's wall clock: a client whose clock is ahead takes a "
     "lock that is held (lock/double-grant)",
     &make<ClientClockExpiry>},
    {"zoo/cursor_skips_late_commit",
     "a relay that goes on behind the highest id it saw: an entry with a lower one that commits "
     "late is passed (outbox/skipped)",
     &make_reference, nullptr, nullptr, nullptr, &make_simple_relay<RelayFlaw::cursor>},
    {"zoo/get_then_pexpire",
     "the heartbeat looks, then sets the ttl: in between another takes the lock, and it is his "
     "lease that is extended (lock/double-grant)",
     &make<GetThenPexpire>},
    {"zoo/id_from_max_key",
     "a queue whose next id is one above the greatest it holds: after a reopen ids of acked events "
     "are given again (queue/id-reused)",
     &make_reference, nullptr, nullptr, &open_id_from_max_key},
    {"zoo/inbox_forgets_too_soon",
     "an inbox that remembers keys for a short time alone: a duplicate that comes later is applied "
     "again (inbox/applied-twice)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::inbox_forgets},
    {"zoo/late_ack_deletes_new",
     "a queue whose acks name the event, not the delivery: a late one deletes what another "
     "consumer "
     "works on (queue/stale-ack-accepted)",
     &make_reference, nullptr, nullptr, &open_late_ack_deletes_new},
    {"zoo/leader_kept_on_error",
     "a scheduler whose role stays leader after a failed renewal: two dispatch the same "
     "periods (work/two-workers)",
     &make_reference, nullptr, &make_leader_kept_on_error},
    {"zoo/leader_lost_mid_batch",
     "a relay that looks at its lease before each batch only: it publishes on while another leads "
     "(outbox/zombie-relay)",
     &make_reference, nullptr, nullptr, nullptr, &make_simple_relay<RelayFlaw::lost_mid_batch>},
    {"zoo/mark_before_publish",
     "a relay that marks before it publishes: a crash in between loses entries "
     "(outbox/marked-unpublished)",
     &make_reference, nullptr, nullptr, nullptr,
     &make_simple_relay<RelayFlaw::mark_before_publish>},
    {"zoo/never_retries",
     "a pipeline that skips for good what another held at the start: when that one is gone, "
     "nobody works (work/no-takeover)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::never_retries>},
    {"zoo/no_local_deadline",
     "a pipeline that only logs when its refreshes fail: it works on while its lease has ended "
     "and another holds the lock (work/two-workers)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::no_local_deadline>},
    {"zoo/owner_from_counter",
     "owners are numbered by each process for itself: two are both scheduler-0, and both hold the "
     "lock (lock/double-grant)",
     &make<OwnerFromCounter>},
    {"zoo/plain_delete",
     "release deletes without comparing: a late release frees the next holder's lock "
     "(lock/foreign-release)",
     &make<PlainDelete>},
    {"zoo/point_in_time_recovery",
     "a queue that opens as RocksDB does by default: behind a flipped bit of its log everything is "
     "dropped, and it says OK (queue/lost)",
     &make_reference, nullptr, nullptr, &open_point_in_time_recovery},
    {"zoo/push_without_sync",
     "a queue whose pushes return before they are synced: a power cut loses acknowledged events "
     "(queue/lost)",
     &make_reference, nullptr, nullptr, &open_push_without_sync},
    {"zoo/refresh_stops_before_drain",
     "a pipeline that stops refreshing first and drains then: the lock ends under the drain "
     "(work/two-workers)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::refresh_stops_before_drain>},
    {"zoo/release_by_key",
     "a handle is released by its key alone: a stale one frees the next holder "
     "(lock/foreign-release)",
     &make<PlainDelete>},
    {"zoo/renew_after_expiry",
     "renew sets the ttl without comparing: it extends the lease of whoever came after "
     "(lock/foreign-renew)",
     &make<RenewAfterExpiry>},
    {"zoo/stranded_key",
     "a retried acquire does not know its own key: the reply was lost, and the lock is held by "
     "nobody until its ttl ends (lock/refused-own)",
     &make<StrandedKey>},
    {"zoo/streams_ack_unchecked",
     "a queue on Redis streams whose acks name the entry, not the delivery: a late one deletes "
     "what "
     "another works on (queue/stale-ack-accepted)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::none,
     &open_streams_ack_unchecked},
    {"zoo/streams_claim_any",
     "a queue on Redis streams that claims entries without regard to how long their consumer may "
     "take (queue/lease-overlap)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::none,
     &open_streams_claim_any},
    {"zoo/streams_noack",
     "a queue on Redis streams that reads with NOACK: an entry whose consumer dies comes never "
     "again (queue/undrained)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::none, &open_streams_noack},
    {"zoo/streams_push_repeated",
     "a queue on Redis streams that sends an XADD without an answer again: one event becomes two "
     "(queue/unexpected)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::none,
     &open_streams_push_repeated},
    {"zoo/token_before_write",
     "a pipeline that saves the resume token before the batch: a crash in between loses events "
     "(work/lost-event)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::token_before_write>},
    {"zoo/ttl_seconds",
     "the ttl is cut to whole seconds: the server forgets a lease that its holder believes in "
     "(lock/double-grant)",
     &make<TtlSeconds>},
    {"zoo/unfenced_old_leader",
     "store and stream that are never shown the fencing token: a leader that stood still publishes "
     "and marks after its successor (outbox/zombie-relay)",
     &make_reference, nullptr, nullptr, nullptr, nullptr, OutboxFlaw::unfenced},
    {"zoo/worker_survives_loss",
     "a pipeline whose refresher knows that the lock is lost, and whose worker is never told "
     "(work/two-workers)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::worker_survives_loss>},
    {"zoo/zombie_refresher",
     "a pipeline whose worker died of an error, and whose refresher keeps the lock "
     "(work/no-takeover)",
     &make_reference, &make_simple_pipeline<PipelineFlaw::zombie_refresher>},
}};

}  // namespace

std::span<const Implementation> zoo_implementations() { return members; }

}  // namespace lockstep::scenarios
