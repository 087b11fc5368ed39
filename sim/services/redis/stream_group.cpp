#include "sim/services/redis/stream_group.hpp"

namespace lockstep::sim::redis {

PendingEntry* StreamGroup::find_pending(StreamId id) {
  const auto found = pending_.find(id);
  return found == pending_.end() ? nullptr : &found->second;
}

PendingEntry& StreamGroup::give(StreamId id, StreamConsumer& consumer, std::int64_t now_ms) {
  PendingEntry& entry = pending_[id];
  move(id, entry, consumer);
  entry.delivered_at_ms = now_ms;
  entry.deliveries = 1;
  return entry;
}

void StreamGroup::move(StreamId id, PendingEntry& entry, StreamConsumer& consumer) {
  if (entry.consumer == &consumer) return;
  if (entry.consumer != nullptr) entry.consumer->pending.erase(id);
  consumer.pending.insert(id);
  entry.consumer = &consumer;
}

bool StreamGroup::acknowledge(StreamId id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return false;
  found->second.consumer->pending.erase(id);
  pending_.erase(found);
  return true;
}

StreamConsumer* StreamGroup::find_consumer(std::string_view name) {
  const auto found = consumers_.find(name);
  return found == consumers_.end() ? nullptr : &found->second;
}

StreamConsumer& StreamGroup::use_consumer(std::string_view name, std::int64_t now_ms) {
  StreamConsumer* consumer = find_consumer(name);
  if (consumer == nullptr) {
    consumer = &consumers_[std::string(name)];
    consumer->name = name;
  }
  consumer->seen_at_ms = now_ms;
  return *consumer;
}

std::size_t StreamGroup::remove_consumer(std::string_view name) {
  const auto found = consumers_.find(name);
  const std::size_t pending = found->second.pending.size();
  for (const StreamId id : found->second.pending) pending_.erase(id);
  consumers_.erase(found);
  return pending;
}

}  // namespace lockstep::sim::redis
