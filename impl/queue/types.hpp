// The words of the durable queue: events, receipts, levels of durability, options, counts, damage.
// Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::queue {

/// From 1, in the order of pushes, never given twice, not after everything was acked either.
using EventId = StrongId<struct EventIdTag, std::uint64_t>;

/// Both ends belong to it.
struct IdRange {
  EventId first{};
  EventId last{};
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

/// When a write counts as done.
enum class Level : std::uint8_t {
  sync,   ///< it has an fsync of its own
  group,  ///< an fsync that it shares with others, after it was written
  os,  ///< the operating system has it: a power cut takes what was not synced since, the end first
};

/// Which delivery. Says to ack, nack and extend who asks: a receipt is stale once its event was
/// handed out again, nacked or declared dead, and after the queue was opened again.
struct Receipt {
  EventId id{};
  std::uint64_t generation = 0;  ///< how often the queue was opened
  std::uint32_t attempt = 0;     ///< how often the event was handed out, this time included
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

struct Delivery {
  Receipt receipt;
  std::string payload;
};

/// What an ack found.
enum class Acked : std::uint8_t {
  acked,   ///< the event was there and is gone
  absent,  ///< there is no such event: acked before, dead, or never pushed
};

enum class DeadCause : std::uint8_t {
  nacked,     ///< its last delivery was nacked
  timed_out,  ///< its last delivery was not settled in time
  reopened,   ///< its last delivery ended with the process, or when the queue was closed
};
[[nodiscard]] std::string_view name_of(DeadCause cause);

struct DeadLetter {
  EventId id{};
  std::uint32_t attempts = 0;
  DeadCause cause{};
  std::string payload;
};

/// Where a nacked event goes.
enum class NackTo : std::uint8_t {
  front,  ///< it is the next one
  back,   ///< behind all that is ready now; after a reopen its place is by id again
  later,  ///< ready after a delay, at its place by id
};

struct Nack {
  NackTo to = NackTo::front;
  /// Of `later`: at least so long on this node's monotonic clock; kept as a duration, it starts
  /// again in full when the queue is reopened. 0: backoff_base doubled per attempt, at most
  /// backoff_max, plus a drawn jitter of up to a quarter.
  Nanos delay{};
};

struct QueueOptions {
  Level push_level = Level::sync;
  Level ack_level = Level::sync;  ///< of acks, nacks, delivery counts, dead letters, redrives
  /// From the hand-out until an event that was not settled is handed out again. 0: it stays handed
  /// out until the queue is closed.
  Nanos visibility{};
  /// Deliveries after which an event that is not acked becomes a dead letter. 0: no end.
  std::uint32_t attempts_max = 0;
  std::uint64_t len_max = 0;    ///< events, dead letters included; a push beyond fails. 0: no bound
  std::uint64_t bytes_max = 0;  ///< payloads of these; 0: no bound
  std::uint32_t payload_max_bytes = 16U << 20U;
  /// Free space of the disk that pushes leave to acks and to RocksDB's own files. 0: not asked for.
  std::uint64_t reserve_bytes = 64U << 20U;
  /// Reads and verifies everything at open(), instead of what comes next.
  bool eager = false;
  Nanos backoff_base = seconds(1);
  Nanos backoff_max = seconds(300);
  /// What is read ahead of consumers and kept in memory.
  std::size_t ahead_max = 1'024;
  std::size_t ahead_bytes_max = 4U << 20U;

  /// Whether delivery counts are kept on disk, and only receipts settle.
  [[nodiscard]] bool leases() const { return visibility.count() > 0 || attempts_max > 0; }
};

/// Adds up at every step: an event is in one of them.
struct QueueCounts {
  std::uint64_t ready = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;
  std::uint64_t dead = 0;
  std::uint64_t bytes = 0;  ///< payloads of all of them
  friend bool operator==(const QueueCounts&, const QueueCounts&) = default;
};

/// Something that was stored and cannot be read.
struct Damage {
  /// Every event of the range that was not acked or dead is lost. Empty (last < first): only acks
  /// and delivery counts are; their events come again.
  IdRange ids;
  std::string detail;  ///< which file or record, and what is wrong with it
  friend bool operator==(const Damage&, const Damage&) = default;
};

/// What open() found.
struct Recovery {
  std::uint64_t generation = 0;
  /// Bytes behind the last whole write that were cut off: a write torn by the crash, never
  /// acknowledged at `sync` or `group`. (A flipped bit in the very last write looks the same.)
  std::uint64_t trimmed_bytes = 0;
  std::vector<Damage> damage;
};

}  // namespace lockstep::queue
