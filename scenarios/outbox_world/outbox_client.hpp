// A client of the outbox workload: a process whose transactions leave entries in an outbox, with a
// relay, and perhaps a consumer with an inbox on its disk. Some transactions are rolled back, some
// stay open; some entries cannot be published for a while, and somebody unblocks what they blocked.
// At the end relays stop, and what is left is listed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "impl/relay/memory_outbox.hpp"
#include "impl/relay/redis_outbox.hpp"
#include "impl/relay/redis_stream_publisher.hpp"
#include "impl/relay/rocks_outbox.hpp"
#include "scenarios/outbox_world/outbox_log.hpp"
#include "scenarios/outbox_world/poison_publisher.hpp"

namespace lockstep::scenarios {

class OutboxClient final : public FleetMember {
 public:
  /// Starts at once. `job` outlives it.
  OutboxClient(ClientNode node, ClientJob& job);

 private:
  [[nodiscard]] Nanos now() const { return job_.log->now(); }
  /// From then on nothing is committed, and everything can be published.
  [[nodiscard]] Nanos heal() const { return config().duration; }
  /// From then on no relay works; a while later no inbox.
  [[nodiscard]] Nanos quiet() const;
  [[nodiscard]] bool chance(std::int64_t percent);
  [[nodiscard]] std::string poison_in(const relay::Entry& entry) const;
  [[nodiscard]] bool has_inbox() const { return job_.client < workload().inboxes; }

  env::Task<void> live();
  env::Task<bool> open_store();
  env::Task<void> write();
  env::Task<void> commit(std::string aggregate);
  env::Task<void> commit_in_memory(Call* call, relay::NewEntry entry, bool rolls_back);
  env::Task<void> commit_at_once(Call* call, relay::NewEntry entry, bool rolls_back);
  env::Task<void> lead();
  env::Task<void> end_turn(Worker* worker, Nanos at);
  env::Task<void> operate();
  env::Task<void> consume();
  env::Task<void> apply_all(relay::Inbox* inbox);
  env::Task<std::unique_ptr<relay::Inbox>> open_inbox();
  env::Task<void> survey();

  HoldTracker holds_;
  OutboxLog outbox_log_;
  std::optional<relay::MemoryOutbox> in_memory_;
  std::unique_ptr<relay::RocksOutbox> in_rocks_;
  std::optional<relay::RedisOutbox> in_redis_;
  relay::OutboxStore* store_ = nullptr;             ///< the one of them
  relay::TransactionalOutbox* business_ = nullptr;  ///< the same
  std::optional<RecordingOutbox> recorded_store_;
  relay::RedisStreamPublisher stream_;
  PoisonPublisher poisoned_;
  RecordingPublisher recorded_publisher_;
  env::TaskGroup tasks_;
};

/// The configuration that a plan asks for.
[[nodiscard]] relay::RelayConfig relay_config_of(const PlanConfig& config, std::string owner);

}  // namespace lockstep::scenarios
