#include "impl/queue/store.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/queue/rocks.hpp"

namespace lockstep::queue {
namespace {

void add_change(rocksdb::WriteBatch& batch, const Change& change) {
  const bool is_data = change.kind == RecordKind::data;
  const std::string key = is_data ? data_key_of(change.name) : key_of(change.kind, change.id);
  if (change.erase) {
    batch.Delete(key).PermitUncheckedError();
    return;
  }
  std::string value;
  switch (change.kind) {
    case RecordKind::event: value = write_event(key, change.payload); break;
    case RecordKind::attempt: value = write_attempt(key, change.attempt); break;
    case RecordKind::data: value = write_data(key, change.payload); break;
    case RecordKind::dead:
      value = write_dead(key, {change.attempt.attempts, change.cause, change.payload});
      break;
    case RecordKind::meta:
    case RecordKind::damage: ASSERT(false);
  }
  batch.Put(key, value).PermitUncheckedError();
}

void add(std::uint64_t& total, std::int64_t delta) {
  total += static_cast<std::uint64_t>(delta);  // modulo 2^64
}

void add_totals(Meta& meta, const Batch& batch) {
  add(meta.live, batch.deltas().live);
  add(meta.dead, batch.deltas().dead);
  add(meta.bytes, batch.deltas().bytes);
  meta.last_id = std::max(meta.last_id, batch.last_id().value);
}

// Ids that a batch at `os` may use before one more fsync: what a power cut makes a reopen skip.
constexpr std::uint64_t ids_reserved = 1'024;

}  // namespace

Result<void> QueueStore::write(std::span<const Batch* const> batches, bool durable,
                               EventId first_id) {
  if (is_poisoned()) {
    return fail(
        definite(Errc::io_error, "the queue stopped at a storage error before; open it again"));
  }
  Meta next = following();
  next.first_id = first_id.value;
  for (const Batch* batch : batches) add_totals(next, *batch);
  if (!durable && next.last_id > next.reserved) {
    next.reserved = next.last_id + ids_reserved;
    durable = true;
  }
  rocksdb::WriteBatch all;
  for (const Batch* batch : batches) {
    for (const Change& change : batch->changes()) add_change(all, change);
  }
  return commit(all, next, durable);
}

/// Every write goes through here: what a repair knows of a write stands in its Meta.
Result<void> QueueStore::commit(rocksdb::WriteBatch& all, const Meta& next, bool durable) {
  all.Put(key_of(RecordKind::meta, {}), write_meta(next)).PermitUncheckedError();
  // two entries at least, so that a repair has room for its own in the place of any write
  if (all.Count() < 2) all.Delete(key_of(RecordKind::attempt, {})).PermitUncheckedError();
  rocksdb::WriteOptions how;
  how.sync = durable;
  const rocksdb::Status status = db_->Write(how, &all);
  if (!status.ok()) {
    if (status.IsCorruption()) mark_damaged(options_);
    poisoned_ = true;
    return fail(rocks_error(Effect::unknown, "cannot write to the queue", status));
  }
  meta_ = next;
  if (durable) meta_.synced = meta_.sequence;
  return {};
}

Result<void> QueueStore::check_space(std::uint64_t bytes) const {
  if (options_.reserve_bytes == 0) return {};
  std::uint64_t free_bytes = 0;
  const rocksdb::Status status = options_.env->GetFreeSpace(options_.path, &free_bytes);
  if (!status.ok()) return {};  // not known here: RocksDB will meet the end of the disk itself
  if (free_bytes >= options_.reserve_bytes && free_bytes - options_.reserve_bytes >= bytes) {
    return {};
  }
  return fail(definite(Errc::disk_full,
                       "the disk has " + std::to_string(free_bytes) + " bytes left, of which " +
                           std::to_string(options_.reserve_bytes) + " are reserved for acks"));
}

Result<std::string> QueueStore::get(EventId id, const StoreView& view_of) const {
  const std::string key = key_of(RecordKind::event, id);
  std::string value;
  rocksdb::ReadOptions how;
  how.snapshot = view_of.get();
  const rocksdb::Status status = db_->Get(how, key, &value);
  if (status.IsNotFound()) {
    return fail(definite(Errc::not_found, "there is no event " + std::to_string(id.value)));
  }
  if (!status.ok()) {
    return fail(rocks_error(Effect::none, "cannot read event " + std::to_string(id.value), status));
  }
  const auto payload = read_event(key, value);
  if (!payload) return fail(payload.error());
  return std::string(*payload);
}

Result<std::optional<std::string>> QueueStore::get_data(std::string_view name) const {
  const std::string key = data_key_of(name);
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  const auto what = [&] { return "cannot read the data of '" + std::string(name) + "'"; };
  if (!status.ok()) return fail(rocks_error(Effect::none, what(), status));
  const auto data = read_data(key, value);
  if (!data) return fail(data.error());
  return std::optional(std::string(*data));
}

Result<DeadLetter> QueueStore::get_dead(EventId id) const {
  const std::string key = key_of(RecordKind::dead, id);
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) {
    return fail(definite(Errc::not_found, "there is no dead letter " + std::to_string(id.value)));
  }
  if (!status.ok()) {
    return fail(
        rocks_error(Effect::none, "cannot read dead letter " + std::to_string(id.value), status));
  }
  auto body = read_dead(key, value);
  if (!body) return fail(std::move(body.error()));
  return DeadLetter{id, body->attempts, body->cause, std::move(body->payload)};
}

Result<void> QueueStore::note_damage(const Damage& damage) {
  if (is_poisoned()) return {};
  const std::string key = key_of(RecordKind::damage, damage.ids.first);
  rocksdb::WriteBatch batch;
  batch.Put(key, write_damage(key, damage)).PermitUncheckedError();
  return commit(batch, following(), false);  // found again by whoever reads there
}

Result<void> QueueStore::sync() {
  if (is_poisoned() || meta_.synced == meta_.sequence) return {};
  const rocksdb::Status status = db_->SyncWAL();
  if (!status.ok()) {
    poisoned_ = true;
    return fail(rocks_error(Effect::unknown, "cannot sync the queue", status));
  }
  meta_.synced = meta_.sequence;
  return {};
}

Meta QueueStore::following() const {
  Meta next = meta_;
  next.sequence += 1;
  return next;
}

}  // namespace lockstep::queue
