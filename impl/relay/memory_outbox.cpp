#include "impl/relay/memory_outbox.hpp"

#include <algorithm>

namespace lockstep::relay {
namespace {

constexpr Nanos lock_wait_max = seconds(5);  // of commit(): two may wait for each other

}  // namespace

MemoryOutbox::MemoryOutbox(env::Env& env, std::string name)
    : env_(env), name_(std::move(name)), unlocked_(env.waits), committed_(env.waits) {}

bool MemoryOutbox::Transaction::owns(const std::string& lock) const {
  return std::find(locks_.begin(), locks_.end(), lock) != locks_.end();
}

Task<Result<EntryId>> MemoryOutbox::Transaction::enqueue(NewEntry entry, MonoTime deadline) {
  MemoryOutbox& outbox = *outbox_;
  if (entry.aggregate.empty()) {
    co_return fail(definite(Errc::invalid_argument, "an entry needs an aggregate"));
  }
  std::vector<std::string> locks{"a" + entry.aggregate};
  if (!entry.request_id.empty()) locks.push_back("r" + entry.request_id);
  for (const std::string& lock : locks) {
    while (!owns(lock) && outbox.locked_.contains(lock)) {
      const env::Outcome woken = co_await outbox.unlocked_.wait(deadline);
      if (!woken) co_return fail(definite(woken.code, "'" + lock.substr(1) + "' is locked"));
    }
    if (outbox.locked_.insert(lock).second) locks_.push_back(lock);
  }
  const auto known = outbox.requests_.find(entry.request_id);
  known_ += known == outbox.requests_.end() ? 0 : 1;
  if (known != outbox.requests_.end()) co_return known->second;
  const EntryId id{++outbox.last_id_.value};
  Entry made;
  made.id = id;
  made.idempotency_key =
      entry.request_id.empty() ? outbox.name_ + ":" + std::to_string(id.value) : entry.request_id;
  made.aggregate = std::move(entry.aggregate);
  made.payload = std::move(entry.payload);
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
    if (owns("r" + entry.idempotency_key)) {
      outbox_->requests_.emplace(entry.idempotency_key, entry.id);
    }
    entry.committed_at = outbox_->env_.clock.wall();
    outbox_->pending_.emplace(entry.id, std::move(entry));
  }
  outbox_->unlock(locks_);
  outbox_->committed_.notify_all();
  outbox_ = nullptr;
}

void MemoryOutbox::Transaction::rollback() {
  if (outbox_ == nullptr) return;
  outbox_->unlock(locks_);
  outbox_ = nullptr;
}

void MemoryOutbox::unlock(const std::vector<std::string>& locks) {
  for (const std::string& lock : locks) locked_.erase(lock);
  unlocked_.notify_all();
}

Task<Result<CommitOutcome>> MemoryOutbox::commit(relay::Transaction transaction) {
  if (auto checked = check(transaction); !checked) co_return fail(std::move(checked.error()));
  Transaction open = begin();
  for (auto& [key, value] : transaction.effect.puts) open.put(std::move(key), std::move(value));
  for (const std::string& key : transaction.effect.erases) open.erase(key);
  Committed committed;
  for (NewEntry& entry : transaction.entries) {
    const MonoTime limit = saturating_add(env_.clock.now(), lock_wait_max);
    const auto id = co_await open.enqueue(std::move(entry), limit);
    if (!id) co_return fail(id.error());
    committed.ids.push_back(*id);
  }
  committed.known = open.known_;
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
  std::size_t bytes = 0;
  for (const auto& [id, entry] : pending_) {
    const auto after = request.after.find(entry.aggregate);
    const bool is_wanted = after == request.after.end() || after->second < id;
    if (!is_wanted || blocked_.contains(entry.aggregate)) continue;
    fetched.is_all = fetched.entries.size() < request.limit &&
                     (request.bytes_max == 0 || bytes < request.bytes_max);
    if (!fetched.is_all) break;
    bytes += entry.payload.size();
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
  noted.is_gone = found == pending_.end();
  if (noted.is_gone) co_return NoteOutcome(noted);
  found->second.failures = std::max(found->second.failures, note.failures);
  noted.failures = found->second.failures;
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
