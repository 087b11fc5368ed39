// Reading in the order of ids, around what cannot be read.
#include <rocksdb/db.h>

#include <algorithm>

#include "impl/queue/rocks.hpp"

namespace lockstep::queue {
namespace {

std::string_view text_of(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

EventId after(EventId id) { return EventId{id.value + 1}; }

std::string lost_words(RecordKind kind, const rocksdb::Status& status) {
  const std::string_view what = kind == RecordKind::event  ? "events"
                                : kind == RecordKind::dead ? "dead letters"
                                                           : "records";
  return std::string(what) + " cannot be read: " + status.ToString();
}

}  // namespace

StoreView QueueStore::view() {
  return {db_->GetSnapshot(),
          [db = db_](const rocksdb::Snapshot* view) { db->ReleaseSnapshot(view); }};
}

std::unique_ptr<rocksdb::Iterator> QueueStore::iterate(const rocksdb::Snapshot* view) const {
  rocksdb::ReadOptions how;
  how.snapshot = view;
  how.verify_checksums = true;
  how.fill_cache = false;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(how));
}

/// The smallest id above `from`, up to `last`, from which on reading is possible again: gallops
/// over what is damaged, then halves. `last + 1`: none.
EventId QueueStore::first_readable(rocksdb::Iterator& at, RecordKind kind, EventId from,
                                   EventId last) const {
  const auto can_read = [&](std::uint64_t id) {
    at.Seek(key_of(kind, EventId{id}));
    return at.status().ok();
  };
  std::uint64_t bad = from.value;
  std::uint64_t step = 1;
  while (bad + step <= last.value && !can_read(bad + step)) {
    bad += step;
    step *= 2;
  }
  std::uint64_t good = std::min(bad + step, last.value + 1);
  while (good - bad > 1) {
    const std::uint64_t middle = bad + (good - bad) / 2;
    (can_read(middle) ? good : bad) = middle;
  }
  can_read(good);
  return EventId{good};
}

/// Of a range that cannot be read in one go: what can be read alone, since another table has it.
void QueueStore::salvage(const IdRange& ids, const std::string& why, const StoreView& view_of,
                         Loaded& loaded) const {
  constexpr std::uint64_t probes_max = 4'096;  // beyond, most of a table is gone
  if (ids.last.value - ids.first.value >= probes_max) {
    loaded.damage.push_back({ids, why});
    return;
  }
  bool in_damage = false;
  for (EventId id = ids.first; id <= ids.last; id = after(id)) {
    auto payload = get(id, view_of);
    const bool is_lost = !payload && payload.error().code != Errc::not_found;
    if (payload) loaded.events.push_back({id, *std::move(payload)});
    if (is_lost && in_damage) loaded.damage.back().ids.last = id;
    if (is_lost && !in_damage) loaded.damage.push_back({{id, id}, why});
    in_damage = is_lost;
  }
}

Result<Loaded> QueueStore::load(EventId from, EventId last, std::size_t count_max,
                                std::size_t bytes_max, const StoreView& view_of) {
  Loaded loaded{.next = after(last)};
  const auto at = iterate(view_of.get());
  std::size_t bytes = 0;
  EventId expected = from;
  at->Seek(key_of(RecordKind::event, from));
  while (expected <= last) {
    if (!at->status().ok()) {
      if (!at->status().IsCorruption()) {
        return fail(rocks_error(Effect::none, "cannot read events", at->status()));
      }
      const std::string why = lost_words(RecordKind::event, at->status());
      const EventId good = first_readable(*at, RecordKind::event, expected, last);
      salvage({expected, EventId{good.value - 1}}, why, view_of, loaded);
      expected = good;
      continue;
    }
    if (!at->Valid()) return loaded;
    const auto key = parse_key(text_of(at->key()));
    if (!key || key->kind != RecordKind::event || key->id > last) return loaded;
    const bool is_full =
        loaded.events.size() >= count_max || (bytes >= bytes_max && !loaded.events.empty());
    if (is_full) {
      loaded.next = key->id;
      return loaded;
    }
    const auto payload = read_event(text_of(at->key()), text_of(at->value()));
    if (payload) {
      loaded.events.push_back({key->id, std::string(*payload)});
      bytes += payload->size();
    } else {
      loaded.damage.push_back({{key->id, key->id}, payload.error().detail});
    }
    expected = after(key->id);
    at->Next();
  }
  return loaded;
}

Result<std::vector<DeadLetter>> QueueStore::dead(EventId from, std::size_t count_max,
                                                 std::vector<Damage>& damage) {
  std::vector<DeadLetter> letters;
  const EventId last{meta_.last_id};
  const auto at = iterate();
  at->Seek(key_of(RecordKind::dead, from));
  while (letters.size() < count_max && from <= last) {
    if (!at->status().ok()) {
      if (!at->status().IsCorruption()) {
        return fail(rocks_error(Effect::none, "cannot read dead letters", at->status()));
      }
      const std::string why = lost_words(RecordKind::dead, at->status());
      const EventId good = first_readable(*at, RecordKind::dead, from, last);
      damage.push_back({{from, EventId{good.value - 1}}, why});
      from = good;
      continue;
    }
    if (!at->Valid()) break;
    const auto key = parse_key(text_of(at->key()));
    if (!key || key->kind != RecordKind::dead) break;
    auto body = read_dead(text_of(at->key()), text_of(at->value()));
    if (body) {
      letters.push_back({key->id, body->attempts, body->cause, std::move(body->payload)});
    } else {
      damage.push_back({{key->id, key->id}, body.error().detail});
    }
    from = after(key->id);
    at->Next();
  }
  return letters;
}

Result<void> QueueStore::load_attempts() {
  const auto at = iterate();
  at->Seek(key_of(RecordKind::attempt, EventId{1}));
  EventId from{1};
  while (from.value <= meta_.last_id) {
    if (at->status().IsCorruption()) {  // the events come again, as if for the first time
      from = first_readable(*at, RecordKind::attempt, from, EventId{meta_.last_id});
      recovery_.damage.push_back(
          {{EventId{1}, EventId{0}}, "delivery counts were damaged; they begin again at 1"});
      continue;
    }
    if (!at->status().ok()) {
      return fail(rocks_error(Effect::none, "cannot read delivery counts", at->status()));
    }
    if (!at->Valid()) return {};
    const auto key = parse_key(text_of(at->key()));
    if (!key || key->kind != RecordKind::attempt) return {};
    const auto attempt = read_attempt(text_of(at->key()), text_of(at->value()));
    if (attempt) attempts_.push_back({key->id, *attempt});
    if (!attempt && attempt.error().code == Errc::newer_format) return fail(attempt.error());
    from = after(key->id);
    at->Next();
  }
  return {};
}

Result<void> QueueStore::load_damage() {
  const auto at = iterate();
  for (at->Seek(key_of(RecordKind::damage, {})); at->Valid(); at->Next()) {
    const auto key = parse_key(text_of(at->key()));
    if (!key || key->kind != RecordKind::damage) break;
    auto damage = read_damage(text_of(at->key()), text_of(at->value()));
    if (!damage) damage = Damage{{EventId{1}, EventId{0}}, "a report of damage is damaged itself"};
    recovery_.damage.push_back(*std::move(damage));
  }
  if (at->status().ok()) return {};
  if (!at->status().IsCorruption()) {
    return fail(rocks_error(Effect::none, "cannot read reports of damage", at->status()));
  }
  recovery_.damage.push_back({{EventId{1}, EventId{0}}, "reports of damage cannot be read"});
  return {};
}

/// What was found and written down before is found again.
void QueueStore::add_damage(Damage damage) {
  const bool is_known = std::any_of(recovery_.damage.begin(), recovery_.damage.end(),
                                    [&](const Damage& known) { return known.ids == damage.ids; });
  if (!is_known) recovery_.damage.push_back(std::move(damage));
}

/// Counts what is there, and reports what is not.
Result<void> QueueStore::recount() {
  constexpr std::size_t page = 4'096;
  constexpr std::size_t page_bytes = 4U << 20U;
  const EventId last{std::max(meta_.last_id, meta_.reserved)};
  meta_.live = meta_.dead = meta_.bytes = 0;
  meta_.first_id = last.value + 1;
  for (EventId from{1}; from <= last;) {
    auto loaded = load(from, last, page, page_bytes);
    if (!loaded) return fail(std::move(loaded.error()));
    for (const StoredEvent& event : loaded->events) {
      meta_.live += 1;
      meta_.bytes += event.payload.size();
      meta_.first_id = std::min(meta_.first_id, event.id.value);
    }
    for (Damage& damage : loaded->damage) add_damage(std::move(damage));
    from = loaded->next;
  }
  for (EventId from{1}; from <= last;) {
    auto letters = dead(from, page, recovery_.damage);
    if (!letters) return fail(std::move(letters.error()));
    for (const DeadLetter& letter : *letters) {
      meta_.dead += 1;
      meta_.bytes += letter.payload.size();
    }
    from = letters->size() < page ? after(last) : after(letters->back().id);
  }
  return {};
}

Result<void> QueueStore::forget_damage() {
  rocksdb::WriteBatch batch;
  const auto at = iterate();
  for (at->Seek(key_of(RecordKind::damage, {})); at->Valid(); at->Next()) {
    const auto key = parse_key(text_of(at->key()));
    if (!key || key->kind != RecordKind::damage) break;
    batch.Delete(at->key()).PermitUncheckedError();
  }
  if (batch.Count() == 0 || is_poisoned()) return {};
  return commit(batch, following(), true);
}

Result<std::vector<StoredData>> QueueStore::scan_data(std::string_view prefix,
                                                      std::string_view from, std::size_t count_max,
                                                      std::vector<std::string>* damaged) const {
  std::vector<StoredData> found;
  const auto at = iterate();
  at->Seek(data_key_of(std::max(prefix, from)));
  for (; at->Valid() && found.size() < count_max; at->Next()) {
    const std::string_view key = text_of(at->key());
    if (!key.starts_with(static_cast<char>(RecordKind::data))) break;
    if (!key.substr(1).starts_with(prefix)) break;
    const auto value = read_data(key, text_of(at->value()));
    const bool is_damaged = !value && value.error().code == Errc::corrupt;
    if (is_damaged && damaged != nullptr) {
      damaged->emplace_back(key.substr(1));
      continue;
    }
    if (!value) return fail(value.error());
    found.push_back({std::string(key.substr(1)), std::string(*value)});
  }
  if (!at->status().ok()) {
    return fail(rocks_error(Effect::none, "cannot read the data of the queue", at->status()));
  }
  return found;
}

}  // namespace lockstep::queue
