// A consumer group of a stream: who was given which entries, and has not acknowledged them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "sim/services/redis/stream_id.hpp"

namespace lockstep::sim::redis {

struct StreamConsumer {
  std::string name;
  std::int64_t seen_at_ms = 0;  ///< when it last read or claimed, on the server's wall clock
  std::set<StreamId> pending;
};

/// An entry that was delivered and is not acknowledged. The entry itself may be gone.
struct PendingEntry {
  std::int64_t delivered_at_ms = 0;
  std::int64_t deliveries = 1;
  StreamConsumer* consumer = nullptr;  ///< never null between two commands
};

class StreamGroup {
 public:
  using Pending = std::map<StreamId, PendingEntry>;

  StreamGroup() = default;
  StreamGroup(const StreamGroup&) = delete;
  StreamGroup& operator=(const StreamGroup&) = delete;

  StreamId last_id;                            ///< the last that was delivered
  std::optional<std::int64_t> entries_read{};  ///< how many were up to it, if that is known

  [[nodiscard]] const Pending& pending() const { return pending_; }
  /// nullptr: it is not pending. The consumer is changed by `give` alone.
  [[nodiscard]] PendingEntry* find_pending(StreamId id);
  /// `id` becomes pending with `consumer` (whoever had it before), delivered once, at `now_ms`.
  PendingEntry& give(StreamId id, StreamConsumer& consumer, std::int64_t now_ms);
  /// Moves what is pending to another consumer.
  void move(StreamId id, PendingEntry& entry, StreamConsumer& consumer);
  /// False: it was not pending.
  bool acknowledge(StreamId id);
  /// The first pending entry at or behind `id`.
  [[nodiscard]] Pending::iterator pending_from(StreamId id) { return pending_.lower_bound(id); }
  [[nodiscard]] Pending::iterator pending_end() { return pending_.end(); }

  /// In order of their names.
  [[nodiscard]] const std::map<std::string, StreamConsumer, std::less<>>& consumers() const {
    return consumers_;
  }
  /// nullptr: there is none.
  [[nodiscard]] StreamConsumer* find_consumer(std::string_view name);
  /// The consumer, made if there is none, and seen at `now_ms`.
  StreamConsumer& use_consumer(std::string_view name, std::int64_t now_ms);
  /// Removes a consumer that is there, with what it has pending; how much that was.
  std::size_t remove_consumer(std::string_view name);

 private:
  Pending pending_;
  std::map<std::string, StreamConsumer, std::less<>> consumers_;
};

}  // namespace lockstep::sim::redis
