#include "impl/relay/memory_outbox.hpp"

#include <algorithm>

namespace lockstep::relay {

MemoryOutbox::MemoryOutbox(env::Env& env, std::string name)
    : env_(env), name_(std::move(name)), unlocked_(env.waits), committed_(env.waits) {}

Task<Result<EntryId>> MemoryOutbox::Transaction::enqueue(NewEntry entry, MonoTime deadline) {
  MemoryOutbox& outbox = *outbox_;
  if (entry.aggregate.empty()) {
    co_return fail(definite(Errc::invalid_argument, "an entry needs an aggregate"));
  }
  const bool is_mine = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& one) {
    return one.aggregate == entry.aggregate;
  });
  while (!is_mine && outbox.locked_.contains(entry.aggregate)) {
    const env::Outcome woken = co_await outbox.unlocked_.wait(deadline);
    if (!woken) co_return fail(definite(woken.code, "'" + entry.aggregate + "' is locked"));
  }
  const auto known = outbox.requests_.find(entry.request_id);
  if (known != outbox.requests_.end()) co_return known->second;
  outbox.locked_.insert(entry.aggregate);
  const EntryId id{++outbox.last_id_.value};
  Entry made;
  made.id = id;
  made.idempotency_key =
      entry.request_id.empty() ? outbox.name_ + ":" + std::to_string(id.value) : entry.request_id;
  made.aggregate = std::move(entry.aggregate);
  made.payload = std::move(entry.payload);
  if (!entry.request_id.empty()) outbox.requests_.emplace(entry.request_id, id);
  entries_.push_back(std::move(made));
  co_return id;
}

void MemoryOutbox::Transaction::commit() {
  if (outbox_ == nullptr) return;
  for (auto& [key, value] : writes_) {
    if (value) outbox_->data_[key] = *std::move(value);
    if (!value) outbox_->data_.erase(key);
  }
  for (Entry& entry : entries_) {
    outbox_->unlock(entry.aggregate);
    entry.committed_at = outbox_->env_.clock.wall();
    outbox_->pending_.emplace(entry.id, std::move(entry));
  }
  outbox_->committed_.notify_all();
  outbox_ = nullptr;
}

void MemoryOutbox::Transaction::rollback() {
  if (outbox_ == nullptr) return;
  for (const Entry& entry : entries_) {
    outbox_->unlock(entry.aggregate);
    outbox_->requests_.erase(entry.idempotency_key);
  }
  outbox_ = nullptr;
}

void MemoryOutbox::unlock(const std::string& aggregate) {
  if (locked_.erase(aggregate) > 0) unlocked_.notify_all();
}

Task<Result<CommitOutcome>> MemoryOutbox::commit(relay::Transaction transaction) {
  if (auto checked = check(transaction); !checked) co_return fail(std::move(checked.error()));
  Transaction open = begin();
  for (auto& [key, value] : transaction.effect.puts) open.put(std::move(key), std::move(value));
  for (const std::string& key : transaction.effect.erases) open.erase(key);
  Committed committed;
  for (NewEntry& entry : transaction.entries) {
    const EntryId before = last_id_;
    const auto id = co_await open.enqueue(std::move(entry));
    if (!id) co_return fail(id.error());
    committed.known += *id <= before ? 1 : 0;
    committed.ids.push_back(*id);
  }
  if (const auto refused = present(transaction.fence)) co_return CommitOutcome(*refused);
  open.commit();
  co_return CommitOutcome(std::move(committed));
}

Task<Result<std::optional<std::string>>> MemoryOutbox::get(std::string key) {
  const auto found = data_.find(key);
  if (found == data_.end()) co_return std::optional<std::string>();
  co_return std::optional(found->second);
}

std::optional<Refused> MemoryOutbox::present(const Fence& fence) {
  if (fence.token.value == 0) return std::nullopt;
  FencingToken& seen = seen_[fence.key];
  if (fence.token < seen) return Refused{seen};
  seen = fence.token;
  return std::nullopt;
}

Task<Result<GuardedOutcome>> MemoryOutbox::raise(const Fence& fence) {
  if (const auto refused = present(fence)) co_return GuardedOutcome(*refused);
  co_return GuardedOutcome(Accepted());
}

Task<Result<FetchOutcome>> MemoryOutbox::fetch_pending(const FetchRequest& request,
                                                       const Fence& fence) {
  if (const auto refused = present(fence)) co_return FetchOutcome(*refused);
  Fetched fetched;
  fetched.is_all = true;
  for (const auto& [id, entry] : pending_) {
    const auto after = request.after.find(entry.aggregate);
    const bool is_wanted = after == request.after.end() || after->second < id;
    if (!is_wanted || blocked_.contains(entry.aggregate)) continue;
    fetched.is_all = fetched.entries.size() < request.limit;
    if (!fetched.is_all) break;
    fetched.entries.push_back(entry);
    fetched.next = EntryId{id.value + 1};
  }
  co_return FetchOutcome(std::move(fetched));
}

Task<Result<GuardedOutcome>> MemoryOutbox::mark_published(const std::vector<EntryRef>& entries,
                                                          const Fence& fence) {
  if (const auto refused = present(fence)) co_return GuardedOutcome(*refused);
  for (const EntryRef& entry : entries) pending_.erase(entry.id);
  co_return GuardedOutcome(Accepted());
}

Task<Result<NoteOutcome>> MemoryOutbox::note_failure(const FailureNote& note, const Fence& fence) {
  if (const auto refused = present(fence)) co_return NoteOutcome(*refused);
  Noted noted;
  const auto found = pending_.find(note.entry.id);
  if (found == pending_.end()) co_return NoteOutcome(noted);
  noted.failures = ++found->second.failures;
  noted.is_blocked = note.failures_max > 0 && noted.failures >= note.failures_max;
  if (noted.is_blocked) {
    blocked_[note.entry.aggregate] = BlockedEntry{note.entry, noted.failures, note.cause};
  }
  co_return NoteOutcome(noted);
}

Task<Result<std::vector<BlockedEntry>>> MemoryOutbox::blocked() {
  std::vector<BlockedEntry> all;
  for (const auto& [aggregate, entry] : blocked_) all.push_back(entry);
  co_return all;
}

Task<Result<bool>> MemoryOutbox::unblock(const std::string& aggregate) {
  const auto found = blocked_.find(aggregate);
  if (found == blocked_.end()) co_return false;
  const auto entry = pending_.find(found->second.entry.id);
  if (entry != pending_.end()) entry->second.failures = 0;
  blocked_.erase(found);
  committed_.notify_all();
  co_return true;
}

Task<Result<std::uint64_t>> MemoryOutbox::backlog() { co_return pending_.size(); }

Task<env::Outcome> MemoryOutbox::changed(MonoTime deadline) { return committed_.wait(deadline); }

}  // namespace lockstep::relay
