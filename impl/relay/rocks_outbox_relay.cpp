// The relay's side of an outbox in RocksDB: fetches, marks, notes.
#include <algorithm>
#include <utility>

#include "impl/relay/entry_format.hpp"
#include "impl/relay/rocks_log.hpp"
#include "impl/relay/rocks_outbox.hpp"

namespace lockstep::relay {

using queue::Batch;
using queue::QueueStore;

struct DecodedEntries {
  struct One {
    EntryId id{};
    std::uint64_t bytes = 0;
    StoredEntry entry;
  };
  std::vector<One> entries;
  EntryId first{};  ///< of all that was looked at; 0: there was nothing
  EntryId next{};
  std::vector<queue::Damage> damage;
  std::uint64_t len = 0;  ///< counted anew, if there is damage
};

namespace {

constexpr std::size_t page_min = 64;
constexpr std::size_t page_max = 256;
constexpr std::size_t page_bytes = 4U << 20U;
// Entries looked at by one fetch: bounds how long the storage thread is busy with what is unwanted.
constexpr std::size_t looked_max = 8'192;
// Sizes kept of entries that nobody marks, because the relay that fetched them lost its lease.
constexpr std::size_t sizes_max = 1U << 20U;

struct Look {
  EntryId from{};
  EntryId last{};
  std::size_t limit = 0;
  std::size_t bytes_max = 0;
  After after;
  std::set<std::string> blocked;

  [[nodiscard]] bool wants(EntryId id, const std::string& aggregate) const {
    const auto from_here = after.find(aggregate);
    const bool is_new = from_here == after.end() || from_here->second < id;
    return is_new && !blocked.contains(aggregate);
  }
};

void look_at(const Look& look, queue::StoredEvent& event, DecodedEntries& found) {
  const EntryId id{event.id.value};
  if (found.first.value == 0) found.first = id;
  auto entry = decode_entry(event.payload);
  if (!entry) {
    found.damage.push_back({{event.id, event.id}, "it is no entry of an outbox"});
  } else if (look.wants(id, entry->aggregate)) {
    found.entries.push_back({id, event.payload.size(), std::move(*entry)});
  }
}

/// Damage that is new is written down, so that it is reported again, and counted without what is
/// lost.
Result<void> report(QueueStore& store, const std::vector<queue::Damage>& known,
                    DecodedEntries& found) {
  std::erase_if(found.damage, [&](const queue::Damage& one) {
    return std::any_of(known.begin(), known.end(), [&](const queue::Damage& other) {
      return other.ids.first <= one.ids.first && one.ids.last <= other.ids.last;
    });
  });
  for (const queue::Damage& one : found.damage) {
    if (auto noted = store.note_damage(one); !noted) return noted;
  }
  if (found.damage.empty()) return {};
  auto counted = store.recount();
  found.len = store.meta().live;
  return counted;
}

Result<DecodedEntries> look_through(QueueStore& store, const Look& look) {
  DecodedEntries found;
  found.next = look.from;
  std::size_t looked = 0;
  std::size_t bytes = 0;
  while (found.next <= look.last && looked < looked_max && found.entries.size() < look.limit) {
    const std::size_t page = std::clamp(look.limit - found.entries.size(), page_min, page_max);
    auto loaded = store.load(queue::EventId{found.next.value}, queue::EventId{look.last.value},
                             page, page_bytes);
    if (!loaded) return fail(std::move(loaded.error()));
    found.damage.insert(found.damage.end(), loaded->damage.begin(), loaded->damage.end());
    for (queue::StoredEvent& event : loaded->events) {
      const bool is_heavy = look.bytes_max > 0 && bytes >= look.bytes_max;
      if (found.entries.size() == look.limit || is_heavy) return found;
      const std::size_t before = found.entries.size();
      look_at(look, event, found);
      if (found.entries.size() > before) bytes += event.payload.size();
      found.next = EntryId{event.id.value + 1};
    }
    looked += loaded->events.size();
    found.next = EntryId{loaded->next.value};
  }
  return found;
}

}  // namespace

Task<Result<FetchOutcome>> RocksOutbox::fetch_pending(const FetchRequest& request,
                                                      const Fence& fence) {
  if (const auto refused = present(fence)) co_return FetchOutcome(*refused);
  Look look;
  const std::uint64_t epoch = epoch_;
  look.from = EntryId{log_->first_id().value};
  if (request.epoch == epoch) look.from = std::max(look.from, request.from);
  look.last = EntryId{log_->written_id().value};
  look.limit = request.limit;
  look.bytes_max = request.bytes_max;
  for (const auto& [aggregate, after] : request.after) {
    if (look.from <= after) look.after.emplace_hint(look.after.end(), aggregate, after);
  }
  for (const auto& [aggregate, entry] : blocked_) look.blocked.insert(aggregate);
  const EntryId from = look.from;
  const EntryId last = look.last;
  std::function<Result<DecodedEntries>(QueueStore&)> call =
      [look = std::move(look),
       known = recovery_.damage](QueueStore& store) -> Result<DecodedEntries> {
    auto found = look_through(store, look);
    if (!found) return found;
    if (auto reported = report(store, known, *found); !reported) {
      return fail(std::move(reported.error()));
    }
    return found;
  };
  auto found = co_await log_->read<DecodedEntries>(std::move(call));
  if (!found) co_return fail(found.error());
  if (from.value == log_->first_id().value) {
    const EntryId first = found->first.value != 0 ? found->first : found->next;
    log_->set_first_id(queue::EventId{first.value});
  }
  if (!found->damage.empty()) log_->set_len(found->len);
  recovery_.damage.insert(recovery_.damage.end(), found->damage.begin(), found->damage.end());
  Fetched fetched;
  fetched.entries = hand_out(*found);
  fetched.next = found->next;
  fetched.is_all = found->next > last;
  fetched.epoch = epoch;
  co_return FetchOutcome(std::move(fetched));
}

std::vector<Entry> RocksOutbox::hand_out(DecodedEntries& decoded) {
  if (sizes_.size() > sizes_max) {
    std::erase_if(sizes_, [](const auto& one) { return !one.second.is_marking; });
  }
  std::vector<Entry> entries;
  entries.reserve(decoded.entries.size());
  const std::string key_prefix = name_ + ":" + identity_ + ":";
  for (DecodedEntries::One& one : decoded.entries) {
    const auto known = sizes_.try_emplace(sizes_.end(), one.id, Sized{one.bytes});
    if (known->second.is_marking) continue;  // another relay's
    Entry entry;
    entry.id = one.id;
    entry.aggregate = std::move(one.entry.aggregate);
    entry.payload = std::move(one.entry.payload);
    entry.idempotency_key = std::move(one.entry.request_id);
    if (entry.idempotency_key.empty()) {
      entry.idempotency_key = key_prefix + std::to_string(one.id.value);
    }
    entry.committed_at = one.entry.committed_at;
    const auto failures = failures_.find(one.id);
    entry.failures = failures == failures_.end() ? 0 : failures->second;
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Of those that are there.
Task<Result<void>> RocksOutbox::learn_sizes(std::vector<EntryId> ids) {
  using Sizes = std::vector<std::pair<EntryId, std::uint64_t>>;
  std::function<Result<Sizes>(QueueStore&)> call =
      [ids = std::move(ids)](QueueStore& store) -> Result<Sizes> {
    Sizes sizes;
    for (const EntryId id : ids) {
      const auto payload = store.get(queue::EventId{id.value});
      if (payload) sizes.emplace_back(id, payload->size());
      if (!payload && payload.error().code != Errc::not_found) return fail(payload.error());
    }
    return sizes;
  };
  ++learning_;
  const auto sizes = co_await log_->read<Sizes>(std::move(call));
  --learning_;
  if (sizes) {
    for (const auto& [id, bytes] : *sizes) {
      if (!marked_meanwhile_.contains(id)) sizes_.try_emplace(id, Sized{bytes});
    }
  }
  if (learning_ == 0) marked_meanwhile_.clear();
  if (!sizes) co_return fail(sizes.error());
  co_return Result<void>{};
}

Task<Result<GuardedOutcome>> RocksOutbox::mark_published(const std::vector<EntryRef>& entries,
                                                         const Fence& fence) {
  if (const auto refused = present(fence)) co_return GuardedOutcome(*refused);
  std::vector<EntryId> unknown;
  for (const EntryRef& entry : entries) {
    if (!sizes_.contains(entry.id)) unknown.push_back(entry.id);
  }
  if (!unknown.empty()) {
    const auto learned = co_await learn_sizes(std::move(unknown));
    if (!learned) co_return fail(learned.error());
  }
  if (const auto refused = present(fence)) co_return GuardedOutcome(*refused);
  Batch batch;
  std::vector<EntryId> ids;
  for (const EntryRef& entry : entries) {
    const auto known = sizes_.find(entry.id);
    if (known == sizes_.end() || known->second.is_marking) continue;  // marked before
    batch.erase(queue::EventId{entry.id.value}, known->second.bytes, false);
    if (failures_.contains(entry.id)) batch.erase_data(name_of('n', entry.id.value));
    known->second.is_marking = true;
    ids.push_back(entry.id);
  }
  auto done = after_write([this, ids = std::move(ids)] { marked(ids); });
  const auto written = co_await log_->write(std::move(batch), options_.mark_level, std::move(done));
  if (!written) co_return fail(written.error());
  co_return GuardedOutcome(Accepted());
}

void RocksOutbox::marked(const std::vector<EntryId>& ids) {
  for (const EntryId id : ids) {
    sizes_.erase(id);
    failures_.erase(id);
    if (learning_ > 0) marked_meanwhile_.insert(id);
  }
}

Task<Result<NoteOutcome>> RocksOutbox::note_failure(const FailureNote& note, const Fence& fence) {
  if (const auto refused = present(fence)) co_return NoteOutcome(*refused);
  if (!sizes_.contains(note.entry.id)) {
    std::vector<EntryId> one{note.entry.id};
    const auto learned = co_await learn_sizes(std::move(one));
    if (!learned) co_return fail(learned.error());
    if (const auto refused = present(fence)) co_return NoteOutcome(*refused);
  }
  Noted noted;
  const auto known = sizes_.find(note.entry.id);
  noted.is_gone = known == sizes_.end() || known->second.is_marking;
  if (noted.is_gone) co_return NoteOutcome(noted);
  std::uint32_t& failures = failures_[note.entry.id];
  failures = std::max(failures, note.failures);
  noted.failures = failures;
  noted.is_blocked = note.failures_max > 0 && noted.failures >= note.failures_max;
  Batch batch;
  batch.put_data(name_of('n', note.entry.id.value), encode_number(noted.failures));
  const BlockedEntry entry{note.entry, noted.failures, note.cause};
  if (noted.is_blocked) {
    batch.put_data(name_of('k', note.entry.aggregate), encode(entry));
    blocked_[note.entry.aggregate] = entry;
  }
  const auto written = co_await log_->write(std::move(batch), options_.mark_level, nullptr);
  if (!written) co_return fail(written.error());
  co_return NoteOutcome(noted);
}

Task<Result<std::vector<BlockedEntry>>> RocksOutbox::blocked() {
  std::vector<BlockedEntry> all;
  for (const auto& [aggregate, entry] : blocked_) all.push_back(entry);
  co_return all;
}

Task<Result<bool>> RocksOutbox::unblock(const std::string& aggregate) {
  const auto found = blocked_.find(aggregate);
  if (found == blocked_.end()) co_return false;
  const EntryId id = found->second.entry.id;
  Batch batch;
  batch.erase_data(name_of('k', aggregate));
  batch.erase_data(name_of('n', id.value));
  blocked_.erase(found);
  failures_.erase(id);
  ++epoch_;
  auto done = after_write([this] { committed_.notify_all(); });
  const auto written = co_await log_->write(std::move(batch), options_.mark_level, std::move(done));
  if (!written) co_return fail(written.error());
  co_return true;
}

Task<Result<std::uint64_t>> RocksOutbox::backlog() { co_return log_->len(); }

Task<env::Outcome> RocksOutbox::changed(MonoTime deadline) { return committed_.wait(deadline); }

Task<Result<void>> RocksOutbox::close() { return log_->close(); }

}  // namespace lockstep::relay
